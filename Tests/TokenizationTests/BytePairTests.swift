import Testing

@testable import Tokenization

@Suite struct BytePairTests {
  /// A word that the pre-tokenizer leaves whole: letters only.
  private func lettersOnly(_ merges: [(String, String)]) -> [(String, String)] {
    merges.filter { ($0.0 + $0.1).allSatisfy(\.isLetter) }
  }

  private func pieces(_ tokenizer: Tokenizer, _ word: String) -> [String] {
    tokenizer.encode(Array(word.utf8)).map { tokenizer.vocabulary.text(of: $0.id) }
  }

  @Test("joining follows the definition, for words on both sides of every limit", arguments: 0..<12)
  func definition(seed: Int) throws {
    var generator = Seeded(UInt64(seed))
    let merges = lettersOnly(SmallVocabulary.randomMerges(count: 250, using: &generator))
    let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts(merges: merges))
    let lengths = [1, 2, 3, 4, 5, 8, 14, 15, 16, 17, 40, 95, 96, 97, 98, 150, 300]
    for length in lengths {
      for _ in 0..<3 {
        var word = ""
        for _ in 0..<length { word += ["a", "b", "c"].randomElement(using: &generator) ?? "a" }
        let expected = SmallVocabulary.naiveMerge(word, merges)
        #expect(pieces(tokenizer, word) == expected, "\(word)")
        // Once more, now that the word may be remembered.
        #expect(pieces(tokenizer, word) == expected, "\(word)")
      }
    }
  }

  @Test("a word of a million equal letters is encoded")
  func longWord() throws {
    let doubling = (0..<10).map { String(repeating: "a", count: 1 << $0) }.map { ($0, $0) }
    let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts(merges: doubling))
    let tokens = tokenizer.encode([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
    #expect(tokens.count == 1_000_000 / 1024 + (1_000_000 % 1024).nonzeroBitCount)
    #expect(tokens.last?.end == 1_000_000)
  }

  @Test("bytes that no entry says are left out before joining, and a token spans them")
  func absentBytes() throws {
    let parts = SmallVocabulary.parts(merges: [("!", "!")], absent: [4, 0xC1])
    let tokenizer = try SmallVocabulary.tokenizer(parts)
    #expect(tokenizer.vocabulary.absentBytes == [4, 0xC1])
    let text: [UInt8] = [4, 0x21, 4, 0x21, 4, 0x61, 0xC1]
    let tokens = tokenizer.encode(text)
    #expect(tokens.map(\.start) == [1, 5])
    #expect(tokens.map(\.end) == [4, 6])
    #expect(tokenizer.decode(tokens.map(\.id)) == Array("!!a".utf8))
  }

  @Test("words are remembered by all of their bytes")
  func cacheKeys() {
    var generator = Seeded(6)
    for _ in 0..<500 {
      let text = generator.text(40, of: TurningPoints.all) + [UInt8](repeating: 0, count: 16)
      text.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        for count in 1...WordCache.longestWord {
          let wide = WordCache.Key(base, count: count, available: text.count)
          #expect(wide == WordCache.Key(base, count: count, available: count))
          #expect(wide != WordCache.Key(base, count: count % 15 + 1, available: text.count))
        }
      }
    }
  }
}
