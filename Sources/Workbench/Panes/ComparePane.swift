import Cells
import Reports
import Tokenization

/// The text under several tokenizers, aligned by byte, with their numbers.
enum ComparePane {
  /// The byte of the text that the pane shows.
  private static func focusByte(_ state: WorkbenchState) -> Int {
    state.mode == .insert
      ? state.caret : state.document.tokens[safe: state.cursor]?.start ?? 0
  }

  private static func inner(_ state: WorkbenchState) -> Rect? {
    state.area(of: .compare)?.inset(by: 1)
  }

  private static let hint = "a lays another tokenizer beside it: an installed name, or a file."

  /// The row at which the text begins, below the numbers.
  private static func textRow(_ state: WorkbenchState, _ inner: Rect, sides: Int) -> Int {
    let between =
      state.compare.entries.isEmpty ? Canvas.lines(of: hint, columns: inner.columns).count : 1
    return 1 + sides + between
  }

  /// Columns of the numbers before each line of text.
  private static let margin = 2

  /// How many bands of text, one line for each tokenizer, have room; and whether a line is left
  /// between them.
  private static func bands(
    _ state: WorkbenchState, _ inner: Rect, sides: Int
  ) -> (count: Int, height: Int) {
    let room = inner.rows - textRow(state, inner, sides: sides)
    guard room > 0 else { return (0, sides) }
    let height = sides + (room > sides ? 1 : 0)
    return (max(1, (room + height - sides) / height), height)
  }

  private static func flow(
    _ comparison: TokenizerComparison, _ state: WorkbenchState, _ inner: Rect
  ) -> AlignedFlow {
    AlignedFlow(comparison, width: inner.columns - margin, charset: state.look.charset)
  }

  /// Where the pane begins, so that the cursor is seen: where it began before, if that is so.
  static func top(_ state: WorkbenchState) -> Int {
    guard let comparison = state.compare.comparison, let inner = inner(state), !inner.isEmpty else {
      return 0
    }
    let flow = flow(comparison, state, inner)
    let byte = min(focusByte(state), max(0, comparison.text.count - 1))
    let count = max(1, bands(state, inner, sides: comparison.sides.count).count)
    let before = min(state.compare.top, comparison.text.count)
    if flow.rowStart(of: before) == before {
      let rows = flow.rows(from: before, limit: count)
      if rows.contains(where: { $0.start <= byte && byte < $0.end }) { return before }
    }
    // The row of the cursor, and what is before it as far as there is room for both.
    var top = flow.rowStart(of: byte)
    for _ in 0..<(count - 1) / 2 where top > 0 { top = flow.rowStart(of: top - 1) }
    return top
  }

  static func draw(_ state: WorkbenchState, into canvas: inout Canvas, area: Rect) {
    let perturbation = state.compare.perturbation.map { "under \($0.title)" }
    let inner = canvas.frame(
      area, "Compare", note: perturbation ?? "", isFocused: state.focus == .compare)
    guard !inner.isEmpty else { return }
    guard let comparison = state.compare.comparison else {
      canvas.paragraph(
        "The text under several tokenizers. It appears once the model is open.", from: 0, in: inner,
        style: canvas.style(.faint))
      return
    }
    drawNumbers(state, comparison, &canvas, inner)
    if state.compare.entries.isEmpty {
      canvas.paragraph(
        hint, from: 1 + comparison.sides.count, in: inner, style: canvas.style(.faint))
    }
    let row = textRow(state, inner, sides: comparison.sides.count)
    drawText(state, comparison, from: row, &canvas, inner)
  }

  // MARK: Numbers

