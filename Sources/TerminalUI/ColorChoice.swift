import Cells

/// Which colours to use on a terminal.
///
/// In this order: what the user asked for; none if `NO_COLOR` is set and not empty
/// (no-color.org); what terminfo promises; and `COLORTERM=truecolor` or `24bit` raises 256 colours
/// to true colour, except under GNU screen, which passes the variable on but not the colours.
struct ColorChoice: Equatable {
  /// The colours to use.
  var depth: ColorDepth
  /// Whether the description must be raised, since it promises fewer (or writes them otherwise).
  var raises: Bool

  /// Chooses for a terminal of that description.
  init(
    description: TerminalDescription, asked: ColorDepth?, term: String,
    environment: [String: String]
  ) {
    let promised = Self.promised(by: description)
    if let asked {
      // A terminal with another language of control sequences has the colours that it has.
      depth = description.isStandard || asked == .none ? asked : Self.fewer(asked, promised)
    } else if let value = environment["NO_COLOR"], !value.isEmpty {
      depth = .none
    } else if promised == .ansi256, description.isStandard,
      ["truecolor", "24bit"].contains(environment["COLORTERM"]?.lowercased()),
      !term.hasPrefix("screen") || environment["TMUX"] != nil
    {
      depth = .trueColor
    } else {
      depth = promised
    }
    // Direct descriptions differ in how they count colours; one form of our own serves for all.
    // Eight colours are enough to draw sixteen: the bright ones are bold.
    raises =
      switch depth {
      case .none: false
      case .ansi16: description.isDirect || description.colors < 8
      case .ansi256: description.isDirect || description.colors < 256
      case .trueColor: true
      }
  }

  private static func fewer(_ one: ColorDepth, _ other: ColorDepth) -> ColorDepth {
    ColorDepth.allCases.first { $0 == one || $0 == other } ?? other
  }

  /// Colours that terminfo promises.
  static func promised(by description: TerminalDescription) -> ColorDepth {
    if description.isDirect || description.colors > 1 << 16 { return .trueColor }
    return switch description.colors {
    case ..<8: .none
    case ..<256: .ansi16
    default: .ansi256
    }
  }
}
