import Foundation
import ModelFiles

/// How a conversation is written as a text that the model continues.
///
/// Only ChatML is known yet; a model with another template is usable in every way but `--chat`.
public enum ChatTemplate: Sendable, Hashable {
  /// `<|im_start|>role⏎content<|im_end|>⏎`, with the system message that stands first when none is
  /// given; `nil` when the template has none.
  case chatML(defaultSystem: String?)
  /// A template that is not ChatML.
  case unknown

  private static let opening = "<|im_start|>"
  private static let closing = "<|im_end|>"

  /// The template in a model file; `nil` when it has none.
  ///
  /// - Throws: `FileFault` when the entry is not a string.
  init?(file: GGUFFile) throws(FileFault) {
    let key = "tokenizer.chat_template"
    guard file.has(key) else { return nil }
    self.init(jinja: try file.string(key))
  }

  /// Recognises a Jinja template.
  public init(jinja: String) {
    guard jinja.contains(Self.opening), jinja.contains(Self.closing) else {
      self = .unknown
      return
    }
    let start = Self.opening + "system\\n"
    var system: String?
    if let begin = jinja.range(of: start),
      let end = jinja.range(of: Self.closing, range: begin.upperBound..<jinja.endIndex)
    {
      let text = String(jinja[begin.upperBound..<end.lowerBound])
      if !text.contains("'"), !text.contains("{") { system = text }
    }
    self = .chatML(defaultSystem: system)
  }

  /// The text of a conversation up to where the assistant speaks; `nil` for an unknown template.
  ///
  /// - Parameters:
  ///   - system: the system message; without one the template's own stands in, if it has one.
  ///   - user: what the user says.
  public func render(system: String? = nil, user: String) -> String? {
    guard case .chatML(let standard) = self else { return nil }
    var text = ""
    if let system = system ?? standard { text += message("system", system) }
    return text + message("user", user) + Self.opening + "assistant\n"
  }

  private func message(_ role: String, _ content: String) -> String {
    "\(Self.opening)\(role)\n\(content)\(Self.closing)\n"
  }
}
