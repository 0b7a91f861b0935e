import Cells
import Lenses
import Tokenization

/// The lines above and below the panes.
enum Chrome {
  // MARK: Title

  /// Model, quantisation, context, speed; the legend of the active lens.
  static func drawTitle(_ state: WorkbenchState, into canvas: inout Canvas, area: Rect) {
    guard !area.isEmpty else { return }
    let style = canvas.style(.title)
    let faint = canvas.style(.faint)
    guard let model = state.model else {
      canvas.line(" \(VisibleText.safe(state.modelName)) · opening…", 0, in: area, style: style)
      return
    }
    let count = state.document.tokens.count
    var column = canvas.line(" \(VisibleText.safe(model.name))", 0, in: area, style: style)
    column += canvas.line(" · \(model.quantisation) · ", 0, column, in: area, style: faint)
    column += canvas.line(
      "\(count.grouped) of \(model.context)", 0, column, in: area,
      style: count > model.context ? canvas.style(.bad) : style)
    if let rate = state.decode.rate {
      column += canvas.line(
        " · \(Decimals.text(rate, places: 0)) \(state.decode.rateUnit)", 0, column, in: area,
        style: faint)
    }
    drawLegend(state, &canvas, area, from: column + 2)
  }

  private static func drawLegend(
    _ state: WorkbenchState, _ canvas: inout Canvas, _ area: Rect, from column: Int
  ) {
    guard let scale = state.heatScale, let lens = state.lens else { return }
    let low = Decimals.short(Float(scale.minimum))
    let high = Decimals.short(Float(scale.maximum))
    let unit = scale.unit == "probability" ? "" : " \(scale.unit)"
    let cells = 6
    let text = "\(lens) \(low) "
    let tail = " \(high)\(unit) "
    let width = GraphemeWidth.columns(of: text + tail) + cells
    guard column + width <= area.columns else { return }
    var at = area.columns - width
    at += canvas.line(text, 0, at, in: area, style: canvas.style(.faint))
    for cell in 0..<cells {
      let fraction = Double(cell) / Double(cells - 1)
      let value = scale.minimum + (scale.maximum - scale.minimum) * fraction
      let linear = ValueScale(unit: scale.unit, minimum: scale.minimum, maximum: scale.maximum)
      canvas.tile(
        value, linear, Rect(row: area.row, column: area.column + at + cell, rows: 1, columns: 1),
        style: canvas.style(.text))
    }
    canvas.line(tail, 0, at + cells, in: area, style: canvas.style(.faint))
  }

  // MARK: Timeline

  /// The active lens over all tokens, and what it says of the cursor's.
  static func drawTimeline(_ state: WorkbenchState, into canvas: inout Canvas, area: Rect) {
    guard !area.isEmpty, state.model != nil, !state.document.tokens.isEmpty else { return }
    let told = tell(state)
    let values = state.heatValues()
    var column = 1
    if let scale = state.heatScale {
      let told = GraphemeWidth.columns(of: told)
      let room = max(8, min(area.columns / 2, area.columns - told - 4))
      let spark = Chart.sparkline(
        values.map { $0.map(scale.fraction) }, minimum: 0, maximum: 1, columns: room,
        charset: state.look.charset)
      let cells = min(room, values.count)
      canvas.line(spark, 0, column, in: area, style: canvas.style(.accent))
      if cells > 0 {
        let place = area.column + column + state.cursor * cells / max(1, values.count)
        let style = canvas.style(.cursor)
        canvas.grid.restyle(Rect(row: area.row, column: place, rows: 1, columns: 1)) { _ in style }
      }
      column += cells + 1
    }
    canvas.line(told, 0, column, in: area, style: canvas.style(.faint))
  }

  private static func tell(_ state: WorkbenchState) -> String {
    let count = state.document.tokens.count
    guard let token = state.document.tokens[safe: state.cursor] else { return "" }
    let bytes = state.document.bytes(of: state.cursor)
    let label = TokenLabel.text(bytes, charset: state.look.charset)
    var parts = ["\(state.cursor + 1)/\(count) \"\(label)\" id \(token.id)"]
    if bytes.contains(where: { $0 >= 0x80 }) {
      let hex = bytes.prefix(8).map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
      parts[0] += " [" + hex.joined(separator: " ") + (bytes.count > 8 ? " …]" : "]")
    }
    guard let scale = state.heatScale, state.lens != nil else {
      return parts.joined(separator: " · ")
    }
    let values = state.heatValues()
    if let value = values[safe: state.cursor] ?? nil {
      parts.append(state.heatText(value, scale))
    }
    let known = values.compactMap { $0 }
    if !known.isEmpty, scale.unit == "bit" {
      let mean = known.reduce(0, +) / Double(known.count)
      parts.append("mean \(Decimals.text(mean, places: 1)) \(scale.unit)")
    }
    return parts.joined(separator: " · ")
  }

