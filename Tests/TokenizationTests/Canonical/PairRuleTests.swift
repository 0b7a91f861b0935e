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
    let letters = (0..<TokenID(vocabulary.count)).filter { id in
      vocabulary.bytes(of: id).allSatisfy("abc".utf8.contains)
    }
    try compare(tokenizer, letters)
  }

  /// Compares what the rule says of all pairs of some tokens with their encoding.
  private func compare(_ tokenizer: Tokenizer, _ tokens: [TokenID]) throws {
    let rule = try #require(tokenizer.model.pairRule())
    var told = [0, 0]
    for left in tokens {
      for right in tokens {
        guard let staysApart = rule.staysApart(left, right) else { continue }
        told[staysApart ? 1 : 0] += 1
        let bytes = [left, right].flatMap { tokenizer.vocabulary.bytes(of: $0) }
        let isApart = tokenizer.encode(bytes).map(\.id) == [left, right]
        #expect(staysApart == isApart, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(told[0] > 20 && told[1] > 20, "\(told)")
  }

  @Test("so do two pieces of SentencePiece, by their scores", arguments: 0..<8)
  func scores(seed: UInt64) throws {
    var spacing = SentencePieceParts.Spacing()
    (spacing.addsSpace, spacing.removesExtraSpaces) = (false, false)
    let small = SmallPieces(
      seed: seed, algorithm: .bytePair, fallsBack: true, spacing: spacing, count: 120,
      allUsed: true)
    let tokenizer = try small.tokenizer()
    let vocabulary = tokenizer.vocabulary
    let texts = (0..<TokenID(vocabulary.count)).filter {
      [.normal, .userDefined].contains(vocabulary.kind(of: $0))
    }
    try compare(tokenizer, texts)
    // What may follow a sequence depends on its tail alone.
    let canonical = CanonicalRule(tokenizer)
    var generator = Seeded(seed + 500)
    for _ in 0..<60 {
      let bytes = generator.text(6, of: ["a", "b", "c", " ", "é", "今", "!"].map { Array($0.utf8) })
      let tokens = tokenizer.encode(bytes).map(\.id)
      let successors = canonical.successors(of: tokens, spelling: bytes)
      for id in texts {
        let longer = tokenizer.encode(bytes + vocabulary.bytes(of: id)).map(\.id)
        #expect(
          successors.allow(Int(canonical.order.places[Int(id)])) == (longer == tokens + [id]))
      }
    }
  }
}
