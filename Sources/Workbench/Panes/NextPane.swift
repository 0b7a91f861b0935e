import Cells
import Inference
import Lenses
import Tokenization

/// A candidate as the Next pane shows it.
struct ShownCandidate: Sendable, Hashable {
  var id: TokenID
  /// In the distribution that is shown.
  var probability: Double
  /// Whether the sampler could draw it.
  var isKept: Bool
}

extension WorkbenchState {
  /// The stages of the sampler at the cursor; none while they are not known.
  var samplerStages: [DistributionReading.Stage] {
    guard case .distribution(let reading) = readings.current(.next) else { return [] }
    return reading.stages
  }

  /// The candidates at the cursor, best first, in the distribution of the shown stage.
  var candidates: [ShownCandidate] {
    guard let record = records[safe: cursor] else { return [] }
    let stages = samplerStages
    guard let last = stages.last else {
      return record.top.map {
        ShownCandidate(id: $0.id, probability: Double($0.probability), isKept: true)
      }
    }
    let kept = Set(last.candidates.map(\.id))
    let everything = last.kept > last.candidates.count
    let shown = stages[safe: stage] ?? stages[0]
    return shown.candidates.map {
      ShownCandidate(
        id: $0.id, probability: $0.probability, isKept: everything || kept.contains($0.id))
    }
  }
}

/// The distribution at the cursor.
enum NextPane {
  static func draw(_ state: WorkbenchState, into canvas: inout Canvas, area: Rect) {
    let isFocused = state.focus == .next
    let after = TokenLabel.text(state.document.bytes(of: state.cursor), charset: state.look.charset)
    let stages = state.samplerStages
    let stage = state.stage > 0 ? stages[safe: state.stage] : nil
    let title = state.document.tokens.isEmpty ? "Next" : "Next after \(after)"
    let inner = canvas.frame(
      area, title, note: stage.map { "\($0.name) \($0.setting)" } ?? "", isFocused: isFocused)
    guard !inner.isEmpty else { return }
    guard let record = state.records[safe: state.cursor], let model = state.model else {
      canvas.paragraph(waiting(state), from: 0, in: inner, style: canvas.style(.faint))
      return
    }
    let candidates = state.candidates
    let actual = state.document.tokens[safe: state.cursor + 1]?.id
    let listRows = max(1, inner.rows - footerRows(inner))
    let top = firstRow(state, rows: listRows)
    for (row, candidate) in candidates.dropFirst(top).prefix(listRows).enumerated() {
      draw(
        candidate, row: row, isChosen: isFocused && top + row == state.candidate,
        isActual: candidate.id == actual,
        isBanned: state.decode.sampler.banned.contains(candidate.id),
        vocabulary: model.vocabulary, in: inner, &canvas)
    }
    guard footerRows(inner) > 0 else { return }
    let bits = Decimals.text(stage.map(\.entropy) ?? Entropy.bits(record), places: 1)
    canvas.line(
      footer(state, stages, entropy: bits, columns: inner.columns), inner.rows - 1, in: inner,
      style: canvas.style(.faint))
  }

  private static func footerRows(_ inner: Rect) -> Int { inner.rows > 3 ? 1 : 0 }

  private static func waiting(_ state: WorkbenchState) -> String {
    if state.model == nil { return "Opening \(state.modelName)…" }
    if state.document.tokens.isEmpty { return "What could follow a text. Press i and type one." }
    return state.evaluation.isRunning ? "Evaluating…" : "This token is not evaluated."
  }

  /// The first candidate that is shown, so that the chosen one is.
  private static func firstRow(_ state: WorkbenchState, rows: Int) -> Int {
    state.focus == .next ? max(0, state.candidate - rows + 1) : 0
  }

  private static func draw(
    _ candidate: ShownCandidate, row: Int, isChosen: Bool, isActual: Bool, isBanned: Bool,
    vocabulary: Vocabulary, in inner: Rect, _ canvas: inout Canvas
  ) {
    let columns = columns(inner.columns)
    let isPossible = candidate.isKept && !isBanned
    let base = isChosen ? canvas.style(.cursor) : canvas.style(isPossible ? .text : .faint)
    let line = Rect(row: inner.row + row, column: inner.column, rows: 1, columns: inner.columns)
    if isChosen { canvas.grid.fill(line, style: base) }
    let mark = isBanned ? canvas.mark("×", "x") : isActual ? canvas.mark("●", "*") : " "
    let accent = isChosen ? base : canvas.style(.accent)
    canvas.line(
      mark, 0, in: line, style: isBanned ? (isChosen ? base : canvas.style(.bad)) : accent)
    let label = TokenLabel.text(vocabulary.bytes(of: candidate.id), charset: canvas.look.charset)
    canvas.line(
      CellGrid.fitted(label, to: columns.label, charset: canvas.look.charset), 0, 2, in: line,
      style: base)
    let bar = Chart.bar(
      candidate.probability, columns: columns.bar, charset: canvas.look.charset)
    canvas.line(
      bar, 0, 3 + columns.label, in: line,
      style: isChosen ? base : isPossible ? accent : canvas.style(.faint))
    canvas.grid.putRight(
      Decimals.percent(candidate.probability),
      endingAt: Point(row: line.row, column: line.endColumn), style: base, clip: line)
  }

  private static func columns(_ width: Int) -> (label: Int, bar: Int) {
    let label = max(4, min(18, width * 2 / 5))
    return (label, max(0, width - label - 12))
  }

  /// What follows, and what the sampler makes of it.
  private static func footer(
    _ state: WorkbenchState, _ stages: [DistributionReading.Stage], entropy: String, columns: Int
  ) -> String {
    let isNarrow = columns < 50
    var parts: [String] = []
    if let next = state.records[safe: state.cursor + 1], let rank = next.rank,
      let logProbability = next.logProbability, let model = state.model
    {
      let whole = TokenLabel.text(model.vocabulary.bytes(of: next.id), charset: state.look.charset)
      let label = CellGrid.fitted(whole, to: 12, charset: state.look.charset)
      let bits = Decimals.text(max(0, -Double(logProbability) * 1.442695), places: 1)
      parts.append(
        "\(state.look.charset == .unicode ? "●" : "*") \(label) rank \(rank) · \(bits) bit")
    }
    if let last = stages.last, stages.count > 1 {
      parts.append("\(isNarrow ? "" : "sampler ")keeps \(last.kept.grouped)")
    }
    // Where there is little room, what follows is told rather than the entropy.
    if !isNarrow || parts.count < 2 { parts.append("entropy \(entropy) bit") }
    return parts.joined(separator: " · ")
  }

  /// The candidate at a place inside the pane.
  static func candidate(at place: Point, _ state: WorkbenchState) -> Int? {
    guard let inner = state.area(of: .next)?.inset(by: 1) else { return nil }
    let rows = max(1, inner.rows - footerRows(inner))
    let index = place.row + firstRow(state, rows: rows)
    return place.row < rows && state.candidates.indices.contains(index) ? index : nil
  }
}
