import TestSupport
import Testing

@testable import Tokenization

/// The rule of two neighbours against its definition: the encoding of what both spell.
@Suite("Pairs of neighbours") struct PairRuleTests {
  @Test("two tokens stay two when the encoding of their bytes is these two", arguments: 0..<8)
  func definition(seed: UInt64) throws {
    var generator = Seeded(seed)
    // In the order of ranks in which training finds merges, and in any order.
    var merges: [(String, String)] = []
    while merges.count < 50 {
      merges = SmallVocabulary.randomMerges(count: 150, using: &generator)
        .filter { ($0.0 + $0.1).allSatisfy(\.isLetter) }
      if seed % 2 == 0 { merges.sort { ($0.0 + $0.1).count < ($1.0 + $1.1).count } }
    }
    let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts(merges: merges))
    let vocabulary = tokenizer.vocabulary
    let rule = try #require(tokenizer.model.pairRule())
    let letters = (0..<TokenID(vocabulary.count)).filter { id in
      vocabulary.bytes(of: id).allSatisfy("abc".utf8.contains)
    }
    var told = [0, 0]
    for left in letters {
      for right in letters {
        guard let staysApart = rule.staysApart(left, right) else { continue }
        told[staysApart ? 1 : 0] += 1
        let bytes = vocabulary.bytes(of: left) + vocabulary.bytes(of: right)
        let isApart = tokenizer.encode(bytes).map(\.id) == [left, right]
        #expect(staysApart == isApart, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(told[0] > 20 && told[1] > 20, "\(told)")
  }
}
