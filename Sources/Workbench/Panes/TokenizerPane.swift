import Cells
import Tokenization

/// The vocabulary: the token at the cursor explained, the entries, what they are like.
enum TokenizerPane {
  static func draw(_ state: WorkbenchState, into canvas: inout Canvas, area: Rect) {
    let page = state.browser.page
    let inner = canvas.frame(
      area, "Tokenizer · \(page.rawValue)", note: "o turns",
      isFocused: state.focus == .tokenizer)
    guard !inner.isEmpty else { return }
    guard let model = state.model else {
      canvas.paragraph(
        "The vocabulary. It appears once the model is open.", from: 0, in: inner,
        style: canvas.style(.faint))
      return
    }
    switch page {
    case .token: TokenPage.draw(state, model, &canvas, inner)
    case .entries: drawEntries(state, model.vocabulary, &canvas, inner)
    case .quality: QualityPage.draw(state, &canvas, inner)
    }
  }

  // MARK: Entries

  private static func inner(_ state: WorkbenchState) -> Rect? {
    state.area(of: .tokenizer)?.inset(by: 1)
  }

  /// How many entries are listed at once.
  static func rows(_ state: WorkbenchState) -> Int { max(1, (inner(state)?.rows ?? 2) - 1) }

  /// The place of the first entry that is listed. Lists are turned page by page, so that nothing
  /// moves but the choice.
  private static func first(_ state: WorkbenchState) -> Int {
    guard let vocabulary = state.model?.vocabulary else { return 0 }
    return state.browser.place(vocabulary) / rows(state) * rows(state)
  }

  /// The entry at a place inside the pane.
  static func entry(at place: Point, _ state: WorkbenchState) -> TokenID? {
    guard state.browser.page == .entries, let vocabulary = state.model?.vocabulary, place.row > 0
    else { return nil }
    return state.browser.entry(at: first(state) + place.row - 1, vocabulary)
  }

  private static func drawEntries(
    _ state: WorkbenchState, _ vocabulary: Vocabulary, _ canvas: inout Canvas, _ inner: Rect
  ) {
    let charset = state.look.charset
    let count = state.browser.count(vocabulary)
    var heading = "\(count.grouped) entries · / searches"
    if let query = state.browser.query {
      let more = state.browser.isSearching ? " so far" : ""
      heading = "\(count.grouped)\(more) with \(VisibleText.safe(query.text, charset: charset))"
    }
    canvas.line(heading, 0, in: inner, style: canvas.style(.faint))
    let first = first(state)
    let chosen = state.browser.place(vocabulary)
    let widest = String(max(0, vocabulary.count - 1)).count
    for row in 0..<rows(state) {
      let place = first + row
      guard let id = state.browser.entry(at: place, vocabulary) else { break }
      let isChosen = place == chosen && state.focus == .tokenizer
      let bytes = vocabulary.bytes(of: id)
      let number = String(id)
      let label = String(repeating: " ", count: max(0, widest - number.count)) + number
      canvas.line(label, row + 1, in: inner, style: canvas.style(isChosen ? .cursor : .faint))
      let base: Role = vocabulary.isSpecial(id) ? .special : .text
      let hex = hexText(bytes)
      let room = inner.columns - widest - 2
      let showsHex = room > 40
      let text = CellGrid.fitted(
        TokenLabel.text(bytes, charset: charset), to: showsHex ? room - 26 : room,
        charset: charset)
      canvas.line(
        text, row + 1, widest + 2, in: inner, style: canvas.style(isChosen ? .cursor : base))
      if showsHex {
        canvas.grid.putRight(
          CellGrid.fitted(hex, to: 24, charset: charset),
          endingAt: Point(row: inner.row + row + 1, column: inner.endColumn),
          style: canvas.style(.faint), clip: inner)
      }
    }
  }

  static func hexText(_ bytes: [UInt8]) -> String {
    bytes.prefix(64).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined(separator: " ")
  }
}

/// What the vocabulary is like, in a few lines and bars.
enum QualityPage {
  static func draw(_ state: WorkbenchState, _ canvas: inout Canvas, _ inner: Rect) {
    guard let measures = state.browser.measures else {
      canvas.paragraph(
        "counting the entries, and trying which of them any text encodes to…", from: 0, in: inner,
        style: canvas.style(.faint))
      return
    }
    let faint = canvas.style(.faint)
    let mean = measures.meanBytes.map { Decimals.text($0, places: 1) } ?? "–"
    var row = canvas.paragraph(
      "\(measures.count.grouped) entries · \(mean) bytes · "
        + "\(state.browser.unreachable.count.grouped) unreachable", from: 0, in: inner, style: faint
    )
    let bar = inner.columns - 12 - 8
    for kind in PieceClass.allCases {
      let share = measures.share(kind)
      guard share > 0, row < inner.rows else { continue }
      canvas.line(kind.rawValue, row, in: inner, style: canvas.style(.text))
      canvas.grid.putRight(
        Decimals.percent(share), endingAt: Point(row: inner.row + row, column: inner.column + 20),
        style: canvas.style(.text), clip: inner)
      if bar > 3 {
        canvas.line(
          Chart.bar(share, columns: bar - 1, charset: state.look.charset), row, 21, in: inner,
          style: canvas.style(.accent))
      }
      row += 1
    }
    for script in measures.scripts where row < inner.rows {
      canvas.line(script.name, row, in: inner, style: faint)
      canvas.grid.putRight(
        "\(script.entries.grouped) · \(script.letters.grouped) of \(script.allLetters.grouped) letters",
        endingAt: Point(row: inner.row + row, column: inner.endColumn), style: faint, clip: inner)
      row += 1
    }
  }
}
