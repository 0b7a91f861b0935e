public import Cells

/// A whole screen as a file.
public enum ScreenReport {
  /// The characters alone.
  public static func text(_ grid: CellGrid) -> String { grid.text + "\n" }

  /// The characters with the control sequences of their colours, for `cat` in a terminal.
  public static func ansi(_ grid: CellGrid) -> String {
    var out = ""
    for row in 0..<grid.size.rows {
      var last = Style.plain
      for column in 0..<grid.size.columns {
        let cell = grid[row, column]
        if cell.style != last {
          out += sequence(cell.style)
          last = cell.style
        }
        out += cell.text
      }
      out += last == .plain ? "\n" : "\u{1b}[0m\n"
    }
    return out
  }

  /// A page of its own; notes are shown where the mouse rests.
  public static func html(
    _ grid: CellGrid, title: String, look: ScreenColors, notes: [ScreenNote] = []
  ) -> String {
    let byRow = Dictionary(grouping: notes, by: \.row)
    var body = ""
    for row in 0..<grid.size.rows {
      for run in runs(grid, row: row, notes: byRow[row] ?? []) { body += span(run, look) }
      body += "\n"
    }
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"/><title>\(Markup.escaped(title))</title>
      <style>.w{display:inline-block;width:2ch}</style></head>
      <body style="margin:0;background:\(look.background)">
      <pre style="margin:0;padding:1em;font:14px/1.2 monospace;color:\(look.foreground)">
      \(body)</pre>
      </body></html>

      """
  }

  private static func span(_ run: Run, _ look: ScreenColors) -> String {
    let style = look.resolved(run.style)
    var css = "color:\(style.foreground);background:\(style.background)"
    if style.attributes.contains(.bold) { css += ";font-weight:bold" }
    if style.attributes.contains(.italic) { css += ";font-style:italic" }
    if style.attributes.contains(.underline) { css += ";text-decoration:underline" }
    let title = run.note.map { " title=\"\(Markup.escaped($0))\"" } ?? ""
    let content = run.cells.map { cell in
      // Fonts for wide characters come from elsewhere and have widths of their own.
      cell.width == 2
        ? "<span class=\"w\">\(Markup.escaped(cell.text))</span>" : Markup.escaped(cell.text)
    }
    return "<span style=\"\(css)\"\(title)>\(content.joined())</span>"
  }

  /// A run of cells of one style and one note in a row.
  struct Run {
    var column: Int
    var cells: [Cell]
    var style: Style
    var note: String?

    /// Columns that it takes.
    var columns: Int { cells.count }
  }

  static func runs(_ grid: CellGrid, row: Int, notes: [ScreenNote] = []) -> [Run] {
    var texts = [String?](repeating: nil, count: grid.size.columns)
    for note in notes {
      for column in note.columns.clamped(to: 0..<texts.count) { texts[column] = note.text }
    }
    var runs: [Run] = []
    for column in 0..<grid.size.columns {
      let cell = grid[row, column]
      if let last = runs.last, last.style == cell.style, last.note == texts[column] {
        runs[runs.count - 1].cells.append(cell)
      } else {
        runs.append(Run(column: column, cells: [cell], style: cell.style, note: texts[column]))
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
