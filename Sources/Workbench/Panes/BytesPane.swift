import Cells
import Inference
import Lenses
import Tokenization

/// The exact distribution of the next byte, and how it differs from what the tokens suggest.
enum BytesPane {
  /// How a difference of probabilities, exact less naive, is coloured.
  private static let difference = ValueScale(
    unit: "probability", minimum: -0.4, maximum: 0.4, kind: .diverging)
  /// A difference that is worth a mark.
  private static let leastDifference = 0.005

  static func draw(_ state: WorkbenchState, into canvas: inout Canvas, area: Rect) {
    let inner = canvas.frame(
      area, title(state), note: "byte \(state.bytePlace)", isFocused: state.focus == .bytes)
    guard !inner.isEmpty else { return }
    guard let reading = state.bytes.latest else {
      canvas.paragraph(waiting(state), from: 0, in: inner, style: canvas.style(.faint))
      return
    }
    let layout = BytesLayout(inner)
    drawHeader(&canvas, layout.header)
    let top = firstRow(state, rows: layout.outcomes.rows)
    for (row, outcome) in reading.rows.dropFirst(top).prefix(layout.outcomes.rows).enumerated() {
      draw(
        outcome, reading, state, isChosen: state.focus == .bytes && top + row == state.bytes.choice,
        in: Rect(
          row: layout.outcomes.row + row, column: layout.outcomes.column, rows: 1,
          columns: layout.outcomes.columns), &canvas)
    }
    drawCovers(state, reading, &canvas, layout.covers)
    drawCompletions(state, reading, &canvas, layout.completions)
    canvas.line(
      foot(reading, columns: layout.foot.columns), 0, in: layout.foot, style: canvas.style(.faint))
  }

  /// What stands before the next byte: the token so far.
  private static func title(_ state: WorkbenchState) -> String {
    let (place, charset) = (state.bytePlace, state.look.charset)
    guard
      let token = state.document.token(at: max(0, place - 1)).map({ state.document.tokens[$0] }),
      place > 0
    else { return "Bytes" }
    let before = TokenLabel.text(
      state.document.bytes[token.start..<min(place, token.end)], charset: charset)
    return "Bytes \(place < token.end ? "within" : "after") \(before)"
  }

  private static func waiting(_ state: WorkbenchState) -> String {
    if state.model == nil { return "Opening \(state.modelName)…" }
    if state.decode.isRunning { return "While the model decodes, bytes wait." }
    if state.bytePlace > state.evaluableBytes { return "This byte is not evaluated." }
    return state.bytes.failure ?? "reading bytes…"
  }

  /// The first outcome that is shown, so that the chosen one is.
  private static func firstRow(_ state: WorkbenchState, rows: Int) -> Int {
    state.focus == .bytes ? max(0, state.bytes.choice - max(1, rows) + 1) : 0
  }

  /// The outcome at a place inside the pane.
  static func outcome(at place: Point, _ state: WorkbenchState) -> Int? {
    guard let inner = state.area(of: .bytes)?.inset(by: 1), let reading = state.bytes.current else {
      return nil
    }
    let list = BytesLayout(inner).outcomes
    let row = place.row + inner.row - list.row
    let index = row + firstRow(state, rows: list.rows)
    let isInside = 0..<list.rows ~= row && place.column < list.columns
    return isInside && reading.rows.indices.contains(index) ? index : nil
  }

  // MARK: Outcomes

  private static func drawHeader(_ canvas: inout Canvas, _ line: Rect) {
    guard !line.isEmpty else { return }
    let columns = BytesLayout.Columns(line.columns)
    let faint = canvas.style(.faint)
    canvas.grid.putRight(
      "exact", endingAt: Point(row: line.row, column: line.endColumn - columns.naive),
      style: faint, clip: line)
    guard columns.naive > 0 else { return }
    canvas.grid.putRight(
      "naive", endingAt: Point(row: line.row, column: line.endColumn), style: faint, clip: line)
  }

