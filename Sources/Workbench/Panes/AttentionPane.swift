import Cells
import Inference
import Lenses

/// Attention: all heads at a glance, or one head as a map; and where the cursor's token looks.
enum AttentionPane {
  /// What the glance can measure.
  static let scores = ["strongest"] + HeadKind.allCases.map(\.rawValue)

  static func draw(_ state: WorkbenchState, into canvas: inout Canvas, area: Rect) {
    let inner = canvas.frame(
      area, title(state), note: note(state), isFocused: state.focus == .attention)
    guard !inner.isEmpty else { return }
    guard let model = state.model, !state.records.isEmpty else {
      canvas.paragraph(
        "Where each token looks. It appears once there is a text.", from: 0, in: inner,
        style: canvas.style(.faint))
      return
    }
    let (body, footer) = parts(inner)
    if state.attention.showsMap {
      drawMap(state, &canvas, body)
    } else if case .grid(let grid) = state.readings.latest(.heads) {
      drawGlance(state, grid, model.shape, &canvas, body)
    } else {
      canvas.line("reading attention…", 0, in: body, style: canvas.style(.faint))
    }
    drawLooks(state, &canvas, footer)
  }

  /// The picture, and the lines below it that say where the token looks.
  private static func parts(_ inner: Rect) -> (body: Rect, footer: Rect) {
    let rows = inner.rows > 12 ? 3 : inner.rows > 2 ? 1 : 0
    let (body, footer) = inner.splitTop(inner.rows - rows)
    return (body, footer)
  }

  private static func title(_ state: WorkbenchState) -> String {
    guard let head = state.attention.head else { return "Attention" }
    var title = "Attention L\(head.layer) H\(head.head)"
    if case .grid(let grid) = state.readings.latest(.heads), state.attention.score == "strongest",
      let name = grid.text(row: head.layer, column: head.head), !name.isEmpty
    {
      title += " · \(name)"
    }
    return title
  }

  private static func note(_ state: WorkbenchState) -> String {
    if state.attention.showsMap { return "map" }
    guard let head = state.attention.head, case .grid(let grid) = state.readings.latest(.heads),
      let value = grid.value(row: head.layer, column: head.head)
    else { return state.attention.score }
    return "\(state.attention.score) \(Decimals.text(Double(value), places: 2))"
  }

  // MARK: The glance

  /// Whether layers run from left to right: where they do not fit below each other.
  static func hasLayersAsColumns(_ state: WorkbenchState) -> Bool {
    guard let area = state.area(of: .attention), let shape = state.model?.shape else {
      return false
    }
    return parts(area.inset(by: 1)).body.rows - 1 < shape.layers
  }

  /// Where the heads are drawn: the first row and column of heads, and the size of a cell.
  private struct Glance {
    let layersAsColumns: Bool
    let origin: Point
    let cell: Size
    let firstRow: Int
    let shown: Size

    init(_ state: WorkbenchState, _ shape: ModelShape, _ body: Rect) {
      layersAsColumns = AttentionPane.hasLayersAsColumns(state)
      let rows = layersAsColumns ? shape.heads : shape.layers
      let columns = layersAsColumns ? shape.layers : shape.heads
      let labels = 4
      let head = state.attention.head
      let chosenRow = (layersAsColumns ? head?.head : head?.layer) ?? 0
      let header = body.rows > rows ? 1 : 0
      let room = max(1, body.rows - header)
      firstRow = max(0, min(chosenRow - room / 2, rows - room))
      origin = Point(row: body.row + header, column: body.column + labels)
      cell = Size(rows: 1, columns: max(1, min(4, (body.columns - labels) / max(1, columns))))
      shown = Size(
        rows: min(rows, room), columns: min(columns, (body.columns - labels) / cell.columns))
    }

    func place(row: Int, column: Int) -> Rect {
      Rect(
        row: origin.row + row - firstRow, column: origin.column + column * cell.columns,
        rows: 1, columns: cell.columns)
    }

    func head(row: Int, column: Int) -> AttentionView.HeadPlace {
      layersAsColumns ? .init(layer: column, head: row) : .init(layer: row, head: column)
    }
  }

