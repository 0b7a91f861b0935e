import Foundation
import TestSupport
import Testing

@testable import Tokenization

@Suite("Inference of data mixtures")
struct MixtureInferenceTests {
  /// Parts of the corpus: from each text some `sampleBytes` as the sample and, as what is learned
  /// from, the same, or the share `weights` of as many others.
  private func infer(
    _ names: [String], weights: [Double], sampleBytes: Int, disjoint: Bool, size: Int, merges: Int
  ) throws -> (found: [Double], truth: [Double], result: MixtureInference.Result) {
    let folder = try TemporaryFolder()
    let corpus = RepositoryFolder.path(".build/corpus")
    guard FileManager.default.fileExists(atPath: corpus + "/recipe") else {
      throw SetupMissing("the corpus of the tests, .build/corpus,")
    }
    var words = WordTable()
    var sizes: [Int] = []
    var categories: [MixtureInference.Category] = []
    for (name, weight) in zip(names, weights) {
      let text = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(corpus)/\(name).txt")))
      // Blocks of lines in turn, so that both halves are of the same kinds of pages; what is
      // learned from is blocks evenly out of a half, for the same reason.
      let lines = text.split(separator: 0x0A)
      var halves: [[[UInt8]]] = [[], []]
      for (block, start) in stride(from: 0, to: lines.count, by: 10).enumerated() {
        let half = block % 2
        guard halves[half].reduce(0, { $0 + $1.count }) < sampleBytes else { continue }
        halves[half].append(
          lines[start..<min(start + 10, lines.count)].flatMap { $0 + [0x0A] })
      }
      let thinned = halves[1].enumerated().filter {
        Int(Double($0.offset + 1) * weight) > Int(Double($0.offset) * weight)
      }
      let sample = Array(halves[0].joined())
      let learned = disjoint ? Array(thinned.map(\.element).joined()) : sample
      let samplePath = try folder.write(sample, to: name + ".sample")
      let learnedPath = try folder.write(learned, to: name + ".learned")
      categories.append(
        MixtureInference.Category(name: name, text: try TrainingText(paths: [samplePath])))
      let counts = try WordCounts.count(
        TrainingText(paths: [learnedPath]), unit: .line, splitter: TrainingWords.smollm.splitter,
        threads: 2
      ) { _ in }
      words.add(counts.table)
      sizes.append(learned.count)
    }
    var trainer = BytePairTrainer(words, size: size, minimumFrequency: 0, specialTokens: [])
    let tokenizer = try TrainedBPE.tokenizer(trainer.run { _ in })
    let result = try MixtureInference.infer(tokenizer, categories, merges: merges)
    let all = Double(sizes.reduce(0, +))
    return (result.shares.map(\.share), sizes.map { Double($0) / all }, result)
  }

