import Testing

@testable import Tokenization

@Suite struct WholeMatcherTests {
  @Test("matches are the leftmost, and of those the longest")
  func leftmostLongest() throws {
    var generator = Seeded(7)
    let letters = ["a", "b", "<", "é"].map { Array($0.utf8) }
    for _ in 0..<300 {
      var entries = Set<[UInt8]>()
      for _ in 0..<6 {
        entries.insert(generator.text(Int.random(in: 1...5, using: &generator), of: letters))
      }
      let parts = SmallVocabulary.parts(
        specials: [],
        userDefined: entries.filter { $0.count > 1 }.map { String(decoding: $0, as: UTF8.self) })
      let vocabulary = try SmallVocabulary.tokenizer(parts).vocabulary
      let known = entries.filter { $0.count > 1 }
      let text = generator.text(20, of: letters)
      let expected = text.indices.lazy.compactMap { start in
        known.filter { text[start...].starts(with: $0) }.map(\.count).max().map {
          start..<start + $0
        }
      }.first
      let found = text.withUnsafeBufferPointer { buffer in
        buffer.baseAddress.flatMap {
          vocabulary.wholes.firstMatch(
            startingIn: 0..<text.count, of: $0, count: text.count, pieces: vocabulary.pieces)
        }
      }
      #expect(found.map { $0.start..<$0.end } == expected)
      if let found {
        #expect(vocabulary.bytes(of: found.id) == Array(text[found.start..<found.end]))
      }
    }
  }

  @Test("special tokens in the text become tokens only when asked for; user-defined ones always")
  func parsing() throws {
    let parts = SmallVocabulary.parts(specials: ["<|a|>", "<|a|>b"], userDefined: ["  "])
    let tokenizer = try SmallVocabulary.tokenizer(parts)
    func pieces(_ text: String, _ parses: Bool) -> [String] {
      tokenizer.encode(Array(text.utf8), parsesSpecials: parses)
        .map { tokenizer.vocabulary.text(of: $0.id) }
    }
    #expect(pieces("x<|a|>bc<|a|>  y", true) == ["x", "<|a|>b", "c", "<|a|>", "  ", "y"])
    #expect(pieces("<|a|>  y", false) == ["<", "|", "a", "|", ">", "  ", "y"])
  }

  @Test("a special token ends the word before it, far beyond the part that is searched at once")
  func farAhead() throws {
    let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts())
    for distance in [4_080, 4_094, 4_096, 4_100, 12_288, 20_000] {
      for filler in ["a", " ", "!"] {
        let before = [UInt8](repeating: Array(filler.utf8)[0], count: distance)
        let tokens = tokenizer.encode(before + Array("<|a|>x".utf8))
        #expect(tokens.count == distance + 2)
        #expect(tokens.dropLast().last?.start == distance)
        #expect(tokens.dropLast().last?.id == tokenizer.vocabulary.special(named: "<|a|>"))
      }
    }
  }
}
