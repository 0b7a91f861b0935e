/// Why a text cannot be evaluated; its description is one line.
public enum EvaluationFault: Error, CustomStringConvertible, Equatable, Sendable {
  /// The text has more tokens than the context holds.
  case tooLong(tokens: Int, context: Int)
  /// Branches have more tokens together than there is room for.
  case tooManyBranches(tokens: Int, capacity: Int)
  /// The system does not give the memory.
  case outOfMemory(bytes: Int)
  /// A token that the vocabulary does not have.
  case noSuchToken(id: Int, vocabulary: Int)
  /// What was asked of a trace was not recorded in it.
  case notRecorded(String)

  /// One line: what, and what would mend it.
  public var description: String {
    switch self {
    case .tooLong(let tokens, let context):
      "the text has \(tokens) tokens, the context holds \(context): shorten it or raise --context"
    case .tooManyBranches(let tokens, let capacity):
      "the branches have \(tokens) tokens together, there is room for \(capacity): fewer or shorter"
    case .outOfMemory(let bytes):
      "no memory for a context of \(bytes / 1_048_576) MiB: lower --context"
    case .noSuchToken(let id, let vocabulary):
      "token \(id) is not in the vocabulary of \(vocabulary) entries"
    case .notRecorded(let what):
      "\(what) was not recorded in this trace: ask for it in the probe"
    }
  }
}