  /// The name of an outcome.
  static func name(
    _ row: ByteReading.Row, _ reading: ByteReading, charset: Charset, columns: Int
  ) -> String {
    switch row.outcome {
    case .end: columns < 11 ? "end" : "end of text"
    case .byte(let byte):
      ByteName.text(byte, after: reading.tail, charset: charset, columns: columns)
    }
  }

  private static func draw(
    _ row: ByteReading.Row, _ reading: ByteReading, _ state: WorkbenchState, isChosen: Bool,
    in line: Rect, _ canvas: inout Canvas
  ) {
    let columns = BytesLayout.Columns(line.columns)
    let base = canvas.style(isChosen ? .cursor : .text)
    let accent = isChosen ? base : canvas.style(.accent)
    if isChosen { canvas.grid.fill(line, style: base) }
    let following = state.document.bytes[safe: reading.offset]
    if let following, row.outcome == .byte(following) {
      canvas.line(canvas.mark("●", "*"), 0, in: line, style: accent)
    }
    let label = name(row, reading, charset: canvas.look.charset, columns: columns.name)
    canvas.line(
      CellGrid.fitted(label, to: columns.name, charset: canvas.look.charset), 0, 2, in: line,
      style: row.outcome == .end && !isChosen ? canvas.style(.symbol) : base)
    let bar = Chart.bar(row.exact, columns: columns.bar, charset: canvas.look.charset)
    canvas.line(bar, 0, 3 + columns.name, in: line, style: accent)
    canvas.grid.putRight(
      Decimals.percent(row.exact),
      endingAt: Point(row: line.row, column: line.endColumn - columns.naive), style: base,
      clip: line)
    guard columns.naive > 0 else { return }
    drawNaive(
      row, isChosen ? base : canvas.style(.faint),
      in: Rect(
        row: line.row, column: line.endColumn - columns.naive, rows: 1, columns: columns.naive),
      &canvas)
  }

  /// The naive probability on the colour of its difference, and which way that goes.
  private static func drawNaive(
    _ row: ByteReading.Row, _ base: Style, in cell: Rect, _ canvas: inout Canvas
  ) {
    let text = Decimals.percent(row.naive)
    let excess = row.exact - row.naive
    guard abs(excess) >= leastDifference else {
      canvas.grid.putRight(
        text, endingAt: Point(row: cell.row, column: cell.endColumn), style: base, clip: cell)
      return
    }
    let style = canvas.heat(excess, difference, base: base)
    let marked = Rect(
      row: cell.row, column: cell.column + 1, rows: 1, columns: cell.columns - 1)
    canvas.grid.fill(marked, style: style)
    canvas.line(
      excess > 0 ? canvas.mark("◂", "<") : canvas.mark("▸", ">"), 0, in: marked, style: style)
    canvas.grid.putRight(
      text, endingAt: Point(row: cell.row, column: cell.endColumn), style: style, clip: marked)
  }

  // MARK: Covers

  /// The least share of an outcome that is told.
  private static let leastShare = 0.0005

  /// A line of the tree behind an outcome.
  struct CoverLine: Equatable {
    var text: String
    /// Its share of the outcome.
    var share: Double
    var isCover: Bool
  }

  /// The tokens behind an outcome: each cover, under it the tokens that may come next, and in the end
  /// what is not listed.
  static func coverLines(
    of row: ByteReading.Row, _ reading: ByteReading, vocabulary: Vocabulary, charset: Charset
  ) -> [CoverLine] {
    let total = row.branches.reduce(0) { $0 + $1.share }
    let whole = max(total, row.exact * (1 - reading.invalidMass))
    guard whole > 0 else { return [] }
    var lines: [CoverLine] = []
    let grouped = Dictionary(grouping: row.branches, by: \.cover)
    let covers = grouped.sorted { a, b in
      let (left, right) = (a.value.reduce(0) { $0 + $1.share }, b.value.reduce(0) { $0 + $1.share })
      return left == right ? a.key < b.key : left > right
    }
    for (index, branches) in covers {
      guard let cover = reading.covers[safe: index] else { continue }
      let tokens = cover.tokens.map {
        TokenLabel.text(vocabulary.bytes(of: $0), charset: charset)
      }
      let (dots, mark) = charset == .unicode ? ("…", "▸") : ("..", ">")
      lines.append(
        CoverLine(
          text: ([dots] + tokens + [mark]).joined(separator: " "),
          share: branches.reduce(0) { $0 + $1.share } / whole, isCover: true))
      lines += branches.map {
        CoverLine(
          text: TokenLabel.text(vocabulary.bytes(of: $0.id), charset: charset),
          share: $0.share / whole, isCover: false)
      }
    }
    let others = 1 - total / whole
    if others >= leastShare {
      lines.append(CoverLine(text: "and others", share: others, isCover: false))
    }
    return lines
  }

