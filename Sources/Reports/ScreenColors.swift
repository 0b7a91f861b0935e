public import Cells

/// The colours of a picture of a screen where the screen leaves them to the terminal.
public struct ScreenColors: Sendable {
  /// Of text, as `#rrggbb`.
  public let foreground: String
  /// Behind it, as `#rrggbb`.
  public let background: String

  /// Colours; the terminal's own, which is none, becomes the ink theme's.
  public init(foreground: Color, background: Color) {
    self.foreground = Markup.hex(foreground) ?? "#d7dae0"
    self.background = Markup.hex(background) ?? "#14171c"
  }

  /// Light on dark, or dark on light: whichever the theme's text is made for.
  public init(theme: Theme) {
    let text = theme.style(.text, depth: .trueColor).foreground
    let isDark = text.components.map { parts in
      Int(parts.red) + Int(parts.green) + Int(parts.blue) < 3 * 128
    }
    self.init(
      foreground: text,
      background: isDark == true ? .rgb(0xFB, 0xF9, 0xF4) : .terminalDefault)
  }

  /// A style with its colours as they are drawn; reverse and dim are in the colours.
  struct Resolved: Hashable {
    var foreground: String
    var background: String
    var attributes: Attributes
  }

  func resolved(_ style: Style) -> Resolved {
    var (front, back) = (
      Markup.hex(style.foreground) ?? foreground, Markup.hex(style.background) ?? background
    )
    if style.attributes.contains(.reverse) { swap(&front, &back) }
    if style.attributes.contains(.dim) { front = Markup.dimmed(front, on: back) }
    return Resolved(
      foreground: front, background: back,
      attributes: style.attributes.subtracting([.reverse, .dim]))
  }
}
