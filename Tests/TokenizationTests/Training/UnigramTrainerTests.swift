import Foundation
import TestSupport
import Testing

@testable import Tokenization

@Suite("Training of Unigram models")
struct UnigramTrainerTests {
  static func table(_ words: [(String, Int)]) -> WordTable {
    var table = WordTable()
    for (word, times) in words {
      Array(word.utf8).withUnsafeBufferPointer {
        if let base = $0.baseAddress { table.add(base, count: $0.count, times: times) }
      }
    }
    return table
  }

  /// Random words over a few letters, some of two bytes.
  private static func randomTable(_ generator: inout Seeded, words count: Int) -> WordTable {
    table(
      (0..<count).map { _ in
        let length = Int.random(in: 1...7, using: &generator)
        let letters = (0..<length).map { _ in "abcé今".randomElement(using: &generator) ?? "a" }
        return (String(letters), Int.random(in: 1...4, using: &generator))
      })
  }

  @Test("ψ grows by 1/x from x to x + 1, and ψ(1) is −γ")
  func digamma() {
    #expect(abs(Digamma.value(at: 1) + 0.577_215_664_901_532_9) < 1e-10)
    #expect(abs(Digamma.value(at: 0.5) + 1.963_510_026_021_423_5) < 1e-10)
    for x in stride(from: 0.1, through: 2000, by: 7.3) {
      #expect(abs(Digamma.value(at: x + 1) - Digamma.value(at: x) - 1 / x) < 1e-9)
    }
  }

