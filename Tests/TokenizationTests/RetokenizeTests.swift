import TestSupport
import Testing

@testable import Tokenization

@Suite struct RetokenizeTests {
  /// Compares with encoding everything, and what is said to be unchanged with what is.
  private func check(
    _ tokenizer: Tokenizer, _ text: [UInt8], _ edit: Range<Int>, _ inserted: [UInt8],
    parsesSpecials: Bool
  ) -> [UInt8] {
    let old = tokenizer.encode(text, parsesSpecials: parsesSpecials)
    var new = text
    new.replaceSubrange(edit, with: inserted)
    let expected = tokenizer.encode(new, parsesSpecials: parsesSpecials)
    let found = tokenizer.retokenize(
      old, text: new,
      edit: Edit(
        start: edit.lowerBound, oldEnd: edit.upperBound, newEnd: edit.lowerBound + inserted.count),
      parsesSpecials: parsesSpecials)
    #expect(found.tokens == expected, "\(text) \(edit) \(inserted)")
    #expect(found.firstChanged == zip(old, expected).prefix { $0 == $1 }.count)
    return new
  }

  private func fuzz(_ tokenizer: Tokenizer, seed: UInt64, rounds: Int, alphabet: [[UInt8]]) {
    var generator = Seeded(seed)
    for round in 0..<rounds {
      var text = generator.text(Int.random(in: 0...60, using: &generator), of: alphabet)
      for _ in 0..<12 {
        let start = Int.random(in: 0...text.count, using: &generator)
        let end = min(text.count, start + Int.random(in: 0...9, using: &generator))
        let inserted = generator.text(Int.random(in: 0...4, using: &generator), of: alphabet)
        text = check(
          tokenizer, text, start..<end, inserted, parsesSpecials: round % 3 != 0)
      }
    }
  }

  @Test(
    "after random edits the tokens are those of the whole, with random merges", arguments: 0..<6)
  func randomMerges(seed: Int) throws {
    var generator = Seeded(UInt64(seed))
    let merges = SmallVocabulary.randomMerges(count: 200, using: &generator)
    let parts = SmallVocabulary.parts(
      merges: merges, specials: ["<|a|>", "<|a|>b", "<|end|>", "'s a", "é", "!\u{3000}"],
      userDefined: ["  ", " a 1 a 1 a 1 a"], absent: seed % 2 == 0 ? [] : [0, 0x80, 0xC3])
    let tokenizer = try SmallVocabulary.tokenizer(parts)
    fuzz(tokenizer, seed: UInt64(seed) + 100, rounds: 150, alphabet: TurningPoints.all)
  }

  @Test("after random edits the tokens are those of the whole, with the default model")
  func defaultModel() throws {
    let tokenizer = try InstalledModel.tokenizer()
    fuzz(tokenizer, seed: 8, rounds: 250, alphabet: TurningPoints.all)
    let words = [
      "The", " capital", " of", " France", "'s", " is", ",", "  ", "\n", "12", "今日", "<|im_end|>",
    ]
    fuzz(tokenizer, seed: 9, rounds: 250, alphabet: words.map { Array($0.utf8) })
  }

  @Test("an edit that changes nothing leaves all tokens")
  func unchanged() throws {
    let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts(merges: [("a", "b")]))
    let text = Array("ab cd ab ".utf8) + Array(String(repeating: "ab cd, ", count: 50).utf8)
    let tokens = tokenizer.encode(text)
    let found = tokenizer.retokenize(tokens, text: text, edit: Edit(start: 3, oldEnd: 5, newEnd: 5))
    #expect(found == Retokenization(tokens: tokens, firstChanged: tokens.count))
  }

  @Test(
    "an edit that does not fit the text encodes everything",
    arguments: [
      Edit(start: -1, oldEnd: 0, newEnd: 0), Edit(start: 5, oldEnd: 2, newEnd: 6),
      Edit(start: 5, oldEnd: 6, newEnd: 2), Edit(start: 0, oldEnd: 0, newEnd: 99),
      Edit(start: 0, oldEnd: 99, newEnd: 0), Edit(start: 2, oldEnd: 12, newEnd: 2),
      Edit(start: 0, oldEnd: .max, newEnd: 0),
    ])
  func doesNotFit(edit: Edit) throws {
    let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts())
    let old = tokenizer.encode(Array("some other text".utf8))
    let text = Array("a text".utf8)
    let found = tokenizer.retokenize(old, text: text, edit: edit)
    #expect(found.tokens == tokenizer.encode(text))
  }

  @Test("stable boundaries are boundaries of tokens, apart from inside special ones")
  func stableBoundaries() throws {
    let tokenizer = try InstalledModel.tokenizer()
    var generator = Seeded(10)
    for _ in 0..<300 {
      let text = generator.text(30, of: TurningPoints.all)
      for token in tokenizer.encode(text) where !tokenizer.vocabulary.isSpecial(token.id) {
        let inside = (token.start + 1..<max(token.end, token.start + 1))
          .filter { tokenizer.isStableBoundary($0, in: text) }
        #expect(inside.isEmpty)
      }
    }
  }
}