  private static func drawGlance(
    _ state: WorkbenchState, _ grid: GridReading, _ shape: ModelShape, _ canvas: inout Canvas,
    _ body: Rect
  ) {
    let glance = Glance(state, shape, body)
    let faint = canvas.style(.faint)
    if glance.origin.row > body.row {
      let (unit, count) = glance.layersAsColumns ? ("L", shape.layers) : ("H", shape.heads)
      let step = max(1, (5 + glance.cell.columns - 1) / glance.cell.columns)
      for index in stride(from: 0, to: min(count, glance.shown.columns), by: step) {
        canvas.line(
          "\(unit)\(index)", 0, glance.origin.column - body.column + index * glance.cell.columns,
          in: body, style: faint)
      }
    }
    for row in glance.firstRow..<glance.firstRow + glance.shown.rows {
      let label = (glance.layersAsColumns ? "H" : "L") + "\(row)"
      canvas.line(
        label, glance.place(row: row, column: 0).row - body.row, in: body, style: faint)
      for column in 0..<glance.shown.columns {
        let head = glance.head(row: row, column: column)
        let value = grid.value(row: head.layer, column: head.head).map { Double($0) }
        let place = glance.place(row: row, column: column)
        canvas.tile(value, .probability, place, style: canvas.style(.text))
        if head == state.attention.head {
          let mark = canvas.mark("◆", "@")
          var style = canvas.grid[place.row, place.column].style
          if style.background != canvas.style(.text).background {
            style.foreground = style.background.readable.reduced(to: canvas.look.depth)
          } else {
            style = canvas.style(.cursor)
          }
          canvas.grid.put(mark, at: place.origin, style: style, clip: place)
        }
      }
    }
  }

  /// The head at a place inside the pane.
  static func head(at place: Point, _ state: WorkbenchState) -> AttentionView.HeadPlace? {
    guard !state.attention.showsMap, let area = state.area(of: .attention),
      let shape = state.model?.shape
    else { return nil }
    let inner = area.inset(by: 1)
    let glance = Glance(state, shape, parts(inner).body)
    let row = inner.row + place.row - glance.origin.row + glance.firstRow
    let column = (inner.column + place.column - glance.origin.column) / glance.cell.columns
    guard row >= glance.firstRow, row < glance.firstRow + glance.shown.rows,
      inner.column + place.column >= glance.origin.column, column < glance.shown.columns
    else { return nil }
    return glance.head(row: row, column: column)
  }

  // MARK: The map

  private static let labelColumns = 10

  /// The tokens of the map: as many as there is room for, the cursor's among them.
  static func window(_ state: WorkbenchState) -> ClosedRange<Int>? {
    guard let area = state.area(of: .attention), !state.records.isEmpty else { return nil }
    let body = parts(area.inset(by: 1)).body
    let room = max(1, min(body.rows, body.columns - labelColumns))
    let last = min(state.records.count - 1, max(state.cursor, room - 1))
    return max(0, last - room + 1)...last
  }

  private static func drawMap(_ state: WorkbenchState, _ canvas: inout Canvas, _ body: Rect) {
    guard case .matrix(let matrix) = state.readings.latest(.map), let window = window(state),
      matrix.rows.count == window.count
    else {
      canvas.line("reading the map…", 0, in: body, style: canvas.style(.faint))
      return
    }
    let wide = max(1, min(3, (body.columns - labelColumns) / window.count))
    for (row, token) in window.enumerated() {
      let label = TokenLabel.text(state.document.bytes(of: token), charset: state.look.charset)
      canvas.line(
        CellGrid.fitted(label, to: labelColumns - 1, charset: state.look.charset), row, in: body,
        style: canvas.style(token == state.cursor ? .accent : .faint))
      for column in 0...row {
        let place = Rect(
          row: body.row + row, column: body.column + labelColumns + column * wide, rows: 1,
          columns: wide)
        let value = matrix.value(row: row, column: column).map { Double($0) }
        canvas.tile(value, .share, place, style: canvas.style(.text))
      }
    }
  }

  // MARK: Where the token looks

  private static func drawLooks(_ state: WorkbenchState, _ canvas: inout Canvas, _ area: Rect) {
    guard !area.isEmpty, case .tokens(let values) = state.readings.latest(.looks) else { return }
    var strongest: [(index: Int, weight: Double)] = []
    for (index, value) in values.values.prefix(state.cursor + 1).enumerated() {
      if let value, value >= 0.01 { strongest.append((index, value)) }
    }
    strongest.sort { $0.weight == $1.weight ? $0.index < $1.index : $0.weight > $1.weight }
    var column = canvas.line("looks at ", 0, in: area, style: canvas.style(.faint))
    var row = 0
    for (index, weight) in strongest.prefix(12) {
      let label = TokenLabel.text(state.document.bytes(of: index), charset: state.look.charset)
      let name = CellGrid.fitted(label, to: 14, charset: state.look.charset)
      let number = " " + Decimals.text(weight, places: 2)
      if column + GraphemeWidth.columns(of: name + number) > area.columns {
        row += 1
        column = 0
        guard row < area.rows else { return }
      }
      column += canvas.line(name, row, column, in: area, style: canvas.style(.text))
      column += canvas.line(number, row, column, in: area, style: canvas.style(.accent)) + 2
    }
  }
}
