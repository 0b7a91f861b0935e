import Cells
import Lenses

/// A screen being drawn, and the look it is drawn in.
struct Canvas {
  var grid: CellGrid
  let look: Look

  init(size: Size, look: Look) {
    self.look = look
    grid = CellGrid(size, style: Self.base(look))
  }

  private static func base(_ look: Look) -> Style {
    look.theme.style(.text, depth: look.depth)
  }

  func style(_ role: Role) -> Style {
    var style = look.theme.style(role, depth: look.depth)
    // What has no background of its own stands on the theme's.
    if style.background == .terminalDefault { style.background = Self.base(look).background }
    return style
  }

  /// A mark in the characters that can be drawn.
  func mark(_ unicode: String, _ ascii: String) -> String {
    look.charset == .unicode ? unicode : ascii
  }

  /// The style of text on a value of a scale.
  func heat(_ value: Double, _ scale: ValueScale, base: Style) -> Style {
    let ramp = scale.kind == .diverging ? look.theme.diverging : look.theme.heat
    return ramp.style(scale.fraction(value), depth: look.depth, base: base)
  }

  /// Fills cells with a value: by colour, or by a shade where there is none.
  mutating func tile(_ value: Double?, _ scale: ValueScale, _ area: Rect, style base: Style) {
    guard let value, value.isFinite else {
      for row in area.row..<max(area.row, area.endRow) {
        grid.put(
          String(repeating: mark("·", "."), count: area.columns),
          at: Point(row: row, column: area.column), style: style(.faint), clip: area)
      }
      return
    }
    let ramp = scale.kind == .diverging ? look.theme.diverging : look.theme.heat
    let fraction = scale.fraction(value)
    if look.depth == .trueColor || look.depth == .ansi256, let color = ramp.color(fraction) {
      grid.fill(area, style: base.on(color.reduced(to: look.depth)))
    } else {
      let shade = String(ramp.shade(fraction, charset: look.charset))
      for row in area.row..<max(area.row, area.endRow) {
        grid.put(
          String(repeating: shade, count: area.columns), at: Point(row: row, column: area.column),
          style: base, clip: area)
      }
    }
  }

  /// Writes a line of text inside an area, cut where it ends.
  @discardableResult
  mutating func line(
    _ text: String, _ row: Int, _ column: Int = 0, in area: Rect, style: Style
  ) -> Int {
    let point = Point(row: area.row + row, column: area.column + column)
    guard row >= 0, row < area.rows, column < area.columns else { return 0 }
    let fitted = CellGrid.fitted(text, to: area.columns - column, charset: look.charset)
    return grid.put(fitted, at: point, style: style, clip: area)
  }

  /// Writes a text inside an area, broken at spaces; returns how many rows it took.
  @discardableResult
  mutating func paragraph(_ text: String, from row: Int, in area: Rect, style: Style) -> Int {
    let lines = Self.lines(of: text, columns: area.columns)
    for (index, text) in lines.enumerated() {
      line(text, row + index, in: area, style: style)
    }
    return lines.count
  }

  /// A text broken at spaces into lines; no-break spaces keep together what stands around them.
  static func lines(of text: String, columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    let words = text.split(separator: " ").map { String($0.replacing("\u{A0}", with: " ")) }
    for word in words {
      let longer = line.isEmpty ? word : line + " " + word
      if GraphemeWidth.columns(of: longer) > columns, !line.isEmpty {
        lines.append(line)
        line = word
      } else {
        line = longer
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// Draws the frame of a pane; returns what is inside.
  mutating func frame(_ area: Rect, _ title: String, note: String = "", isFocused: Bool) -> Rect {
    grid.box(
      area, title: title, note: note, border: style(isFocused ? .focusedBorder : .border),
      titleStyle: style(isFocused ? .accent : .text), charset: look.charset)
  }
}