  // MARK: Status

  /// The mode and the keys that matter here; or a line that is asked for, or told. Gives the place
  /// of the terminal's cursor while a line is typed.
  static func drawStatus(_ state: WorkbenchState, into canvas: inout Canvas, area: Rect) -> Point? {
    guard !area.isEmpty else { return nil }
    let style = canvas.style(.status)
    canvas.grid.fill(area, style: style)
    let accent = Style(
      foreground: canvas.style(.accent).foreground, background: style.background,
      attributes: style.attributes.union(.bold))
    if case .prompt(let prompt) = state.mode {
      let label = " \(prompt.label): "
      let used = canvas.line(label, 0, in: area, style: accent)
      let room = max(1, area.columns - used - 1)
      // The end of a long line is what is being typed.
      var text = VisibleText.safe(prompt.text, charset: state.look.charset)
      while GraphemeWidth.columns(of: text) > room { text.removeFirst() }
      let typed = canvas.line(text, 0, used, in: area, style: style)
      return Point(row: area.row, column: min(area.endColumn - 1, area.column + used + typed))
    }
    let right = rightSide(state)
    let rightColumns = GraphemeWidth.columns(of: right)
    let left = Rect(
      row: area.row, column: area.column, rows: 1,
      columns: max(0, area.columns - (rightColumns < area.columns / 2 ? rightColumns : 0)))
    var column = canvas.line(
      state.mode == .insert ? " INSERT " : " NORMAL ", 0, in: left, style: accent)
    if let notice = state.notice {
      let bad = Style(
        foreground: canvas.style(.bad).foreground, background: style.background,
        attributes: style.attributes.union(.bold))
      canvas.line(
        " " + VisibleText.safe(notice.text, charset: state.look.charset), 0, column, in: left,
        style: notice.isError ? bad : style)
    } else {
      for (key, what) in hints(state) {
        let width = GraphemeWidth.columns(of: key + what) + 4
        guard column + width <= left.columns else { break }
        column += canvas.line("  \(key) ", 0, column, in: left, style: accent)
        column += canvas.line(what, 0, column, in: left, style: style)
      }
    }
    if left.columns < area.columns {
      canvas.grid.putRight(
        right, endingAt: Point(row: area.row, column: area.endColumn), style: style, clip: area)
    }
    return nil
  }

  private static func rightSide(_ state: WorkbenchState) -> String {
    if state.model == nil { return " opening the model… " }
    if state.evaluation.isRunning {
      return " evaluating \(state.records.count)/\(state.evaluable) "
    }
    if state.readings.isPending || state.bytes.isPending, !state.decode.isRunning {
      return " reading… "
    }
    return state.savedAt.map { " saved \($0) " } ?? ""
  }

  private static func hints(_ state: WorkbenchState) -> [(String, String)] {
    let end = state.look.charset == .unicode ? "⏎" : "Enter"
    if state.mode == .insert {
      return [("Esc", "ends writing"), ("C-w", "deletes a word")]
    }
    if state.decode.isRunning {
      return [("space", "pauses"), ("Esc", "stops"), ("tab", "pane"), ("?", "keys")]
    }
    let general = [("tab", "pane"), ("?", "keys"), (":", "commands"), ("q", "quit")]
    switch state.focus {
    case .text: return [(end, "write"), ("space", "decode"), ("c", "candidates")] + general
    case .next: return [(end, "take"), ("x", "ban"), ("o", "stage"), ("space", "decode")] + general
    case .attention: return [(end, "map"), ("hjkl", "head"), ("a", "as heat")] + general
    case .layers: return [("j k", "layers"), ("z", "zoom")] + general
    case .bytes: return [("h l", "byte"), ("j k", "outcome"), (end, "take")] + general
    case .decode: return [("space", "decode"), ("s", "step"), ("t T", "temperature")] + general
    case .compare: return [("a", "add"), ("x", "drop"), ("p", "perturb"), ("z", "zoom")] + general
    case .tokenizer:
      return [("o", "page"), ("/", "search"), ("j k", "entries"), ("z", "zoom")] + general
    }
  }
}
