import Cells
import Inference
import Lenses

/// The logit lens: what each layer would say, and where the decision falls.
enum LayersPane {
  private static let labelColumns = 8
  private static let cellColumns = 12

  /// The tokens whose columns are shown; the last is the cursor's.
  static func window(_ state: WorkbenchState) -> ClosedRange<Int>? {
    guard let area = state.area(of: .layers), let shape = state.model?.shape,
      state.records.indices.contains(state.cursor)
    else { return nil }
    let inner = area.inset(by: 1)
    guard inner.rows > shape.layers else { return state.cursor...state.cursor }
    let columns = max(1, (inner.columns - labelColumns + 3) / cellColumns)
    return max(0, state.cursor - columns + 1)...state.cursor
  }

  static func draw(_ state: WorkbenchState, into canvas: inout Canvas, area: Rect) {
    let after = TokenLabel.text(state.document.bytes(of: state.cursor), charset: state.look.charset)
    let inner = canvas.frame(
      area, state.records.isEmpty ? "Layers" : "Layers after \(after)", note: "logit lens",
      isFocused: state.focus == .layers)
    guard !inner.isEmpty else { return }
    guard let window = window(state) else {
      canvas.paragraph(
        "What each layer would say next. It appears once there is a text.", from: 0, in: inner,
        style: canvas.style(.faint))
      return
    }
    guard case .grid(let grid) = state.readings.latest(.layers), grid.columns.count == window.count
    else {
      let why = state.readings.failure(.layers) ?? "reading layers…"
      canvas.paragraph(why, from: 0, in: inner, style: canvas.style(.faint))
      return
    }
    if inner.rows > grid.rows.count {
      drawAll(state, grid, window, &canvas, inner)
    } else {
      drawRuns(state, grid, &canvas, inner)
    }
  }

  /// A stretch of layers that say the same.
  struct Run: Equatable {
    var layers: ClosedRange<Int>
    var text: String
    /// The layers' probability for it, at the end of the stretch.
    var probability: Double
  }

  /// Layers of the last column, joined where they say the same; the last layer comes first.
  static func runs(_ grid: GridReading) -> [Run] {
    let column = grid.columns.count - 1
    var runs: [Run] = []
    for layer in grid.rows.indices {
      guard let text = grid.text(row: layer, column: column),
        let value = grid.value(row: layer, column: column)
      else { continue }
      if let last = runs.last, last.text == text, last.layers.upperBound == layer - 1 {
        runs[runs.count - 1] = Run(
          layers: last.layers.lowerBound...layer, text: text, probability: Double(value))
      } else {
        runs.append(Run(layers: layer...layer, text: text, probability: Double(value)))
      }
    }
    return runs.reversed()
  }

  private static func drawRuns(
    _ state: WorkbenchState, _ grid: GridReading, _ canvas: inout Canvas, _ inner: Rect
  ) {
    let runs = runs(grid)
    let first = min(state.layerScroll, max(0, runs.count - inner.rows))
    for (row, run) in runs.dropFirst(first).prefix(inner.rows).enumerated() {
      let (low, high) = (run.layers.lowerBound, run.layers.upperBound)
      let label = low == high ? "L\(low)" : "L\(low)–\(high)"
      canvas.line(
        state.look.charset == .unicode ? label : label.replacing("–", with: "-"), row, in: inner,
        style: canvas.style(.faint))
      let isDecision = first + row == 0
      let text = TokenLabel.text(Array(run.text.utf8), charset: state.look.charset)
      let width = max(4, inner.columns - labelColumns - 9)
      canvas.line(
        CellGrid.fitted(text, to: width, charset: state.look.charset), row, labelColumns, in: inner,
        style: canvas.style(isDecision ? .accent : .text))
      canvas.grid.putRight(
        Decimals.percent(run.probability),
        endingAt: Point(row: inner.row + row, column: inner.endColumn),
        style: canvas.style(isDecision ? .text : .faint), clip: inner)
    }
  }

  private static func drawAll(
    _ state: WorkbenchState, _ grid: GridReading, _ window: ClosedRange<Int>,
    _ canvas: inout Canvas, _ inner: Rect
  ) {
    let labels = 4
    let wide = max(6, (inner.columns - labels) / grid.columns.count)
    for (column, token) in window.enumerated() {
      let label = TokenLabel.text(state.document.bytes(of: token), charset: state.look.charset)
      canvas.line(
        CellGrid.fitted(label, to: wide - 1, charset: state.look.charset), 0,
        labels + column * wide,
        in: inner, style: canvas.style(token == state.cursor ? .accent : .faint))
    }
    for layer in grid.rows.indices {
      // The last layer, which is the outcome, stands at the top.
      let row = grid.rows.count - layer
      canvas.line("L\(layer)", row, in: inner, style: canvas.style(.faint))
      for column in grid.columns.indices {
        guard let value = grid.value(row: layer, column: column) else {
          canvas.line(
            canvas.mark("·", "."), row, labels + column * wide, in: inner,
            style: canvas.style(.faint))
          continue
        }
        let text = TokenLabel.text(
          Array((grid.text(row: layer, column: column) ?? "").utf8), charset: state.look.charset)
        let cell = Rect(
          row: inner.row + row, column: inner.column + labels + column * wide, rows: 1,
          columns: wide - 1
        ).intersection(inner)
        let style = canvas.heat(Double(value), .probability, base: canvas.style(.text))
        canvas.grid.fill(cell, style: style)
        canvas.line(text, 0, in: cell, style: style)
      }
    }
  }
}