  private static func drawCovers(
    _ state: WorkbenchState, _ reading: ByteReading, _ canvas: inout Canvas, _ area: Rect
  ) {
    guard !area.isEmpty, let model = state.model,
      let row = reading.rows[safe: state.focus == .bytes ? state.bytes.choice : 0]
    else { return }
    let faint = canvas.style(.faint)
    var first = 0
    if area.rows > 2 {
      let name = name(
        row, reading, charset: canvas.look.charset, columns: max(4, area.columns - 10))
      canvas.line("tokens of \(name)", 0, in: area, style: faint)
      first = 1
    }
    guard row.outcome != .end else {
      canvas.line("an end-of-text token comes next", first, in: area, style: canvas.style(.text))
      return
    }
    let lines = coverLines(
      of: row, reading, vocabulary: model.vocabulary, charset: state.look.charset)
    for (index, line) in lines.prefix(area.rows - first).enumerated() {
      let indent = line.isCover ? 0 : 2
      let room = max(1, area.columns - indent - 9)
      canvas.line(
        CellGrid.fitted(line.text, to: room, charset: state.look.charset), first + index, indent,
        in: area, style: canvas.style(line.isCover ? .accent : .text))
      canvas.grid.putRight(
        Decimals.percent(line.share),
        endingAt: Point(row: area.row + first + index, column: area.endColumn),
        style: line.isCover ? canvas.style(.text) : faint, clip: area)
    }
  }

  // MARK: Completions

  private static func drawCompletions(
    _ state: WorkbenchState, _ reading: ByteReading, _ canvas: inout Canvas, _ area: Rect
  ) {
    guard !area.isEmpty else { return }
    let faint = canvas.style(.faint)
    var first = 0
    if area.rows > 2 {
      canvas.line("goes on, byte by byte", 0, in: area, style: faint)
      first = 1
    }
    if reading.completions.isEmpty, state.bytes.isPending {
      canvas.line("looking ahead…", first, in: area, style: faint)
    }
    // A character that has begun is shown whole.
    let begun = ByteName.pending(reading.tail)
    for (index, completion) in reading.completions.prefix(area.rows - first).enumerated() {
      let mark = canvas.mark("»", ">")
      canvas.line(mark, first + index, in: area, style: faint)
      let text = TokenLabel.text(begun + completion.bytes, charset: state.look.charset)
      canvas.line(
        CellGrid.fitted(text, to: max(1, area.columns - 11), charset: state.look.charset),
        first + index, 2, in: area, style: canvas.style(.generated))
      canvas.grid.putRight(
        Decimals.percent(completion.probability),
        endingAt: Point(row: area.row + first + index, column: area.endColumn), style: faint,
        clip: area)
    }
  }

  /// Bias, missing mass, and entropy, in as many words as there is room for.
  static func foot(_ reading: ByteReading, columns: Int) -> String {
    let bias = Decimals.text(reading.bias, places: 2)
    let missing = Decimals.percent(reading.invalidMass)
    let entropy = Decimals.text(reading.entropy, places: 1)
    let texts = [
      "tokenization bias \(bias) bit · missing \(missing) · entropy \(entropy) bit",
      "bias \(bias) bit · missing \(missing) · entropy \(entropy) bit",
      "bias \(bias) missing \(missing) H \(entropy) bit",
      "bias \(bias) missing \(missing) H \(entropy)",
      "bias \(bias) lost \(missing) H \(entropy)",
    ]
    return texts.first { GraphemeWidth.columns(of: $0) <= columns } ?? "bias \(bias) bit"
  }
}
