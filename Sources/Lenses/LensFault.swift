/// Why a lens cannot be used as asked; its description is one line.
public enum LensFault: Error, CustomStringConvertible, Equatable, Sendable {
  /// There is no lens of this name.
  case noSuchLens(String)
  /// The lens has no parameter of this name.
  case noSuchParameter(lens: String, name: String, known: [String])
  /// A parameter's value is not one it can have.
  case badValue(parameter: String, value: String, wanted: String)
  /// An index lies outside of the text or the model.
  case outOfRange(parameter: String, value: Int, count: Int)
  /// The text has no tokens.
  case noTokens
  /// The trace lacks what the lens reads.
  case notRecorded(String)
  /// The lens has to run the model, and there is none at hand.
  case needsModel(lens: String)

  /// One line: what, and what would mend it.
  public var description: String {
    switch self {
    case .noSuchLens(let id):
      let known = LensCatalog.all.map(\.id).joined(separator: ", ")
      return "no lens is called \"\(Self.shown(id))\": there are \(known)"
    case .noSuchParameter(let lens, let name, let known):
      let remedy =
        known.isEmpty ? "it has none" : "it has " + known.joined(separator: ", ")
      return "lens \(lens) has no parameter \"\(Self.shown(name))\": \(remedy)"
    case .badValue(let parameter, let value, let wanted):
      return "\(parameter)=\(Self.shown(value)): \(parameter) is \(wanted)"
    case .outOfRange(let parameter, let value, let count):
      return "\(parameter)=\(value): there are \(count), numbered from 0 to \(count - 1)"
    case .noTokens:
      return "the text has no tokens: give it at least one"
    case .notRecorded(let what):
      return "\(what) was not recorded: evaluate the text with the lens's probe"
    case .needsModel(let lens):
      return "lens \(lens) has to run the model: give it an evaluator"
    }
  }

  /// What was given, without anything that could break the line or steer a terminal, and not long.
  private static func shown(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let shown = scalars.prefix(40).map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
        scalar.escaped(asASCII: true)
      default: String(scalar)
      }
    }
    return shown.joined() + (scalars.count > 40 ? "..." : "")
  }
}