  @Test("samples that are what was learned from give the mixture exactly")
  func exact() throws {
    for (names, sizes) in [
      (["manual-de", "manual-fr", "manual-ja", "code-python"], 400_000),
      (["manual-ru", "manual-es", "code-python"], 250_000),
    ] {
      let (found, truth, result) = try infer(
        names, weights: names.map { _ in 1 }, sampleBytes: sizes, disjoint: false, size: 3300,
        merges: 3000)
      for (one, other) in zip(found, truth) { #expect(abs(one - other) < 1e-6) }
      #expect(abs(found.reduce(0, +) - 1) < 1e-9)
      #expect(result.cost < 1e-6)
      #expect(result.bindingCount >= names.count - 1)
      #expect(!result.bindings.isEmpty)
      #expect(result.stepCount == 3000)
    }
  }

  @Test(
    "disjoint samples of the same sources give it with a mean squared error below 1e-4",
    arguments: [
      (["manual-de", "manual-fr", "manual-ja", "code-python"], [1, 0.2, 0.7, 0.4]),
      (
        ["manual-es", "manual-ru", "manual-fr", "manual-ja", "manual-de"], [0.1, 1, 0.5, 0.3, 0.6]
      ),
    ])
  func disjoint(names: [String], weights: [Double]) throws {
    let (found, truth, result) = try infer(
      names, weights: weights, sampleBytes: 600_000, disjoint: true, size: 1300, merges: 1000)
    let error = zip(found, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect(error / Double(truth.count) < 1e-4, "\(found) for \(truth)")
    #expect(result.cost > 0)
  }

  @Test("rows added as they are violated cost what all rows in their dual, a matching, do")
  func dual() throws {
    var generator = Seeded(31)
    for _ in 0..<12 {
      let samples = (0..<2).map { _ in
        var table = WordTable()
        for _ in 0..<6 {
          let word = (0..<Int.random(in: 2...5, using: &generator)).map { _ in
            UInt8.random(in: 0x61...0x63, using: &generator)
          }
          word.withUnsafeBufferPointer {
            if let base = $0.baseAddress {
              table.add(base, count: $0.count, times: Int.random(in: 1...9, using: &generator))
            }
          }
        }
        return table
      }
      // Merges that fit neither sample, so that much is violated.
      var list: [(left: TokenID, right: TokenID, joined: TokenID)] = []
      for (left, right) in [(0x63, 0x61), (0x61, 0x62), (0x62, 0x62)] {
        list.append((TokenID(left), TokenID(right), TokenID(256 + list.count)))
      }
      let history = try PairHistory(
        samples,
        merges: PairHistory.Merges(list: list, byteTokens: (0..<256).map { $0 }, tokenCount: 300),
        stepCount: 3
      ) { _ in }
      let telling = [Bool](repeating: true, count: 3)
      let walk = ViolationWalk(
        history, isTelling: telling,
        mayCompete: [Bool](repeating: true, count: history.keys.count))
      let byteCounts = [40, 70]
      let solution = try MixtureProgram(walk, byteCounts: byteCounts).solve { _ in }
      let margins = Self.margins(history, byteCounts)
      // The cost at a mixture is the heaviest matching of steps with pairs, each violation its
      // weight; it is convex in the share, so its minimum is found by dividing in three.
      var low = 0.0
      var high = 1.0
      for _ in 0..<200 {
        let third = (high - low) / 3
        let left = Self.matching(margins, share: low + third)
        let right = Self.matching(margins, share: high - third)
        if left < right { high -= third } else { low += third }
      }
      #expect(abs(Self.matching(margins, share: (low + high) / 2) - solution.cost) < 1e-6)
      #expect(abs(Self.matching(margins, share: solution.shares[0]) - solution.cost) < 1e-6)
    }
  }

  /// For each step and pair, by how much the pair is more frequent than the joined one in each
  /// category, counts being for the mean number of bytes.
  private static func margins(_ history: PairHistory, _ byteCounts: [Int]) -> [[[Double]]] {
    let mean = Double(byteCounts.reduce(0, +)) / Double(byteCounts.count)
    var counts = [[Double]](
      repeating: [Double](repeating: 0, count: byteCounts.count), count: history.keys.count)
    func apply(_ changes: some Sequence<PairHistory.Change>) {
      for change in changes {
        counts[Int(change.pair)][Int(change.category)] += Double(change.delta)
      }
    }
    apply(history.initial)
    return (0..<history.stepCount).map { step in
      let joined = counts[Int(history.joined[step])]
      let margins = counts.map { other in
        byteCounts.indices.map { (other[$0] - joined[$0]) * mean / Double(byteCounts[$0]) }
      }
      apply(history.changes(of: step))
      return margins
    }
  }

  /// The heaviest matching, by trying all.
  private static func matching(_ margins: [[[Double]]], share: Double) -> Double {
    func best(_ step: Int, _ used: Set<Int>) -> Double {
      guard step < margins.count else { return 0 }
      var most = best(step + 1, used)
      for (pair, margin) in margins[step].enumerated() where !used.contains(pair) {
        let weight = share * margin[0] + (1 - share) * margin[1]
        if weight > 0 { most = max(most, weight + best(step + 1, used.union([pair]))) }
      }
      return most
    }
    return best(0, [])
  }

  @Test("counts before each step are those of the words merged one by one and counted anew")
  func history() throws {
    var generator = Seeded(41)
    for _ in 0..<30 {
      var table = WordTable()
      for _ in 0..<15 {
        let word = (0..<Int.random(in: 1...9, using: &generator)).map { _ in
          UInt8.random(in: 0x61...0x62, using: &generator)
        }
        word.withUnsafeBufferPointer {
          if let base = $0.baseAddress {
            table.add(base, count: $0.count, times: Int.random(in: 1...4, using: &generator))
          }
        }
      }
      var trainer = BytePairTrainer(table, size: 270, minimumFrequency: 1, specialTokens: [])
      let result = try trainer.run { _ in }
      let ids = Dictionary(
        uniqueKeysWithValues: result.entries.enumerated().map { ($1, TokenID($0)) })
      let byteTokens = ByteAlphabet.characters.map { ids[String($0)] ?? 0 }
      let list = result.merges.map { key in
        let (left, right) = (TokenPair.left(key), TokenPair.right(key))
        return (
          left: left, right: right,
          joined: ids[result.entries[Int(left)] + result.entries[Int(right)]] ?? 0
        )
      }
      let history = try PairHistory(
        [table],
        merges: PairHistory.Merges(list: list, byteTokens: byteTokens, tokenCount: 300),
        stepCount: list.count
      ) { _ in }
      var words = (0..<table.count).map { index in
        table.bytes[table.range(index)].map { byteTokens[Int($0)] }
      }
      var counts: [UInt64: Int] = [:]
      func check(_ changes: some Sequence<PairHistory.Change>) {
        for change in changes {
          counts[history.keys[Int(change.pair)], default: 0] += Int(change.delta)
        }
        var expected: [UInt64: Int] = [:]
        for (index, word) in words.enumerated() {
          for (left, right) in zip(word, word.dropFirst()) {
            expected[TokenPair.key(left, right), default: 0] += table.counts[index]
          }
        }
        #expect(counts.filter { $0.value != 0 } == expected)
      }
      check(history.initial)
      for (step, merge) in list.enumerated() {
        for index in words.indices {
          var merged: [TokenID] = []
          for token in words[index] {
            merged.append(token)
            // A token just joined is longer than both of the pair, and so is neither.
            if merged.suffix(2) == [merge.left, merge.right] {
              merged.replaceSubrange((merged.count - 2)..., with: [merge.joined])
            }
          }
          words[index] = merged
        }
        check(history.changes(of: step))
      }
    }
  }

  @Test("tokenizers without merges, samples without text and lone categories are refused")
  func faults() throws {
    let folder = try TemporaryFolder()
    let text = try TrainingText(paths: [folder.write(Array("some text".utf8), to: "text")])
    let empty = try TrainingText(paths: [folder.write([], to: "empty")])
    let bpe = try Tokenizer(
      SmallVocabulary.parts(merges: [("a", "b")]), pattern: .smollm)
    let none = try Tokenizer(SmallVocabulary.parts(), pattern: .smollm)
    let lexicon = Tokenizer(name: "lib", model: try LexiconModel([Array("ab".utf8)]))
    func fault(_ tokenizer: Tokenizer, _ categories: [(String, TrainingText)]) -> String? {
      do {
        _ = try MixtureInference.infer(
          tokenizer, categories.map { MixtureInference.Category(name: $0, text: $1) })
        return nil
      } catch { return (error as? TrainingFault)?.description }
    }
    #expect(fault(bpe, [("a", text), ("b", text)]) == nil)
    #expect(fault(bpe, [("a", text), ("b", empty)])?.contains("b has no text") == true)
    #expect(fault(bpe, [("a", text)]) != nil)
    #expect(fault(bpe, [("a", text), ("a", text)]) != nil)
    #expect(fault(none, [("a", text), ("b", text)])?.contains("no merges") == true)
    #expect(fault(lexicon, [("a", text), ("b", text)])?.contains("byte-level BPE") == true)
  }
}
