import TestSupport
import Testing

@testable import Tokenization

@Suite struct TokenizerTests {
  @Test("the ids of the oracle's texts are the oracle's")
  func oracle() throws {
    let tokenizer = try InstalledModel.tokenizer()
    for run in try OracleRuns.load().runs {
      #expect(tokenizer.encode(Array(run.text.utf8)).map(\.id) == run.ids, "\(run)")
      #expect(tokenizer.decode(run.ids) == Array(run.text.utf8))
    }
  }

  @Test("the default model's vocabulary is known")
  func defaultVocabulary() throws {
    let tokenizer = try InstalledModel.tokenizer()
    let vocabulary = tokenizer.vocabulary
    #expect(tokenizer.name == "smollm")
    #expect(vocabulary.count == 49_152)
    #expect(vocabulary.special(named: "<|im_start|>") == 1)
    #expect(vocabulary.beginOfText == 1)
    #expect(vocabulary.endOfText == 2)
    #expect(vocabulary.endOfGeneration == [0, 2])
    #expect(vocabulary.specials == Array(0..<17))
    #expect(vocabulary.bytes(of: 7042) == Array(" Paris".utf8))
    #expect(
      vocabulary.absentBytes == [
        0x04, 0x06, 0x13, 0x14, 0x16, 0x1D, 0xC0, 0xC1, 0xF1, 0xF2, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9,
        0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF,
      ])
  }

  @Test(
    "any bytes come back, and offsets say where each token's bytes are", arguments: [true, false])
  func roundTrip(parsesSpecials: Bool) throws {
    var generator = Seeded(11)
    let merges = SmallVocabulary.randomMerges(count: 200, using: &generator)
    let tokenizer = try SmallVocabulary.tokenizer(
      SmallVocabulary.parts(merges: merges, userDefined: ["  ", "!a"]))
    for round in 0..<400 {
      let text =
        round % 2 == 0
        ? generator.text(50, of: TurningPoints.all)
        : (0..<120).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      let tokens = tokenizer.encode(text, parsesSpecials: parsesSpecials)
      #expect(tokenizer.decode(tokens.map(\.id)) == text)
      var position = 0
      for token in tokens {
        #expect(token.start == position)
        #expect(Array(text[token.start..<token.end]) == tokenizer.vocabulary.bytes(of: token.id))
        position = token.end
      }
    }
  }

  @Test("with the default model, bytes it cannot say are left out and all others come back")
  func absentBytes() throws {
    let tokenizer = try InstalledModel.tokenizer()
    let absent = Set(tokenizer.vocabulary.absentBytes)
    var generator = Seeded(12)
    for _ in 0..<300 {
      let text = (0..<200).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      let tokens = tokenizer.encode(text)
      #expect(tokenizer.decode(tokens.map(\.id)) == text.filter { !absent.contains($0) })
      var position = 0
      for token in tokens {
        #expect(token.start >= position && token.end > token.start && token.end <= text.count)
        #expect(text[position..<token.start].allSatisfy(absent.contains))
        #expect(
          text[token.start..<token.end].filter { !absent.contains($0) }
            == tokenizer.vocabulary.bytes(of: token.id))
        position = token.end
      }
      #expect(text[position...].allSatisfy(absent.contains))
    }
  }

  @Test("no text has no tokens")
  func empty() throws {
    let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts())
    #expect(tokenizer.encode([]).isEmpty)
    #expect(tokenizer.decode([]).isEmpty)
    let edit = Edit(start: 0, oldEnd: 0, newEnd: 0)
    #expect(tokenizer.retokenize([], text: [], edit: edit).tokens.isEmpty)
  }

  @Test("several threads at once get the same tokens as one")
  func concurrent() async throws {
    let tokenizer = try InstalledModel.tokenizer()
    var generator = Seeded(13)
    let texts = (0..<40).map { _ in generator.text(300, of: TurningPoints.all) }
    let expected = texts.map { tokenizer.encode($0) }
    await withTaskGroup(of: (Int, [Token]).self) { group in
      for (index, text) in (texts + texts + texts).enumerated() {
        group.addTask { (index % texts.count, tokenizer.encode(text)) }
      }
      for await (index, tokens) in group { #expect(tokens == expected[index]) }
    }
  }
}
