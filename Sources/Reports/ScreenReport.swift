public import Cells

/// A whole screen as a file.
public enum ScreenReport {
  /// The characters alone.
  public static func text(_ grid: CellGrid) -> String { grid.text + "\n" }

  /// The characters with the control sequences of their colours, for `cat` in a terminal.
  public static func ansi(_ grid: CellGrid) -> String {
    var out = ""
    for row in 0..<grid.size.rows {
      var last: Style?
      for column in 0..<grid.size.columns {
        let cell = grid[row, column]
        if cell.style != last {
          out += sequence(cell.style)
          last = cell.style
        }
        out += cell.text
      }
      out += "\u{1b}[0m\n"
    }
    return out
  }

  /// A page of its own.
  public static func html(_ grid: CellGrid, title: String, look: ScreenColors) -> String {
    var body = ""
    for row in 0..<grid.size.rows {
      for run in runs(grid, row: row) {
        let style = look.resolved(run.style)
        var css = "color:\(style.foreground);background:\(style.background)"
        if style.attributes.contains(.bold) { css += ";font-weight:bold" }
        if style.attributes.contains(.italic) { css += ";font-style:italic" }
        if style.attributes.contains(.underline) { css += ";text-decoration:underline" }
        if style.attributes.contains(.dim) { css += ";opacity:.65" }
        body += "<span style=\"\(css)\">\(Markup.escaped(run.text))</span>"
      }
      body += "\n"
    }
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>\(Markup.escaped(title))</title></head>
      <body style="margin:0;background:\(look.background)">
      <pre style="margin:0;padding:1em;font:14px/1.2 monospace;color:\(look.foreground)">\(body)</pre>
      </body></html>

      """
  }

  /// A run of cells of one style in a row.
  struct Run {
    var column: Int
    var columns: Int
    var text: String
    var style: Style
  }

  static func runs(_ grid: CellGrid, row: Int) -> [Run] {
    var runs: [Run] = []
    for column in 0..<grid.size.columns {
      let cell = grid[row, column]
      if let last = runs.last, last.style == cell.style {
        runs[runs.count - 1].text += cell.text
        runs[runs.count - 1].columns += 1
      } else {
        runs.append(Run(column: column, columns: 1, text: cell.text, style: cell.style))
      }
    }
    return runs
  }

  private static func sequence(_ style: Style) -> String {
    var codes = ["0"]
    let attributes: [(Attributes, String)] = [
      (.bold, "1"), (.dim, "2"), (.italic, "3"), (.underline, "4"), (.reverse, "7"),
    ]
    for (attribute, code) in attributes where style.attributes.contains(attribute) {
      codes.append(code)
    }
    codes += color(style.foreground, base: 30) + color(style.background, base: 40)
    return "\u{1b}[" + codes.joined(separator: ";") + "m"
  }

  private static func color(_ color: Color, base: Int) -> [String] {
    switch color {
    case .terminalDefault: []
    case .indexed(let index) where index < 8: ["\(base + Int(index))"]
    case .indexed(let index) where index < 16: ["\(base + 52 + Int(index))"]
    case .indexed(let index): ["\(base + 8)", "5", "\(index)"]
    case .rgb(let red, let green, let blue):
      ["\(base + 8)", "2", "\(red)", "\(green)", "\(blue)"]
    }
  }
}

/// The colours of a picture of a screen where the screen leaves them to the terminal.
public struct ScreenColors: Sendable {
  /// Of text, as `#rrggbb`.
  public let foreground: String
  /// Behind it, as `#rrggbb`.
  public let background: String

  /// Colours.
  public init(foreground: String, background: String) {
    self.foreground = foreground
    self.background = background
  }

  /// Light on dark, or dark on light: whichever the theme's text is made for.
  public init(theme: Theme) {
    let text = theme.style(.text, depth: .trueColor)
    if let parts = text.foreground.components,
      Int(parts.red) + Int(parts.green) + Int(parts.blue) < 3 * 128
    {
      self.init(foreground: Markup.hex(text.foreground) ?? "#23262c", background: "#fbf9f4")
    } else {
      self.init(foreground: Markup.hex(text.foreground) ?? "#d7dae0", background: "#14171c")
    }
  }

  /// A style with its colours as they are drawn.
  struct Resolved {
    var foreground: String
    var background: String
    var attributes: Attributes
  }

  func resolved(_ style: Style) -> Resolved {
    var (front, back) = (
      Markup.hex(style.foreground) ?? foreground, Markup.hex(style.background) ?? background
    )
    if style.attributes.contains(.reverse) { swap(&front, &back) }
    return Resolved(foreground: front, background: back, attributes: style.attributes)
  }
}
