import Cells
import Lenses
import Tokenization

/// The text: tokens with their boundaries, the active lens as heat, the cursor.
enum TextPane {
  /// Draws it; gives the place of the terminal's cursor while text is typed.
  static func draw(_ state: WorkbenchState, into canvas: inout Canvas, area: Rect) -> Point? {
    let isFocused = state.focus == .text
    let branch = state.branches.all.count > 1 ? " · branch \(state.branches.present.number)" : ""
    let inner = canvas.frame(area, "Text" + branch, note: note(state), isFocused: isFocused)
    guard !inner.isEmpty else { return nil }
    let isEmpty = state.document.bytes.isEmpty
    if isEmpty, state.mode != .insert {
      canvas.paragraph(
        "No text. Press i, or click here, and type.", from: 0, in: inner,
        style: canvas.style(.faint))
    }
    let rows = state.textFlow.rows(from: state.textTop, limit: inner.rows)
    let painter = Painter(state, canvas)
    var cursor: Point?
    for (index, row) in rows.enumerated() {
      var column = inner.column
      for cell in row.cells {
        let place = Point(row: inner.row + index, column: column)
        canvas.grid.put(cell.text, at: place, style: painter.style(cell), clip: inner)
        column += cell.width
      }
      if index == rows.count - 1, painter.bytePlace == row.end, column < inner.endColumn {
        canvas.grid.put(
          " ", at: Point(row: inner.row + index, column: column), style: painter.byteMark(on: nil),
          clip: inner)
      }
      if state.mode == .insert, isFocused, holds(state.caret, row, isLast: index == rows.count - 1)
      {
        let column = inner.column + min(row.column(of: state.caret), inner.columns - 1)
        cursor = Point(row: inner.row + index, column: column)
      }
    }
    return cursor
  }

  private static func holds(_ offset: Int, _ row: FlowRow, isLast: Bool) -> Bool {
    row.start <= offset && (offset < row.end || (isLast && offset == row.end))
  }

  /// What the frame says at the right: how much there is above and below.
  private static func note(_ state: WorkbenchState) -> String {
    if state.evaluation.isRunning, state.evaluable > 64 {
      return "evaluating \(state.records.count) of \(state.evaluable) · Esc ends it"
    }
    guard state.textTop > 0 || state.document.bytes.count > 20_000 else { return "" }
    return "\(state.textTop * 100 / max(1, state.document.bytes.count)) %"
  }

  /// How cells look, prepared once for all of them.
  private struct Painter {
    let state: WorkbenchState
    let canvas: Canvas
    let values: [Double?]
    let scale: ValueScale?
    let vocabulary: Vocabulary?
    let text, generated, special, boundary, faint, symbol, cursor, alternate, match: Style
    let matches: [Range<Int>]
    /// The byte that the Bytes pane is about, where it is to be marked.
    let bytePlace: Int?

    init(_ state: WorkbenchState, _ canvas: Canvas) {
      self.state = state
      self.canvas = canvas
      values = state.heatValues()
      scale = state.heatScale
      vocabulary = state.model?.vocabulary
      text = canvas.style(.text)
      generated = canvas.style(.generated)
      special = canvas.style(.special)
      boundary = canvas.style(.boundary)
      faint = canvas.style(.faint)
      symbol = canvas.style(.symbol)
      cursor = canvas.style(.cursor)
      alternate = canvas.style(.alternate)
      match = canvas.style(.selection)
      let wanted = Array(state.search.utf8)
      let end = min(state.document.bytes.count, state.textTop + 16_384)
      matches =
        wanted.isEmpty || end <= state.textTop
        ? [] : state.document.bytes[state.textTop..<end].ranges(of: wanted)
      bytePlace =
        state.visible.contains(.bytes) && state.mode != .insert ? state.bytePlace : nil
    }

    /// The mark of the Bytes pane's place: it stands out while the pane has the keys.
    func byteMark(on style: Style?) -> Style {
      state.focus == .bytes ? match : (style ?? text).adding(.underline)
    }

    func style(_ cell: FlowCell) -> Style {
      if let bytePlace, cell.kind != .boundary,
        cell.offset..<cell.offset + max(1, cell.length) ~= bytePlace
      {
        return byteMark(on: unmarked(cell))
      }
      return unmarked(cell)
    }

    private func unmarked(_ cell: FlowCell) -> Style {
      guard let token = cell.token else { return cell.kind == .plain ? text : symbol }
      if cell.kind == .boundary { return boundary }
      if token == state.cursor, state.mode != .insert { return cursor }
      if matches.contains(where: { $0.contains(cell.offset) }) { return match }
      var base = token >= state.document.writtenCount ? generated : text
      if let vocabulary, vocabulary.isSpecial(state.document.tokens[token].id) { base = special }
      if let scale {
        guard values.indices.contains(token), let value = values[token] else {
          return cell.kind == .plain ? base : faint
        }
        var style = canvas.heat(value, scale, base: base)
        style.attributes.formUnion(base.attributes.intersection([.underline, .italic]))
        return style
      }
      // Without a lens, tokens are told apart by shades where the theme has them.
      if token.isMultiple(of: 2), base == text { base = alternate }
      switch cell.kind {
      case .plain, .boundary: return base
      case .boundarySpace: return boundary.on(base.background)
      case .space, .newline: return faint.on(base.background)
      case .symbol, .invalid: return symbol.on(base.background)
      }
    }
  }
}
