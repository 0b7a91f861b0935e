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

  @Test(
    "so it does for letters of several bytes, in whatever order their bytes are joined",
    arguments: 0..<40)
  func severalBytes(seed: Int) throws {
    var generator = Seeded(UInt64(seed) + 100)
    let letters = ["a", "ж", "о", "п", "р", "今", "仏", "仇", "𝑎"].map { Array($0.utf8) }
    // What is made of bytes, of letters, and of ends of letters with what follows them.
    var entries = Set(letters.flatMap { $0 }.map { [$0] })
    var merges: [([UInt8], [UInt8])] = []
    // At first what a letter is made of, as in training.
    for letter in letters where seed % 4 != 0 {
      for end in 2..<max(2, letter.count + 1) where entries.insert(Array(letter[..<end])).inserted {
        merges.append((Array(letter[..<(end - 1)]), [letter[end - 1]]))
      }
    }
    while merges.count < 120 {
      let left = entries.sorted { $0.lexicographicallyPrecedes($1) }.randomElement(
        using: &generator)
      let right = entries.sorted { $0.lexicographicallyPrecedes($1) }
        .randomElement(using: &generator)
      guard let left, let right, left.count + right.count <= 12,
        letters.contains(where: { letter in
          letters.contains { Self.holds(letter + $0 + letter, left + right) }
        }),
        entries.insert(left + right).inserted
      else { continue }
      merges.append((left, right))
    }
    if seed % 2 == 0 { merges.shuffle(using: &generator) }
    let written = merges.map { (SmallVocabulary.written($0.0), SmallVocabulary.written($0.1)) }
    var parts = SmallVocabulary.parts()
    parts.merges = .init()
    for entry in merges.map({ $0.0 + $0.1 }) {
      parts.tokens.append(SmallVocabulary.written(entry).utf8)
      parts.kinds.append(TokenKind.normal.rawValue)
    }
    for (left, right) in written { parts.merges.append((left + " " + right).utf8) }
    let tokenizer = try SmallVocabulary.tokenizer(parts)
    for length in [1, 2, 3, 5, 8, 20, 40, 60, 120] {
      for _ in 0..<3 {
        let word = generator.text(length, of: letters)
        let expected = SmallVocabulary.naiveMerge(SmallVocabulary.written(word), written)
        let found = tokenizer.encode(word).map {
          SmallVocabulary.written(tokenizer.vocabulary.bytes(of: $0.id))
        }
        #expect(found == expected, "\(String(decoding: word, as: UTF8.self))")
      }
    }
  }

  private static func holds(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    text.indices.contains { text[$0...].starts(with: part) }
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
