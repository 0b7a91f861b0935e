public import Cells

extension ScreenReport {
  /// A picture that scales. Each word has its place and its length, so that columns stay columns in
  /// any font; lines and blocks are drawn as shapes, so that they join. Notes are titles of the
  /// cells that they are about.
  public static func svg(
    _ grid: CellGrid, title: String, look: ScreenColors, notes: [ScreenNote] = []
  ) -> String {
    let width = (grid.size.columns + 2) * CellShape.width
    let height = (grid.size.rows + 1) * CellShape.height
    var backgrounds = ""
    var foregrounds = ""
    for row in 0..<grid.size.rows {
      for run in runs(grid, row: row) {
        let style = look.resolved(run.style)
        if style.background != look.background {
          backgrounds += CellShape.rect(run.column, row, run.columns, fill: style.background)
        }
        foregrounds += foreground(run, row: row, style)
      }
    }
    let titles = notes.map { note in
      CellShape.rect(
        note.columns.lowerBound, note.row, note.columns.count, fill: "none", note: note.text)
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" role="img">
      <title>\(Markup.escaped(title))</title>
      <style>text{font:15px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;\
      white-space:pre}</style>
      <rect width="\(width)" height="\(height)" rx="8" fill="\(look.background)"/>
      <g transform="translate(\(CellShape.width) \(CellShape.height / 2))">
      <g shape-rendering="crispEdges">
      \(backgrounds)</g>
      \(foregrounds)\(titles.joined())</g>
      </svg>

      """
  }

  private static func foreground(
    _ run: Run, row: Int, _ style: ScreenColors.Resolved
  ) -> String {
    var content = ""
    var column = run.column
    var cells = run.cells[...]
    while let cell = cells.first {
      let count = piece(cells)
      let text = cells.prefix(count).map(\.text).joined()
      if let shape = CellShape.path(cell.text, column, row, count: count, fill: style.foreground) {
        content += shape
      } else if !text.isEmpty, text != " " {
        content += word(text, column, row, columns: count)
      }
      column += count
      cells = cells.dropFirst(count)
    }
    if style.attributes.contains(.underline) {
      content += CellShape.underline(run.column, row, run.columns)
    }
    guard !content.isEmpty else { return "" }
    var attributes = "fill=\"\(style.foreground)\""
    if style.attributes.contains(.bold) { attributes += " font-weight=\"bold\"" }
    if style.attributes.contains(.italic) { attributes += " font-style=\"italic\"" }
    return "<g \(attributes)>\(content)</g>\n"
  }

  /// How many cells at the front are drawn as one element: a word, a line, a bar, or one grapheme
  /// of whose width in the reader's font nothing is known.
  private static func piece(_ cells: ArraySlice<Cell>) -> Int {
    guard let first = cells.first else { return 0 }
    if first.width == 2 { return 2 }
    if CellShape.joins(first.text) { return cells.prefix { $0.text == first.text }.count }
    func isLetter(_ cell: Cell) -> Bool {
      cell.text.utf8.count == 1 && cell.text != " "
    }
    return isLetter(first) ? cells.prefix(while: isLetter).count : 1
  }

  private static func word(_ text: String, _ column: Int, _ row: Int, columns: Int) -> String {
    let (x, y) = (column * CellShape.width, row * CellShape.height + CellShape.baseline)
    var length = ""
    if columns > 1 || !text.utf8.allSatisfy({ $0 < 0x80 }) {
      length = " textLength=\"\(columns * CellShape.width)\" lengthAdjust=\"spacingAndGlyphs\""
    }
    return "<text x=\"\(x)\" y=\"\(y)\"\(length)>\(Markup.escaped(text))</text>"
  }
}