  private static func drawNumbers(
    _ state: WorkbenchState, _ comparison: TokenizerComparison, _ canvas: inout Canvas,
    _ inner: Rect
  ) {
    let stability = state.compare.stability
    let last = stability == nil ? "agree" : "stays"
    let hasBytes = inner.columns >= 40
    let hasMore = inner.columns >= 60
    var headings = ["tokens"]
    if hasBytes { headings.append("B/tok") }
    if hasMore { headings.append("chars/tok") }
    headings.append("t/word")
    if hasMore, stability != nil { headings += ["agree", "appears"] }
    headings.append(last)
    let widths = headings.map { max(6, $0.count) + ($0 == "tokens" ? 2 : 1) }
    let left = inner.columns - widths.reduce(0, +)
    func put(_ texts: [String], _ row: Int, style: Style) {
      var end = inner.column + left
      for (text, width) in zip(texts, widths) {
        end += width
        canvas.grid.putRight(
          text, endingAt: Point(row: inner.row + row, column: end), style: style, clip: inner)
      }
    }
    guard inner.rows > 0 else { return }
    put(headings, 0, style: canvas.style(.faint))
    for (index, side) in comparison.sides.enumerated() where index + 1 < inner.rows {
      let measure = state.compare.measures[index]
      let name = VisibleText.safe(side.name, charset: state.look.charset)
      canvas.line(
        CellGrid.fitted("\(index + 1) \(name)", to: left, charset: state.look.charset), index + 1,
        in: inner, style: canvas.style(index == 0 ? .accent : .text))
      func number(_ value: Double?) -> String { value.map { Decimals.text($0, places: 2) } ?? "–" }
      var texts = [measure.tokens.grouped]
      if hasBytes { texts.append(number(measure.bytesPerToken)) }
      if hasMore { texts.append(number(measure.charactersPerToken)) }
      texts.append(number(measure.tokensPerWord))
      if let stability, stability.indices.contains(index) {
        if hasMore {
          texts += [share(measure.agreement), share(stability[index].appears)]
        }
        texts.append(share(stability[index].stays))
      } else {
        texts.append(index == 0 ? canvas.mark("–", "-") : share(measure.agreement))
      }
      put(texts, index + 1, style: canvas.style(.text))
    }
  }

  private static func share(_ value: Double) -> String {
    Decimals.text(value * 100, places: 0) + " %"
  }

  // MARK: Text

  private static func drawText(
    _ state: WorkbenchState, _ comparison: TokenizerComparison, from row: Int,
    _ canvas: inout Canvas, _ inner: Rect
  ) {
    let sides = comparison.sides.count
    let (count, height) = bands(state, inner, sides: sides)
    guard count > 0 else { return }
    let rows = flow(comparison, state, inner).rows(from: state.compare.top, limit: count)
    let painter = AlignedPainter(
      comparison,
      styles: AlignedPainter.Styles(
        text: canvas.style(.text), faint: canvas.style(.faint), shared: canvas.style(.boundary),
        differing: canvas.style(.accent), cursor: canvas.style(.cursor)),
      charset: state.look.charset,
      cursor: comparison.text.isEmpty ? nil : focusByte(state))
    for (band, content) in rows.enumerated() {
      let at = row + band * height
      for side in 0..<sides where sides > 1 {
        canvas.line("\(side + 1)", at + side, in: inner, style: canvas.style(.faint))
      }
      painter.draw(
        content, into: &canvas.grid,
        at: Point(row: inner.row + at, column: inner.column + margin), clip: inner)
    }
  }

  /// The byte at a place inside the pane.
  static func offset(at place: Point, _ state: WorkbenchState) -> Int? {
    guard let comparison = state.compare.comparison, let inner = inner(state) else { return nil }
    let sides = comparison.sides.count
    let (count, height) = bands(state, inner, sides: sides)
    let row = place.row - textRow(state, inner, sides: sides)
    guard row >= 0, height > 0, count > 0, row % height < sides else { return nil }
    let rows = flow(comparison, state, inner).rows(from: state.compare.top, limit: count)
    guard let band = rows[safe: row / height] else { return nil }
    var column = margin
    for cell in band.cells {
      column += cell.width
      if column > place.column { return cell.offset }
    }
    return nil
  }
}
