import Foundation
import TestSupport
import Testing

@testable import Tokenization

@Suite("Training of byte-level BPE")
struct BytePairTrainerTests {
  private struct Case: Decodable {
    var name: String
    var size: Int
    var minimum: Int
    var specials: [String]
  }

  private struct Reference: Decodable {
    var entries: [String]
    var merges: [[String]]
  }

  @Test(
    "entries, ids, merges and ranks are those of Hugging Face tokenizers",
    .timeLimit(.minutes(2)))
  func reference() throws {
    let folder = try TrainingReference.folder()
    let cases = try JSONDecoder().decode(
      [Case].self, from: Data(contentsOf: folder.appendingPathComponent("cases.json")))
    try #require(cases.count > 100)
    var merges = 0
    for one in cases {
      let text = try TrainingText(paths: [folder.appendingPathComponent(one.name + ".txt").path])
      let words = try WordCounts.count(
        text, unit: .line, splitter: TrainingWords.smollm.splitter, threads: 2
      ) { _ in }
      var trainer = BytePairTrainer(
        words.table, size: one.size, minimumFrequency: one.minimum, specialTokens: one.specials)
      let found = try trainer.run { _ in }
      let wanted = try JSONDecoder().decode(
        Reference.self, from: Data(contentsOf: folder.appendingPathComponent(one.name + ".json")))
      #expect(found.entries == wanted.entries, "\(one.name)")
      let named = found.merges.map { key in
        [TokenPair.left(key), TokenPair.right(key)].map { found.entries[Int($0)] }
      }
      #expect(named == wanted.merges, "\(one.name)")
      merges += named.count
    }
    #expect(merges > 20_000)
  }

  @Test("a pair that can be joined in two ways is one entry, and merges go on in the right order")
  func twoWays() throws {
    // "abc" is joined from ab + c and from a + bc.
    var table = WordTable()
    for (word, times) in [("abc", 5), ("ab", 9), ("xbc", 3), ("bc", 9)] {
      Array(word.utf8).withUnsafeBufferPointer {
        if let base = $0.baseAddress { table.add(base, count: $0.count, times: times) }
      }
    }
    var trainer = BytePairTrainer(table, size: 300, minimumFrequency: 1, specialTokens: [])
    let result = try trainer.run { _ in }
    #expect(Set(result.entries).count == result.entries.count)
    #expect(result.merges.count >= result.entries.count - 256)
  }

  @Test("a training is called off by what its report throws")
  func cancelled() throws {
    struct Enough: Error {}
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("to be or not to be\n".utf8), to: "text")
    for kind in TrainedKind.allCases {
      var settings = TrainingSettings()
      settings.kind = kind
      settings.vocabularySize = 280
      #expect(throws: Enough.self) {
        try TokenizerTraining.train(TrainingText(paths: [path]), settings) { progress in
          if case .reading = progress, kind != .lib { return }
          throw Enough()
        }
      }
    }
  }
}

/// Results of the reference implementations, made once.
enum TrainingReference {
  static func folder() throws -> URL {
    let corpus = RepositoryFolder.path(".build/corpus")
    guard FileManager.default.fileExists(atPath: corpus + "/recipe") else {
      throw SetupMissing("the corpus of the tests, .build/corpus,")
    }
    let results = RepositoryFolder.path(".build/reference-training")
    // Two suites may ask at once.
    try lock.withLock {
      _ = try ReferencePython.run(
        "Tests/Setup/reference_training.py", [corpus, results])
    }
    return URL(fileURLWithPath: results)
  }

  private static let lock = NSLock()
}
