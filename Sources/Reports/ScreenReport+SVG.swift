public import Cells

extension ScreenReport {
  /// A picture that scales. Each character has its place, so that columns stay columns in any font;
  /// lines and blocks are drawn as shapes, so that they join.
  public static func svg(_ grid: CellGrid, title: String, look: ScreenColors) -> String {
    let width = grid.size.columns * cellWidth
    let height = grid.size.rows * cellHeight
    var shapes = ""
    for row in 0..<grid.size.rows {
      for run in runs(grid, row: row) { shapes += background(run, row: row, look) }
    }
    for row in 0..<grid.size.rows {
      for column in 0..<grid.size.columns {
        shapes += foreground(grid[row, column], row: row, column: column, look)
      }
    }
    let margin = cellWidth
    let box = "0 0 \(width + 2 * margin) \(height + 2 * margin)"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="\(box)" role="img">
      <title>\(Markup.escaped(title))</title>
      <style>text{font:15px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre}</style>
      <rect width="100%" height="100%" rx="8" fill="\(look.background)"/>
      <g transform="translate(\(margin) \(margin))">
      \(shapes)</g>
      </svg>

      """
  }

  static let cellWidth = 9
  static let cellHeight = 20

  private static func background(_ run: Run, row: Int, _ look: ScreenColors) -> String {
    let style = look.resolved(run.style)
    guard style.background != look.background else { return "" }
    return rect(
      Double(run.column * cellWidth), Double(row * cellHeight), Double(run.columns * cellWidth),
      Double(cellHeight), style.background)
  }

  private static func foreground(
    _ cell: Cell, row: Int, column: Int, _ look: ScreenColors
  ) -> String {
    guard cell.width > 0, cell.text != " " else { return "" }
    let style = look.resolved(cell.style)
    let (x, y) = (column * cellWidth, row * cellHeight)
    let opacity = style.attributes.contains(.dim) ? " opacity=\".65\"" : ""
    if let shape = shape(cell.text, Double(x), Double(y), style.foreground) {
      return opacity.isEmpty ? shape : "<g\(opacity)>\(shape)</g>\n"
    }
    var attributes = opacity
    if style.attributes.contains(.bold) { attributes += " font-weight=\"bold\"" }
    if style.attributes.contains(.italic) { attributes += " font-style=\"italic\"" }
    if style.attributes.contains(.underline) { attributes += " text-decoration=\"underline\"" }
    return "<text x=\"\(x)\" y=\"\(y + 15)\" fill=\"\(style.foreground)\"\(attributes)>"
      + "\(Markup.escaped(cell.text))</text>\n"
  }

  /// A character that is drawn as a shape; `nil` for those that are left to the font.
  private static func shape(_ text: String, _ x: Double, _ y: Double, _ fill: String) -> String? {
    let (width, height) = (Double(cellWidth), Double(cellHeight))
    let (middleX, middleY) = (x + width / 2, y + height / 2)
    func line(_ path: String) -> String {
      "<path d=\"\(path)\" fill=\"none\" stroke=\"\(fill)\" stroke-width=\"1.2\"/>\n"
    }
    if let left = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"].firstIndex(of: text) {
      return rect(x, y, width * Double(left + 1) / 8, height, fill)
    }
    if let rise = ["▁", "▂", "▃", "▄", "▅", "▆", "▇"].firstIndex(of: text) {
      let part = height * Double(rise + 1) / 8
      return rect(x, y + height - part, width, part, fill)
    }
    if let shade = ["░", "▒", "▓"].firstIndex(of: text) {
      return "<g opacity=\"\(Double(shade + 1) / 4)\">\(rect(x, y, width, height, fill))</g>\n"
    }
    switch text {
    case "─": return line("M\(x) \(middleY)h\(width)")
    case "│": return line("M\(middleX) \(y)v\(height)")
    case "╎": return line("M\(x + 1) \(y + 3)v5m0 4v5")
    case "╭": return line("M\(middleX) \(y + height)V\(middleY + 4)q0 -4 4 -4H\(x + width)")
    case "╮": return line("M\(x) \(middleY)h0.5q4 0 4 4V\(y + height)")
    case "╰": return line("M\(middleX) \(y)V\(middleY - 4)q0 4 4 4H\(x + width)")
    case "╯": return line("M\(x) \(middleY)h0.5q4 0 4 -4V\(y)")
    default: return nil
    }
  }

  private static func rect(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ fill: String
  ) -> String {
    "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" fill=\"\(fill)\"/>\n"
  }
}
