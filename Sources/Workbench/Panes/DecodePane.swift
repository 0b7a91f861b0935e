import Cells
import Inference
import Tokenization

/// The live run: how tokens are drawn, how fast, what was drawn, and the branches.
enum DecodePane {
  static func draw(_ state: WorkbenchState, into canvas: inout Canvas, area: Rect) {
    let rate =
      state.decode.rate.map { "\(Decimals.text($0, places: 0)) \(state.decode.rateUnit)" } ?? ""
    let inner = canvas.frame(
      area, "Decode · \(state.decode.strategy.rawValue)", note: rate,
      isFocused: state.focus == .decode)
    guard !inner.isEmpty else { return }
    let faint = canvas.style(.faint)
    var row = canvas.paragraph(settings(state), from: 0, in: inner, style: faint)
    let running = state.decode.isRunning
    canvas.line(
      status(state), row, in: inner, style: canvas.style(running ? .good : .text))
    row += 1
    row += drawSteps(state, from: row, &canvas, inner)
    drawBranches(state, from: row, &canvas, inner)
  }

  /// The probabilities with which tokens or bytes were drawn, and what is told of the last.
  ///
  /// - Returns: how many rows it took.
  private static func drawSteps(
    _ state: WorkbenchState, from row: Int, _ canvas: inout Canvas, _ inner: Rect
  ) -> Int {
    let lines = lastStep(state)
    guard !lines.isEmpty, inner.rows > row + 1 else { return 0 }
    let faint = canvas.style(.faint)
    let drawn =
      state.decode.byteSteps.isEmpty
      ? state.decode.steps.map(\.probability) : state.decode.byteSteps.map(\.probability)
    let columns = max(0, inner.columns - 8)
    let spark = Chart.sparkline(
      drawn.suffix(columns).map { Double($0) }, minimum: 0, maximum: 1, columns: columns,
      charset: state.look.charset)
    canvas.line("p ", row, in: inner, style: faint)
    canvas.line(spark, row, 2, in: inner, style: canvas.style(.accent))
    for (index, line) in lines.enumerated() where row + 1 + index < inner.rows {
      canvas.line(line, row + 1 + index, in: inner, style: faint)
    }
    return 1 + lines.count
  }

  /// What is told of the last token or byte: how likely it was, and what each model made of it.
  private static func lastStep(_ state: WorkbenchState) -> [String] {
    guard let model = state.model else { return [] }
    let charset = state.look.charset
    if let last = state.decode.byteSteps.last {
      let before = state.document.bytes.dropLast().suffix(3)
      let label = last.byte.map { ByteName.text($0, after: before, charset: charset, columns: 12) }
      var lines = [
        "\(label ?? "the end") \(Decimals.percent(Double(last.probability))) of \(last.kept) kept"
      ]
      let ensemble = state.decode.ensemble
      guard ensemble.models.count > 1, last.opinions.count == ensemble.models.count else {
        return lines
      }
      for (name, opinion) in zip(
        ensemble.models + ["together"], last.opinions + [last.combined])
      {
        let bar = Chart.bar(opinion, columns: 8, charset: charset)
        let room = String(repeating: " ", count: 8 - GraphemeWidth.columns(of: bar))
        let share = Decimals.percent(opinion)
        lines.append("\(bar)\(room) \(share) \(VisibleText.safe(name, charset: charset))")
      }
      return lines
    }
    guard let last = state.decode.steps.last else { return [] }
    let label = TokenLabel.text(model.vocabulary.bytes(of: last.token), charset: charset)
    return ["\(label) \(Decimals.percent(Double(last.probability))) of \(last.kept) kept"]
  }

