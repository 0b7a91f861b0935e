/// Why a chat template cannot be read, or cannot write a conversation; its description is one line.
public struct TemplateFault: Error, CustomStringConvertible, Sendable, Equatable {
  /// What kind of fault it is.
  public enum Kind: Sendable, Equatable {
    /// The template is no Jinja.
    case syntax
    /// The template uses a part of Jinja that Tessera does not have.
    case unsupported
    /// The template turned the conversation down, by `raise_exception`.
    case refusal
    /// A value is of the wrong kind for what is done with it.
    case value
    /// The template takes too long, or writes too much.
    case limit
  }

  /// What kind of fault it is.
  public let kind: Kind
  /// What is wrong: names the construct.
  public let what: String
  /// Where in the template's UTF-8 text it is; `nil` when the template as a whole is meant.
  public let offset: Int?

  init(_ kind: Kind, _ what: String, at offset: Int?) {
    self.kind = kind
    self.what = what
    self.offset = offset
  }

  /// One line: where, what. Text of the template is made printable.
  public var description: String {
    let place = offset.map { "chat template, byte \($0)" } ?? "chat template"
    return "\(place): \(Self.printable(what))"
  }

  private static func printable(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars.prefix(300) {
      out.unicodeScalars.append(PythonText.isPrintable(scalar) ? scalar : "\u{FFFD}")
    }
    return out
  }
}

/// Limits on what a chat template may claim or do; beyond them it is broken or hostile.
enum TemplateLimit {
  /// Bytes of a template.
  static let sourceBytes = 1 << 20
  /// Expressions and statements inside of each other.
  static let nesting = 120
  /// Evaluations inside of each other, through calls of macros.
  static let levels = 600
  /// Lists and mappings inside of each other.
  static let valueDepth = 64
  /// Steps of one rendering: an evaluated expression, an element or 4 characters made are one.
  static let steps = 16_000_000
  /// Characters that are written, or that one string may have.
  static let characters = 1 << 24
  /// Elements of a range, as the reference's sandbox has it.
  static let rangeElements = 100_000
}
