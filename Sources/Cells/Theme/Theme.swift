/// What something on the screen is, which a theme gives a look.
public enum Role: String, Sendable, CaseIterable, Hashable {
  /// Ordinary text.
  case text
  /// Text that steps back: labels, units, marks of white space.
  case faint
  /// The mark between two tokens.
  case boundary
  /// Every other token, where the theme sets tokens apart by shades.
  case alternate
  /// The token or entry under the cursor.
  case cursor
  /// Special tokens.
  case special
  /// Text that was generated.
  case generated
  /// Control characters, invalid bytes and other symbols that stand for something.
  case symbol
  /// The one accent: titles of the focused pane, keys, bars.
  case accent
  /// The title line.
  case title
  /// The status line.
  case status
  /// Borders of panes.
  case border
  /// The border of the pane that has the focus.
  case focusedBorder = "border_focused"
  /// A match of the search, a selected row.
  case selection
  /// Something that was accepted or is right.
  case good
  /// Something that was rejected, or an error.
  case bad
}

/// Why a theme cannot be used; its description is one line.
public struct ThemeFault: Error, CustomStringConvertible, Sendable, Equatable {
  /// The file, or the name of a bundled theme.
  public let file: String
  /// The line, where it is known.
  public let line: Int?
  /// What is wrong.
  public let what: String

  /// A fault in a theme.
  public init(file: String, line: Int? = nil, what: String) {
    self.file = file
    self.line = line
    self.what = what
  }

  /// One line: file, line, what.
  public var description: String {
    VisibleText.safe("\(file)\(line.map { ", line \($0)" } ?? ""): \(what)")
  }
}

/// The look of everything: a style for each role, and two heat ramps.
public struct Theme: Sendable, Hashable {
  /// Its name.
  public let name: String
  /// Colours for values from low to high.
  public let heat: HeatRamp
  /// Colours for differences, neutral in the middle.
  public let diverging: HeatRamp
  let roles: [Role: RoleStyle]

  init(name: String, heat: HeatRamp, diverging: HeatRamp, roles: [Role: RoleStyle]) {
    self.name = name
    self.heat = heat
    self.diverging = diverging
    self.roles = roles
  }

  /// A theme without any colour: bold, dim, underline and reverse alone.
  public static let plain = Theme(
    name: "plain", heat: HeatRamp(stops: []),
    diverging: HeatRamp(stops: [], diverging: true), roles: [:])

  /// How a role is drawn with that many colours.
  public func style(_ role: Role, depth: ColorDepth) -> Style {
    let own = roles[role] ?? RoleStyle()
    let usesFallback = depth == .none || (own.foreground == nil && own.background == nil)
    var style = Style(attributes: own.attributes)
    if usesFallback {
      style.attributes = own.mono ?? Self.monoDefault(role)
      return style
    }
    let foreground = depth == .ansi16 ? own.ansi16 ?? own.foreground : own.foreground
    let background = depth == .ansi16 ? own.ansi16Background ?? own.background : own.background
    style.foreground = (foreground ?? .terminalDefault).reduced(to: depth)
    style.background = (background ?? .terminalDefault).reduced(to: depth)
    return style
  }

  /// What a role looks like when the theme says nothing, or there is no colour.
  private static func monoDefault(_ role: Role) -> Attributes {
    switch role {
    case .text, .generated, .alternate, .good, .border: []
    case .faint, .boundary, .symbol: .dim
    case .cursor, .status, .selection: .reverse
    case .special, .bad: .underline
    case .accent, .title, .focusedBorder: .bold
    }
  }
}

/// A role as a theme file states it.
struct RoleStyle: Sendable, Hashable {
  var foreground: Color?
  var background: Color?
  var ansi16: Color?
  var ansi16Background: Color?
  var attributes: Attributes = []
  /// Attributes that stand in for colour where there is none.
  var mono: Attributes?
}
