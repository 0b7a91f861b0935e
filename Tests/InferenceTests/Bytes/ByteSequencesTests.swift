import Foundation
import Testing
import Tokenization

@testable import Inference

@Suite("Sequences behind bytes")
struct ByteSequencesTests {
  @Test("the tokens behind a byte add up to its probability, but for the missing mass")
  func branches() throws {
    let tiny = try TinyTokenizer(
      letters: ["a", "b", " "], merges: [(" ", "a"), ("a", "b"), (" a", "b"), (" ", " ")])
    let source = TableSource(vocabularySize: Int(tiny.end) + 2, seed: 11)
    let covers = ByteCovers(rule: CanonicalRule(tiny.tokenizer), source: source)
    for text in ["ab  ab a", "aab b", "  ", ""] {
      try covers.begin(Array(text.utf8))
      for offset in 0...text.utf8.count {
        let found = try covers.canonical(at: offset)
        let branches = try covers.branches(behind: found, most: .max)
        let best = try covers.branches(behind: found, most: 2)
        for byte in 0..<256 {
          let sum = branches[byte].reduce(0) { $0 + $1.share }
          #expect(abs(sum - found.probabilities[byte] * (1 - found.invalidMass)) < 1e-9)
          #expect(best[byte] == Array(branches[byte].prefix(2)))
          for branch in branches[byte] {
            // The token goes on with what its cover leaves of the text, and then with the byte.
            let cover = found.covers[branch.cover]
            let rest = Array(text.utf8)[cover.end..<offset] + [UInt8(byte)]
            #expect(tiny.tokenizer.vocabulary.bytes(of: branch.id).starts(with: rest))
          }
        }
      }
    }
  }

  @Test("a sequence's probability is the product over its tokens, also beside the text's own")
  func sequences() throws {
    let tiny = try TinyTokenizer(letters: ["a", "b"], merges: [("a", "b"), ("ab", "ab")])
    let source = TableSource(vocabularySize: Int(tiny.end) + 2, seed: 5)
    let covers = ByteCovers(rule: CanonicalRule(tiny.tokenizer), source: source)
    try covers.begin(Array("ababb".utf8))
    for tokens: [TokenID] in [[], [2], [3, 1], [0, 1, 2], [2, 2, 1]] {
      let product = tokens.indices.reduce(1.0) { product, index in
        product * source.probabilities(Array(tokens[..<index]))[Int(tokens[index])]
      }
      #expect(abs(exp(try covers.logProbability(of: tokens)) - product) < 1e-12)
    }
  }
}
