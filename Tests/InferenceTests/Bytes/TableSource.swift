import Foundation
import Inference
import Tokenization

/// A made-up model: a table of distributions by the last two tokens, fixed by a seed.
final class TableSource: NextTokenSource {
  let vocabularySize: Int
  private(set) var modelSteps = 0
  private let distribution: ([TokenID]) -> [Double]
  private var ids: [TokenID] = []
  private var seen: Set<[TokenID]> = []

  /// A model that gives `distribution` after a sequence of tokens.
  init(vocabularySize: Int, distribution: @escaping ([TokenID]) -> [Double]) {
    self.vocabularySize = vocabularySize
    self.distribution = distribution
  }

  /// Random weights, so uneven that some tokens hardly ever come.
  convenience init(vocabularySize: Int, seed: UInt64) {
    self.init(vocabularySize: vocabularySize) { tokens in
      var hash = seed
      for token in tokens.suffix(2) { hash = (hash ^ UInt64(token + 1)) &* 0x9E37_79B9_7F4A_7C15 }
      var generator = SeededGenerator(seed: hash)
      let weights = (0..<vocabularySize).map { _ in
        let unit = Double.random(in: 0..<1, using: &generator)
        return unit * unit * unit * unit + 1e-6
      }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }

  func probabilities(_ tokens: [TokenID]) -> [Double] { distribution(tokens) }

  func prepare(_ contexts: [TokenContext]) {}

  func begin(_ ids: [TokenID]) { self.ids = ids }

  func logProbability(ofFirst count: Int) -> Double {
    (0..<count).reduce(0) { $0 + log(distribution(Array(ids[..<$1]))[Int(ids[$1])]) }
  }

  func probabilities(after context: TokenContext) -> [Double] {
    let tokens = ids[..<context.prefix] + context.path
    if seen.insert(Array(tokens)).inserted { modelSteps += 1 }
    return distribution(Array(tokens))
  }
}