  private static func settings(_ state: WorkbenchState) -> String {
    let sampler = state.decode.sampler
    let neutral = SamplerSettings()
    var parts: [String] = []
    if sampler.temperature <= 0 { parts.append("greedy") }
    for setting in Command.numbers {
      let value = setting.get(sampler)
      guard value != setting.get(neutral), setting.name != "temperature" || value > 0 else {
        continue
      }
      let name = setting.name == "temperature" ? "temp" : setting.name
      parts.append("\(name) \(Decimals.short(value))")
    }
    if !sampler.banned.isEmpty { parts.append("\(sampler.banned.count) banned") }
    parts.append("seed \(sampler.seed)")
    let ensemble = state.decode.ensemble
    if state.decode.strategy == .bytes, ensemble.models.count > 1 {
      parts.append("\(ensemble.combination.rawValue) of \(ensemble.models.count) models")
      if Set(ensemble.weights).count > 1 {
        let weights = ensemble.weights.map { Decimals.short(Float($0)) }
        parts.append("weights \(weights.joined(separator: " "))")
      }
    }
    // Names and their values are not torn apart.
    return parts.map { $0.replacing(" ", with: "\u{A0}") }.joined(separator: " ")
  }

  private static func status(_ state: WorkbenchState) -> String {
    let charset = state.look.charset
    if state.decode.isRunning {
      let mark = charset == .unicode ? "▶" : ">"
      if state.decode.strategy == .bytes {
        let count = state.document.bytes.count - state.decode.start
        return "\(mark) \(count) of \(state.decode.stop.byteLimit) bytes · space pauses"
      }
      let count = state.document.tokens.count - state.decode.start
      return "\(mark) \(count) of \(state.decode.stop.limit) · space pauses"
    }
    if let stopped = state.decode.stopped {
      return
        "\(charset == .unicode ? "■" : "-") \(VisibleText.safe(stopped.title, charset: charset))"
    }
    return "space decodes · s steps · b how"
  }

  // MARK: Branches

  private static func firstBranchRow(_ state: WorkbenchState, _ inner: Rect) -> Int {
    let rows = Canvas.lines(of: settings(state), columns: inner.columns).count + 1
    let steps = lastStep(state).count
    return rows + (steps > 0 && inner.rows > rows + 1 ? 1 + steps : 0)
  }

  private static func shownBranches(_ state: WorkbenchState, rows: Int) -> Range<Int> {
    let count = state.branches.all.count
    let first = max(0, min(state.chosenBranch - rows / 2, count - rows))
    return first..<min(count, first + max(0, rows))
  }

  private static func drawBranches(
    _ state: WorkbenchState, from row: Int, _ canvas: inout Canvas, _ inner: Rect
  ) {
    let rows = inner.rows - row
    guard state.branches.all.count > 1, rows > 0 else {
      if rows > 1 {
        canvas.paragraph(
          "One branch. c takes another token and makes a second.", from: row, in: inner,
          style: canvas.style(.faint))
      }
      return
    }
    for (line, index) in shownBranches(state, rows: rows).enumerated() {
      let branch = state.branches.all[index]
      let isPresent = index == state.branches.current
      let document = isPresent ? state.document : branch.document
      let isChosen = state.focus == .decode && index == state.chosenBranch
      let indent = String(repeating: " ", count: min(6, state.branches.depth(of: branch)))
      let mark = isPresent ? canvas.mark("●", "*") : canvas.mark("○", "o")
      let from = document.tokens[safe: branch.fork]?.start ?? 0
      let preview = document.bytes[min(from, document.bytes.count)...].prefix(80)
      let text = TokenLabel.text(preview, charset: state.look.charset)
      let style = canvas.style(isChosen ? .cursor : isPresent ? .accent : .text)
      let name = "\(indent)\(mark) \(branch.number)"
      let place = branch.parent == nil ? "" : " @\(branch.fork)"
      canvas.line("\(name)\(place) \(text)", row + line, in: inner, style: style)
    }
  }

  /// The branch at a place inside the pane.
  static func branch(at place: Point, _ state: WorkbenchState) -> Int? {
    guard state.branches.all.count > 1, let inner = state.area(of: .decode)?.inset(by: 1) else {
      return nil
    }
    let first = firstBranchRow(state, inner)
    let shown = shownBranches(state, rows: inner.rows - first)
    let index = shown.lowerBound + place.row - first
    return shown.contains(index) && place.row >= first ? index : nil
  }
}