  @Test("likelihood, expectations and the best path are those of all ways listed")
  func bruteForce() {
    var generator = Seeded(11)
    for _ in 0..<60 {
      var pieces = (0..<3).map { [UInt8(0x61 + $0)] }
      for _ in 0..<6 {
        let piece = (0..<Int.random(in: 2...4, using: &generator)).map { _ in
          UInt8.random(in: 0x61...0x63, using: &generator)
        }
        if !pieces.contains(piece) { pieces.append(piece) }
      }
      let scores = pieces.map { _ in Double.random(in: -6 ... -1, using: &generator) }
      var trie = SubstringTrie()
      for (index, piece) in pieces.enumerated() { trie.set(piece, to: Int32(index)) }
      let word = (0..<8).map { _ in UInt8.random(in: 0x61...0x63, using: &generator) }
      var ways: [[Int]] = []
      func extend(_ way: [Int], _ position: Int) {
        if position == word.count { return ways.append(way) }
        for (index, piece) in pieces.enumerated() where word[position...].starts(with: piece) {
          extend(way + [index], position + piece.count)
        }
      }
      extend([], 0)
      let weights = ways.map { way in way.reduce(0) { $0 + scores[$1] } }
      let total = log(weights.reduce(0) { $0 + exp($1) })
      var expected = [Double](repeating: 0, count: pieces.count)
      for (way, weight) in zip(ways, weights) {
        for piece in way { expected[piece] += 3 * exp(weight - total) }
      }
      var lattice = PieceLattice()
      word.withUnsafeBufferPointer { lattice.read($0, trie) }
      var found = [Double](repeating: 0, count: pieces.count)
      let likelihood = lattice.addExpectations(scores, times: 3, to: &found)
      #expect(abs(likelihood - total) < 1e-9)
      #expect(abs(lattice.logLikelihood(scores) - total) < 1e-9)
      for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-9) }
      // What the pieces cover is the word, three times.
      let covered = zip(found, pieces).reduce(0) { $0 + $1.0 * Double($1.1.count) }
      #expect(abs(covered - 3 * Double(word.count)) < 1e-9)
      let best = lattice.bestPath(scores)
      #expect(abs(best.score - (weights.max() ?? 0)) < 1e-9)
      #expect(best.pieces.flatMap { pieces[$0] } == word)
      let avoided = best.pieces[0]
      let others = zip(ways, weights).filter { !$0.0.contains(avoided) }.map(\.1)
      #expect(
        abs(lattice.bestPath(scores, without: avoided).score - (others.max() ?? -.infinity)) < 1e-9
          || others.isEmpty)
    }
  }

  @Test("plain expectation-maximisation never makes the text less likely")
  func monotone() throws {
    var generator = Seeded(5)
    var trainer = UnigramTrainer(Self.randomTable(&generator, words: 80), threads: 2)
    var before = -Double.infinity
    for _ in 0..<12 {
      let found = try trainer.expectations()
      #expect(found.logLikelihood >= before - 1e-9)
      before = found.logLikelihood
      trainer.setScores(
        found.expected.map { $0 > 0 ? log($0 / found.expected.reduce(0, +)) : -745 })
    }
    #expect(before > -.infinity)
  }

  @Test("seeds are the substrings that cannot be longer without occurring less, with their numbers")
  func seeds() {
    var generator = Seeded(17)
    for _ in 0..<40 {
      let table = Self.randomTable(&generator, words: 12)
      var counts: [String: Int] = [:]
      for word in 0..<table.count {
        let text = Array(String(decoding: table.bytes[table.range(word)], as: UTF8.self))
        for start in text.indices {
          for end in (start + 1)...text.count {
            counts[String(text[start..<end]), default: 0] += table.counts[word]
          }
        }
      }
      // Longer by one character to the right and as frequent: then only the longer one counts.
      var expected: [String: Int] = [:]
      for (text, count) in counts where text.count > 1 && count > 1 {
        let extended = "abcé今".contains { counts[text + String($0)] == count }
        if !extended { expected[text] = count }
      }
      let found = SeedPieces.find(table, limit: .max)
      #expect(
        Dictionary(
          uniqueKeysWithValues: found.map { (String(decoding: $0.bytes, as: UTF8.self), $0.times) })
          == expected)
      #expect(found.map(\.coverage) == found.map(\.coverage).sorted(by: >))
    }
  }

  @Test("the size is kept, all bytes are there, and threads change nothing")
  func sizes() throws {
    var generator = Seeded(23)
    let table = Self.randomTable(&generator, words: 400)
    var one = UnigramTrainer(table, threads: 1)
    var two = UnigramTrainer(table, threads: 2)
    let pieces = try one.run(size: 300) { _ in }
    #expect(try two.run(size: 300) { _ in } == pieces)
    #expect(pieces.count == 300)
    #expect(pieces[..<256].map(\.bytes) == (0..<256).map { [UInt8($0)] })
    #expect(pieces.allSatisfy { $0.score < 0 && $0.score.isFinite })
    var bare = UnigramTrainer(table, threads: 1)
    #expect(try bare.run(size: 256) { _ in }.count == 256)
  }

  @Test(
    "bits per byte of unseen text are no worse than those of both reference implementations",
    .timeLimit(.minutes(2)))
  func bitsPerByte() throws {
    struct Reference: Decodable {
      var size: Int
      var tokenizers: Double
      var sentencepiece: Double
    }
    let folder = try TrainingReference.folder()
    let reference = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: folder.appendingPathComponent("unigram.json")))
    func words(_ name: String) throws -> WordCounts {
      try WordCounts.count(
        TrainingText(paths: [folder.appendingPathComponent(name).path]), unit: .line,
        splitter: TrainingWords.smollm.splitter, threads: 2
      ) { _ in }
    }
    var trainer = UnigramTrainer(try words("unigram-train.txt").table, threads: 2)
    let pieces = try trainer.run(size: reference.size) { _ in }
    let held = try words("unigram-held.txt")
    var trie = SubstringTrie()
    for (index, piece) in pieces.enumerated() { trie.set(piece.bytes, to: Int32(index)) }
    let scores = pieces.map(\.score)
    var lattice = PieceLattice()
    var nats = 0.0
    for word in 0..<held.table.count {
      Array(held.table.bytes[held.table.range(word)]).withUnsafeBufferPointer {
        lattice.read($0, trie)
      }
      nats -= lattice.bestPath(scores).score * Double(held.table.counts[word])
    }
    let bits = nats / log(2) / Double(held.byteCount)
    #expect(bits < reference.tokenizers * 1.02)
    #expect(bits < reference.sentencepiece * 1.02)
    #expect(bits > reference.sentencepiece * 0.8)
  }
}
