import Cells

/// Every command, found by some of its letters.
enum PalettePane {
  /// Draws it; gives the place of the terminal's cursor.
  static func draw(
    _ state: WorkbenchState, _ palette: PaletteState, into canvas: inout Canvas
  ) -> Point? {
    let size = state.size
    let columns = min(size.columns, 66)
    let rows = min(size.rows, 16)
    let area = Rect(
      row: min(2, size.rows - rows), column: (size.columns - columns) / 2, rows: rows,
      columns: columns)
    canvas.grid.fill(area, style: canvas.style(.text))
    let matches = FuzzyMatch.commands(palette.query)
    // The name is what key files take.
    let chosen = matches[safe: palette.selected].map { "\($0.id) · " } ?? ""
    let inner = canvas.frame(
      area, "Commands", note: "\(chosen)Enter runs · Esc closes", isFocused: true)
    guard !inner.isEmpty else { return nil }
    let typed = canvas.line(": \(palette.query)", 0, in: inner, style: canvas.style(.text))
    if palette.query.isEmpty {
      canvas.line(
        "type some letters of what you want", 0, typed + 1, in: inner, style: canvas.style(.faint))
    }
    let shown = max(0, inner.rows - 1)
    let first = max(0, palette.selected - shown + 1)
    for (row, command) in matches.dropFirst(first).prefix(shown).enumerated() {
      let isChosen = first + row == palette.selected
      let line = Rect(
        row: inner.row + 1 + row, column: inner.column, rows: 1, columns: inner.columns)
      let style = canvas.style(isChosen ? .cursor : .text)
      if isChosen { canvas.grid.fill(line, style: style) }
      let keys = state.keymap.names(of: command).joined(separator: " ")
      canvas.line(
        CellGrid.fitted(
          command.title, to: max(8, line.columns - GraphemeWidth.columns(of: keys) - 3),
          charset: state.look.charset), 0, 1, in: line, style: style)
      canvas.grid.putRight(
        keys, endingAt: Point(row: line.row, column: line.endColumn - 1),
        style: isChosen ? style : canvas.style(.accent), clip: line)
    }
    return Point(
      row: inner.row, column: min(inner.column + typed, inner.endColumn - 1))
  }
}
