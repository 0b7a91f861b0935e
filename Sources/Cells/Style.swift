/// A colour of a cell.
public enum Color: Hashable, Sendable {
  /// The terminal's own foreground or background.
  case terminalDefault
  /// An entry of the terminal's palette.
  case indexed(UInt8)
  /// Red, green and blue, each 0…255 (sRGB).
  case rgb(UInt8, UInt8, UInt8)
}

/// What a cell's text looks like besides its colours.
public struct Attributes: OptionSet, Hashable, Sendable {
  /// The bits of the set.
  public let rawValue: UInt8
  /// A set from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Bold.
  public static let bold = Attributes(rawValue: 1)
  /// Dim.
  public static let dim = Attributes(rawValue: 2)
  /// Italic.
  public static let italic = Attributes(rawValue: 4)
  /// Underlined.
  public static let underline = Attributes(rawValue: 8)
  /// Foreground and background exchanged.
  public static let reverse = Attributes(rawValue: 16)
}

/// How a cell is drawn.
public struct Style: Hashable, Sendable {
  /// Colour of the text.
  public var foreground: Color
  /// Colour behind the text.
  public var background: Color
  /// Bold, underlined and so on.
  public var attributes: Attributes

  /// A style; by default the terminal's own.
  public init(
    foreground: Color = .terminalDefault, background: Color = .terminalDefault,
    attributes: Attributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// The terminal's own style.
  public static let plain = Style()

  /// The same with these attributes added.
  public func adding(_ attributes: Attributes) -> Style {
    var style = self
    style.attributes.formUnion(attributes)
    return style
  }

  /// The same with another background.
  public func on(_ background: Color) -> Style {
    var style = self
    style.background = background
    return style
  }
}

/// How many colours are to be used.
public enum ColorDepth: String, Sendable, CaseIterable, Hashable {
  /// None: attributes, shading characters and digits only.
  case none
  /// The 16 colours of the terminal's palette.
  case ansi16 = "16"
  /// The 256 colours of xterm.
  case ansi256 = "256"
  /// 24-bit colours.
  case trueColor = "24bit"
}

/// Which characters may be drawn.
public enum Charset: Sendable, Hashable {
  /// All of Unicode.
  case unicode
  /// ASCII alone, for other locales.
  case ascii
}
