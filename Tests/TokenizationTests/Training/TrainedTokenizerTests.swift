import Foundation
import TestSupport
import Testing

@testable import Tokenization

@Suite("Trained tokenizers as files")
struct TrainedTokenizerTests {
  private static func text(_ name: String, _ count: Int) throws -> [UInt8] {
    let path = RepositoryFolder.path(".build/corpus/\(name).txt")
    guard FileManager.default.fileExists(atPath: path) else {
      throw SetupMissing("the corpus of the tests, .build/corpus,")
    }
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)).prefix(count))
    return Array(String(decoding: bytes, as: UTF8.self).utf8)
  }

  @Test(
    "BPE and Unigram open here and in Hugging Face tokenizers, give the same ids, and the text back",
    .timeLimit(.minutes(2)), arguments: [TrainedKind.bpe, .unigram], TrainedKind.wordSamples)
  func files(kind: TrainedKind, words: TrainingWords) throws {
    let folder = try TemporaryFolder()
    let learned =
      try Self.text("manual-fr", 150_000) + Self.text("manual-ja", 60_000)
      + Self.text("code-swift", 80_000)
    var settings = TrainingSettings()
    settings.kind = kind
    settings.vocabularySize = 2500
    settings.words = words
    settings.specialTokens = ["<|endoftext|>", "<|im \"\\é|>"]
    settings.threads = 2
    let trained = try TokenizerTraining.train(
      TrainingText(paths: [folder.write(learned, to: "learned")]), settings)
    #expect(trained.entryCount == 2500)
    let path = folder.file("tokenizer.json")
    try trained.save(to: path)
    let tokenizer = try Tokenizer.open(path: path)
    #expect(tokenizer.vocabulary.count == trained.entryCount)
    #expect(tokenizer.vocabulary.absentBytes.isEmpty)
    let unseen =
      try Self.text("words", 30_000) + Self.text("manual-de", 60_000)
      + Self.text("noise-scalars", 20_000)
      + Array("a<|endoftext|>b <|im \"\\é|><|im\n\n\n   x".utf8)
    for text in [unseen, learned] {
      let ids = tokenizer.encode(text).map(\.id)
      let wanted = try JSONDecoder().decode(
        [TokenID].self,
        from: ReferencePython.run(
          "Tests/Setup/reference_encode.py", [path, folder.write(text, to: "text")]))
      #expect(ids == wanted)
      #expect(tokenizer.decode(ids) == text)
      #expect(tokenizer.encode(text, parsesSpecials: false).map(\.end).last == text.count)
    }
    let noise = (0..<2000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 7 &+ $0 >> 3) }
    #expect(tokenizer.decode(tokenizer.encode(noise).map(\.id)) == noise)
  }

  @Test("tokens of the beginning of a text are those of the words that the whole text has")
  func prefixes() throws {
    let folder = try TemporaryFolder()
    var settings = TrainingSettings()
    settings.kind = .unigram
    settings.vocabularySize = 600
    let learned = try Self.text("manual-es", 60_000)
    try TokenizerTraining.train(
      TrainingText(paths: [folder.write(learned, to: "learned")]), settings
    ).save(to: folder.file("tokenizer.json"))
    let tokenizer = try Tokenizer.open(path: folder.file("tokenizer.json"))
    let text = Array("uno  dos   tres cuatro".utf8)
    let words = [3, 4, 8, 10, 15, 22]
    for end in 0...text.count {
      var tokens: [Token] = []
      text.withUnsafeBufferPointer { tokenizer.model.encode($0, upTo: end, into: &tokens) }
      #expect(tokenizer.decode(tokens.map(\.id)) == Array(text[..<end]))
      // A cut of the whole text stays one.
      let ends = Set(tokens.map(\.end))
      #expect(words.filter { $0 < end }.allSatisfy { ends.contains($0) }, "\(end)")
    }
  }

  @Test("what is learned is used at once: a lexicon opens as any tokenizer does")
  func lexicon() throws {
    let folder = try TemporaryFolder()
    var settings = TrainingSettings()
    settings.kind = .lib
    settings.vocabularySize = 900
    let learned = try Self.text("manual-es", 60_000)
    try TokenizerTraining.train(
      TrainingText(paths: [folder.write(learned, to: "learned")]), settings
    ).save(to: folder.file("lib.json"))
    let tokenizer = try Tokenizer.open(path: folder.file("lib.json"))
    #expect(tokenizer.decode(tokenizer.encode(learned).map(\.id)) == learned)
    #expect(tokenizer.encode(learned).count < learned.count / 3)
  }
}

extension TrainedKind {
  /// Ways of cutting: each kind of JSON that is written for one.
  static let wordSamples: [TrainingWords] = [.gpt2, .smollm, .llama3, .o200k]
}
