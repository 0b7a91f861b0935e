import Testing

@testable import Tokenization

@Suite("Tokenizers on one text")
struct ComparisonTests {
  private func tokenizers(_ seed: UInt64, _ count: Int = 3) throws -> [Tokenizer] {
    var generator = Seeded(seed)
    return try (0..<count).map { index in
      let merges = SmallVocabulary.randomMerges(count: 20 + 40 * index, using: &generator)
      return try SmallVocabulary.tokenizer(
        SmallVocabulary.parts(merges: merges, absent: index == 2 ? [0xC3] : []))
    }
  }

  private func compare(_ text: [UInt8], _ tokenizers: [Tokenizer]) -> TokenizerComparison {
    var comparison = TokenizerComparison(text)
    for (index, tokenizer) in tokenizers.enumerated() {
      comparison.add(tokenizer, name: "\(index)")
    }
    return comparison
  }

  @Test("after any change of the text, everything is as if it had been compared from the start")
  func incremental() throws {
    let tokenizers = try tokenizers(3)
    var generator = Seeded(4)
    for _ in 0..<60 {
      var text = generator.text(30, of: TurningPoints.all)
      var comparison = compare(text, tokenizers)
      for _ in 0..<8 {
        let start = Int.random(in: 0...text.count, using: &generator)
        let end = min(text.count, start + Int.random(in: 0...6, using: &generator))
        text.replaceSubrange(
          start..<end,
          with: generator.text(Int.random(in: 0...3, using: &generator), of: TurningPoints.all))
        comparison.setText(text)
        let expected = compare(text, tokenizers)
        #expect(comparison.words == expected.words, "\(text)")
        #expect(comparison.characters == expected.characters)
        for side in tokenizers.indices {
          #expect(comparison.sides[side].tokens == expected.sides[side].tokens)
        }
        #expect(comparison.measures() == expected.measures())
      }
    }
  }

  @Test("boundaries are where tokens begin inside the text, in any stretch of it")
  func boundaries() throws {
    let tokenizers = try tokenizers(8)
    var generator = Seeded(9)
    for _ in 0..<40 {
      let text = generator.text(40, of: TurningPoints.all)
      let comparison = compare(text, tokenizers)
      for side in tokenizers.indices {
        let all = Set(comparison.sides[side].tokens.map(\.start)).subtracting([0, text.count])
        let from = Int.random(in: 0...text.count, using: &generator)
        let to = Int.random(in: from...text.count, using: &generator)
        #expect(comparison.boundaries(of: side) == all.sorted())
        #expect(
          comparison.boundaries(of: side, in: from..<to)
            == all.filter { from <= $0 && $0 < to }.sorted())
      }
    }
  }

  @Test("measures multiply back to counts, and agreement is symmetric, 1 with itself")
  func identities() throws {
    let text = Array("cab a cab! 'a' abc abc bca 7 cabs, ab\ncc a ab".utf8)
    let comparison = compare(text, try tokenizers(5))
    for (side, measures) in zip(comparison.sides, comparison.measures()) {
      let tokens = Double(side.tokens.count)
      let perWord = try #require(measures.tokensPerWord)
      let perToken = try #require(measures.bytesPerToken)
      #expect(abs(perWord * Double(comparison.words) - tokens) < 1e-9)
      #expect(abs(perToken * tokens - Double(text.count)) < 1e-9)
    }
    let agreements = comparison.agreements()
    for a in agreements.indices {
      #expect(agreements[a][a] == 1)
      for b in agreements.indices {
        #expect(agreements[a][b] == agreements[b][a])
        let (x, y) = (Set(comparison.boundaries(of: a)), Set(comparison.boundaries(of: b)))
        #expect(
          agreements[a][b] == Double(x.intersection(y).count) / Double(max(1, x.union(y).count)))
      }
    }
    #expect(comparison.measures().map(\.agreement) == agreements[0])
  }

  @Test("an empty text has no tokens, no words, no boundaries, and nothing to divide by")
  func empty() throws {
    let comparison = compare([], try tokenizers(6))
    for measures in comparison.measures() {
      #expect(measures.tokens == 0 && measures.boundaries == 0)
      #expect(measures.bytesPerToken == nil && measures.tokensPerWord == nil)
      #expect(measures.agreement == 1)
    }
  }
}

@Suite("Words")
struct WordCountTests {
  @Test(
    "letters, numbers and marks make words; scripts without spaces have a word a letter",
    arguments: [
      ("", 0), ("one", 1), ("one two", 2), ("don't", 2), ("a1 b2", 2), ("München ist", 2),
      ("  ,;  ", 0), ("今日は", 3), ("今日 abc", 3), ("abc今", 2), ("e\u{301}te\u{301}", 1),
      ("ไทย", 3), ("x\u{0}y", 2), ("Ⅷ", 1), ("🙂", 0), ("\u{301}a", 1), ("한국어 말", 2),
    ])
  func examples(text: String, count: Int) {
    #expect(WordCount.words(in: Array(text.utf8)) == count)
    #expect(WordCount.spans(in: Array(text.utf8)).count == count)
  }

  @Test("words of the parts of a text, cut anywhere, are those of the whole")
  func additive() {
    var generator = Seeded(11)
    let alphabet = TurningPoints.all + ["今", "日", "ab", "\u{301}", "ไ"].map { Array($0.utf8) }
    for _ in 0..<400 {
      let text = generator.text(24, of: alphabet)
      let spans = WordCount.spans(in: text)
      #expect(WordCount.words(in: text) == spans.count, "\(text)")
      #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
      let cut = Int.random(in: 0...text.count, using: &generator)
      let parts =
        WordCount.words(in: text, 0..<cut) + WordCount.words(in: text, cut..<text.count)
      #expect(parts == spans.count, "\(text) \(cut)")
      let characters =
        WordCount.characters(in: text, 0..<cut)
        + WordCount.characters(in: text, cut..<text.count)
      #expect(characters == WordCount.characters(in: text, 0..<text.count))
    }
  }
}
