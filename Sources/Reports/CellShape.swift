/// The characters that a picture draws as shapes, because glyphs of the reader's font would leave
/// gaps between cells.
enum CellShape {
  /// The size of a cell; odd and even so that lines in its middle fall on whole pixels.
  static let width = 9
  static let height = 20
  /// Where text stands in a cell.
  static let baseline = 15

  /// The middle of a cell, as the edge of a line that is one wide.
  private static let middle = (x: 4, y: 9)

  /// Whether neighbours that are equal become one shape.
  static func joins(_ text: String) -> Bool {
    ["─", "█", "░", "▒", "▓", "▁", "▂", "▃", "▄", "▅", "▆", "▇"].contains(text)
  }

  /// Cells of a row as a rectangle, which may have a title of its own.
  static func rect(
    _ column: Int, _ row: Int, _ columns: Int, fill: String, note: String? = nil
  ) -> String {
    let place =
      "x=\"\(column * width)\" y=\"\(row * height)\" width=\"\(columns * width)\" height=\"\(height)\""
    guard let note else { return "<rect \(place) fill=\"\(fill)\"/>\n" }
    return "<rect \(place) fill=\"\(fill)\" pointer-events=\"all\">"
      + "<title>\(Markup.escaped(note))</title></rect>\n"
  }

  /// A line under cells of a row.
  static func underline(_ column: Int, _ row: Int, _ columns: Int) -> String {
    box(Double(column * width), Double(row * height + baseline + 2), Double(columns * width), 1)
  }

  /// A character, `count` times, as a shape; `nil` for what is left to the font.
  static func path(
    _ text: String, _ column: Int, _ row: Int, count: Int, fill: String
  ) -> String? {
    let (x, y) = (Double(column * width), Double(row * height))
    let (all, high) = (Double(count * width), Double(height))
    if let left = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"].firstIndex(of: text) {
      return box(x, y, Double(width * (left + 1)) / 8, high)
    }
    if let rise = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"].firstIndex(of: text) {
      let part = high * Double(rise + 1) / 8
      return box(x, y + high - part, all, part)
    }
    if let shade = ["░", "▒", "▓"].firstIndex(of: text) {
      return box(x, y, all, high, opacity: Double(shade + 1) / 4)
    }
    switch text {
    case "─": return box(x, y + Double(middle.y), all, 1)
    case "│": return box(x + Double(middle.x), y, 1, high)
    case "╎":
      return box(x + Double(middle.x), y + 3, 1, 5) + box(x + Double(middle.x), y + 12, 1, 5)
    default: return corner(text, x, y, fill)
    }
  }

  private static func corner(_ text: String, _ x: Double, _ y: Double, _ fill: String) -> String? {
    let number = Markup.number
    let (across, down) = (x + Double(middle.x) + 0.5, y + Double(middle.y) + 0.5)
    let (left, right) = ("M\(number(x)) \(number(down))", "H\(number(x + Double(width)))")
    let (top, bottom) = (number(y), number(y + Double(height)))
    let path: String
    switch text {
    case "╭":
      path = "M\(number(across)) \(bottom)V\(number(down + 4))a4 4 0 0 1 4 -4\(right)"
    case "╮": path = "\(left)H\(number(across - 4))a4 4 0 0 1 4 4V\(bottom)"
    case "╰":
      path = "M\(number(across)) \(top)V\(number(down - 4))a4 4 0 0 0 4 4\(right)"
    case "╯": path = "\(left)H\(number(across - 4))a4 4 0 0 0 4 -4V\(top)"
    default: return nil
    }
    return "<path d=\"\(path)\" fill=\"none\" stroke=\"\(fill)\"/>"
  }

  private static func box(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, opacity: Double = 1
  ) -> String {
    let number = Markup.number
    let faint = opacity < 1 ? " fill-opacity=\"\(number(opacity))\"" : ""
    return "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" "
      + "height=\"\(number(height))\"\(faint)/>"
  }
}
