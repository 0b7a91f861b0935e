import Foundation
import ModelFiles
import TestSupport
import Testing

@testable import Tokenization

@Suite("Lexicons learned by least effort")
struct LexiconTests {
  private static let text = """
    the lord of the rings and the lord of the flies
    in the name of the law, in the name of the rose
    der Herr der Ringe und der Herr der Fliegen: äöü 今日は\n
    """

  private func lexicon(
    _ text: [UInt8], _ change: (inout LexiconSettings) -> Void = { _ in }
  ) throws -> Lexicon {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "text")
    var settings = LexiconSettings()
    change(&settings)
    var training = LexiconTraining(try TrainingText(paths: [path]), settings)
    return try training.run { _ in }
  }

  private func repeated(_ times: Int) -> [UInt8] {
    Array(String(repeating: Self.text, count: times).utf8)
  }

  private func strings(_ lexicon: Lexicon) -> [String] {
    lexicon.order.map { String(decoding: lexicon.strings[Int($0)], as: UTF8.self) }
  }

  @Test("a phrase that is repeated becomes one entry")
  func phrase() throws {
    let found = Set(strings(try lexicon(repeated(200))))
    #expect(found.contains { $0.contains("the lord of the") })
    #expect(found.contains { $0.contains("Herr der") })
  }

  @Test("without forgetting the lexicon only grows, and grows with more passes")
  func onlyGrows() throws {
    let once = try lexicon(repeated(40)) {
      $0.forgets = false; $0.passes = 1; $0.batchBytes = 2000
    }
    let twice = try lexicon(repeated(40)) {
      $0.forgets = false; $0.passes = 2; $0.batchBytes = 2000
    }
    #expect(Set(strings(once)).isSubset(of: Set(strings(twice))))
    #expect(twice.count > once.count)
    #expect(once.count > Set(Self.text).count)
  }

  @Test("with forgetting the size is kept and characters stay")
  func forgets() throws {
    let found = try lexicon(repeated(100)) { $0.size = 90 }
    #expect(found.count <= 90)
    #expect(Set(Self.text.unicodeScalars.map { String($0) }).isSubset(of: Set(strings(found))))
    let all = try lexicon(repeated(100)) {
      $0.size = 90; $0.forgets = false
    }
    #expect(all.count > 90)
  }

  @Test("the same seed gives the same lexicon")
  func seeds() throws {
    let settings: (inout LexiconSettings) -> Void = {
      $0.size = 200; $0.batchBytes = 1000
    }
    let found = strings(try lexicon(repeated(60), settings))
    #expect(try strings(lexicon(repeated(60), settings)) == found)
    #expect(
      try strings(
        lexicon(repeated(60)) {
          settings(&$0); $0.seed = 2
        }) != found)
  }

  @Test("tokens are the longest entries at each place, searched for one by one, and give the text")
  func longestMatch() throws {
    var generator = Seeded(9)
    let entries = ["ab", "abc", "bca", "aa", "c\n", "é", "éa", "今日"].map { Array($0.utf8) }
    let tokenizer = Tokenizer(name: "lib", model: try LexiconModel(entries))
    for _ in 0..<200 {
      let text = (0..<40).map { _ in
        Array("abcé今日\n\u{FF}".utf8).randomElement(using: &generator) ?? 0
      }
      var expected: [Token] = []
      var position = 0
      while position < text.count {
        let rest = text[position...]
        let best = entries.indices.filter { rest.starts(with: entries[$0]) }
          .max { entries[$0].count < entries[$1].count }
        let id = best.map { TokenID(256 + $0) } ?? TokenID(text[position])
        let end = position + (best.map { entries[$0].count } ?? 1)
        expected.append(Token(id: id, start: position, end: end))
        position = end
      }
      let tokens = tokenizer.encode(text)
      #expect(tokens == expected)
      #expect(tokenizer.decode(tokens.map(\.id)) == text)
      for boundary in 0...text.count where tokenizer.isStableBoundary(boundary, in: text) {
        #expect(
          boundary == text.count || tokens.contains { $0.start == boundary }, "\(boundary)")
      }
    }
  }

  @Test("the file gives the tokenizer back, which says any bytes")
  func file() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(repeated(100), to: "text")
    var settings = TrainingSettings()
    settings.kind = .lib
    settings.vocabularySize = 400
    let trained = try TokenizerTraining.train(TrainingText(paths: [path]), settings)
    try trained.save(to: folder.file("lib.json"))
    let tokenizer = try Tokenizer(lexicon: MappedFile(path: folder.file("lib.json")))
    #expect(tokenizer.vocabulary.count == trained.entryCount)
    #expect(trained.entryCount <= 400)
    var generator = Seeded(2)
    let noise = (0..<3000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    for text in [noise, Array(Self.text.utf8), []] {
      #expect(tokenizer.decode(tokenizer.encode(text).map(\.id)) == text)
    }
    #expect(tokenizer.encode(Array(Self.text.utf8)).count < Self.text.utf8.count / 2)
    // Broken files are faults, never crashes.
    let bytes = trained.file
    for _ in 0..<2000 {
      var broken = bytes
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: broken = Array(bytes[..<Int.random(in: 0..<bytes.count, using: &generator)])
      case 1:
        broken[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      default:
        let start = Int.random(in: 0..<bytes.count, using: &generator)
        broken.removeSubrange(start..<min(bytes.count, start + 9))
      }
      let file = try folder.write(broken, to: "broken.json")
      do throws(FileFault) {
        let opened = try Tokenizer(lexicon: MappedFile(path: file))
        #expect(opened.decode(opened.encode(noise).map(\.id)) == noise)
      } catch {
        #expect(error.description.contains("broken.json"))
      }
    }
  }

  @Test(
    "files that are no lexicons are refused",
    arguments: [
      "{}", "[]", "{\"format\": \"tessera-lexicon\", \"version\": 2, \"entries\": []}",
      "{\"format\": \"tessera-lexicon\", \"version\": 1}",
      "{\"format\": \"tessera-lexicon\", \"version\": 1, \"entries\": [\"\"]}",
      "{\"format\": \"tessera-lexicon\", \"version\": 1, \"entries\": [\"a\"]}",
      "{\"format\": \"tessera-lexicon\", \"version\": 1, \"entries\": [\"ab\", \"ab\"]}",
      "{\"format\": \"tessera-lexicon\", \"version\": 1, \"entries\": [1]}",
      "{\"format\": \"other\", \"version\": 1, \"entries\": [\"ab\"]}",
    ])
  func refused(json: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(json.utf8), to: "lib.json")
    #expect(throws: FileFault.self) { try Tokenizer(lexicon: MappedFile(path: path)) }
  }

  @Test(
    "a lexicon needs fewer tokens and fewer bits for a character than BPE of the same size",
    .timeLimit(.minutes(2)))
  func againstBPE() throws {
    let folder = try TrainingReference.folder()
    let train = folder.appendingPathComponent("unigram-train.txt").path
    let held = folder.appendingPathComponent("unigram-held.txt").path
    var settings = TrainingSettings()
    settings.vocabularySize = 6000
    settings.threads = 2
    let text = try TrainingText(paths: [train])
    let words = try WordCounts.count(
      text, unit: .line, splitter: settings.words.splitter, threads: 2
    ) { _ in }
    var trainer = BytePairTrainer(
      words.table, size: 6000, minimumFrequency: 2, specialTokens: [])
    let bpe = try TrainedBPE.tokenizer(trainer.run { _ in })
    settings.kind = .lib
    let file = try TemporaryFolder()
    try TokenizerTraining.train(text, settings).save(to: file.file("lib.json"))
    let lib = try Tokenizer(lexicon: MappedFile(path: file.file("lib.json")))
    #expect(lib.vocabulary.count <= bpe.vocabulary.count)
    let bytes = try [train, held].map { try [UInt8](Data(contentsOf: URL(fileURLWithPath: $0))) }
    let (bpeTokens, bpeBits) = Self.figures(bpe, bytes[0], bytes[1])
    let (libTokens, libBits) = Self.figures(lib, bytes[0], bytes[1])
    #expect(libTokens < bpeTokens)
    #expect(libBits < bpeBits)
  }

  /// Tokens of `held`, and bits for each of its characters by the frequencies of tokens in `train`
  /// (half an occurrence added to each).
  private static func figures(
    _ tokenizer: Tokenizer, _ train: [UInt8], _ held: [UInt8]
  ) -> (tokens: Int, bits: Double) {
    var counts = [Double](repeating: 0.5, count: tokenizer.vocabulary.count)
    for token in tokenizer.encode(train) { counts[Int(token.id)] += 1 }
    let total = counts.reduce(0, +)
    let tokens = tokenizer.encode(held)
    let bits = tokens.reduce(0) { $0 - log2(counts[Int($1.id)] / total) }
    return (tokens.count, bits / Double(String(decoding: held, as: UTF8.self).unicodeScalars.count))
  }
}

/// Merges that were learned, as a tokenizer without a file.
enum TrainedBPE {
  static func tokenizer(_ result: BytePairTrainer.Result) throws -> Tokenizer {
    var parts = VocabularyParts()
    parts.tokens = ByteStrings(result.entries)
    parts.kinds = Array(repeating: TokenKind.normal.rawValue, count: result.entries.count)
    parts.merges = ByteStrings(
      result.merges.map { key in
        [TokenPair.left(key), TokenPair.right(key)].map { result.entries[Int($0)] }
          .joined(separator: " ")
      })
    return try Tokenizer(parts, pattern: .smollm)
  }
}
