/// Why a file cannot be used; its description is one line.
public struct FileFault: Error, CustomStringConvertible, Sendable, Equatable {
  /// The file.
  public let path: String
  /// Where in the file, in bytes, when that is known.
  public let offset: Int?
  /// What is wrong.
  public let what: String
  /// What would mend it, when something would.
  public let remedy: String?

  /// A fault in a file.
  public init(path: String, offset: Int? = nil, what: String, remedy: String? = nil) {
    self.path = path
    self.offset = offset
    self.what = what
    self.remedy = remedy
  }

  /// One line: file, offset, what, remedy. Text from the file is cut short and made printable.
  public var description: String {
    let place = offset.map { "\(path), byte \($0)" } ?? path
    let line = "\(place): \(what)" + (remedy.map { "; \($0)" } ?? "")
    return Self.printable(line)
  }

  /// A text in one line without control or other invisible characters, at most 400 characters.
  static func printable(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars.prefix(400) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
        .unassigned:
        out += "\u{FFFD}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
