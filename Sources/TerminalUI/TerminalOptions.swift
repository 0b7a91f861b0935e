public import Cells
import Glibc

/// How a terminal is to be opened.
public struct TerminalOptions: Sendable {
  /// Colours to use; nil decides by the terminal and the environment (see `ColorChoice`).
  public var colors: ColorDepth?
  /// Whether clicks and the wheel come as events (and the terminal's own selection needs Shift).
  public var mouse: Bool
  /// The descriptor that keys come from.
  public var input: Int32
  /// The descriptor that is drawn to.
  public var output: Int32
  /// The kind of terminal; nil takes `TERM` of the environment.
  public var term: String?
  /// The locale whose character set is used; empty takes that of the environment.
  public var locale: String
  /// Environment variables that matter: `TERM`, `TMUX`, `NO_COLOR`, `COLORTERM`.
  public var environment: [String: String]

  /// Options; those left out are what a person at a terminal expects.
  public init(
    colors: ColorDepth? = nil, mouse: Bool = true, input: Int32 = 0,
    output: Int32 = 1, term: String? = nil, locale: String = "",
    environment: [String: String] = TerminalOptions.processEnvironment
  ) {
    self.colors = colors
    self.mouse = mouse
    self.input = input
    self.output = output
    self.term = term
    self.locale = locale
    self.environment = environment
  }

  /// The variables of this process that matter here.
  public static var processEnvironment: [String: String] {
    var found: [String: String] = [:]
    for name in ["TERM", "TMUX", "NO_COLOR", "COLORTERM"] {
      if let value = getenv(name) { found[name] = String(cString: value) }
    }
    return found
  }
}

/// Why a terminal cannot be used: one line, with what would mend it.
public struct TerminalFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public var what: String
  /// What would mend it.
  public var remedy: String

  /// A fault with its remedy.
  public init(what: String, remedy: String) {
    self.what = what
    self.remedy = remedy
  }

  /// `what: remedy` in one line.
  public var description: String { "\(what); \(remedy)" }
}
