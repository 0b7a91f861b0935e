import Foundation
import Inference

@testable import Tokenization

/// A made-up model of the tokens A, B, AA, whose next token depends on the last alone, with what
/// follows from it written out by hand.
final class TableModel: NextTokenSource {
  static let (a, b, aa, end) = (TokenID(0), TokenID(1), TokenID(2), TokenID(3))
  let tokenizer: Tokenizer
  let vocabularySize = 4
  let modelSteps = 0
  private var ids: [TokenID] = []

  init() throws {
    var parts = VocabularyParts()
    for piece in ["A", "B", "AA", "<|im_end|>"] { parts.tokens.append(piece.utf8) }
    parts.merges.append("A A".utf8)
    parts.kinds = [TokenKind](repeating: .normal, count: 3).map(\.rawValue)
    parts.kinds.append(TokenKind.control.rawValue)
    tokenizer = try Tokenizer(parts, pattern: .smollm)
  }

  /// Probabilities of A, B, AA and the end after a token.
  func next(_ last: TokenID?) -> [Double] {
    switch last {
    case Self.a: [0.1, 0.5, 0.2, 0.2]
    case Self.b: [0.3, 0.1, 0.4, 0.2]
    case Self.aa: [0.25, 0.35, 0.3, 0.1]
    default: [0.2, 0.5, 0.2, 0.1]
    }
  }

  /// The probability of a sequence.
  func probability(_ tokens: [TokenID]) -> Double {
    tokens.indices.reduce(1) { $0 * next($1 > 0 ? tokens[$1 - 1] : nil)[Int(tokens[$1])] }
  }

  /// The probability of all canonical sequences that begin with a text: no A stands before another.
  func probability(text: String) -> Double {
    var sum = 0.0
    func go(_ tokens: [TokenID], _ rest: Substring) {
      guard !rest.isEmpty || tokens.isEmpty else {
        sum += probability(tokens)
        return
      }
      for (id, piece) in [(Self.a, "A"), (Self.b, "B"), (Self.aa, "AA")] {
        if tokens.last == Self.a, id != Self.b { continue }
        guard rest.hasPrefix(piece) || piece.hasPrefix(rest) else { continue }
        go(tokens + [id], rest.dropFirst(piece.count))
      }
    }
    if text.isEmpty { return 1 }
    go([], text[...])
    return sum
  }

  func begin(_ ids: [TokenID]) { self.ids = ids }
  func prepare(_ contexts: [TokenContext]) {}
  func logProbability(ofFirst count: Int) -> Double { log(probability(Array(ids[..<count]))) }
  func probabilities(after context: TokenContext) -> [Double] {
    next((ids[..<context.prefix] + context.path).last)
  }
}
