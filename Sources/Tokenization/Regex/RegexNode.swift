/// Why a regular expression is refused, and where in it.
struct RegexFault: Error, Equatable {
  /// What is not known or wrong.
  var what: String
  /// Character of the pattern, from 0.
  var offset: Int
}

/// How an expression's text is read, where the reference engines differ.
enum RegexDialect: Sendable {
  /// Oniguruma in Ruby's syntax, as `tokenizers` uses it: `$` and `^` stand at lines, `{n,m}+` repeats
  /// a repetition.
  case oniguruma
  /// `fancy-regex`, as `tiktoken` uses it: `$` and `^` stand at the ends of the text, `{n,m}+` does not
  /// give back.
  case fancy
}

/// A regular expression as a tree.
indirect enum RegexNode: Sendable {
  case empty
  case set(ScalarSet)
  case sequence([RegexNode])
  case either([RegexNode])
  case repeated(RegexNode, min: Int, max: Int?, mode: Mode)
  case look(RegexNode, negative: Bool)
  /// What must (or must not) end here, of at most `RegexParser.longestLookbehind` characters.
  case lookBehind(RegexNode, negative: Bool)
  /// What is never matched otherwise once it has matched.
  case atomic(RegexNode)
  case assertion(Assertion)

  /// Which of several lengths of a repetition is tried first, and whether it is given back.
  enum Mode: Sendable { case greedy, lazy, possessive }
  /// Whether it may match no character.
  var canBeEmpty: Bool {
    switch self {
    case .empty, .look, .lookBehind, .assertion: true
    case .set: false
    case .sequence(let nodes): nodes.allSatisfy(\.canBeEmpty)
    case .either(let nodes): nodes.contains(where: \.canBeEmpty)
    case .repeated(let node, let least, _, _): least == 0 || node.canBeEmpty
    case .atomic(let node): node.canBeEmpty
    }
  }

  /// The most characters it matches; `nil` when there is no bound below `RegexParser.maximumLength`,
  /// or when what it matches depends on the direction in which it is read.
  var mostCharacters: Int? {
    switch self {
    case .empty, .look, .lookBehind, .assertion: return 0
    case .set: return 1
    case .sequence(let nodes):
      let counts = nodes.map(\.mostCharacters)
      guard !counts.contains(nil) else { return nil }
      let sum = counts.reduce(0) { $0 + ($1 ?? 0) }
      return sum <= RegexParser.maximumLength ? sum : nil
    case .either(let nodes):
      let counts = nodes.map(\.mostCharacters)
      return counts.contains(nil) ? nil : counts.reduce(0) { max($0, $1 ?? 0) }
    case .repeated(let node, _, let most, let mode):
      guard mode != .possessive, let most, let count = node.mostCharacters else { return nil }
      return most * count <= RegexParser.maximumLength ? most * count : nil
    case .atomic: return nil
    }
  }

  /// Places between characters.
  enum Assertion: Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary
  }
}
