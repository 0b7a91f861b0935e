import Foundation

/// Learns the pieces of a Unigram model and their probabilities: from many frequent substrings on,
/// expectation-maximisation alternates with leaving out the pieces that are missed least.
///
/// Paper: Kudo 2018, "Subword Regularization", section 3.2; with the details of SentencePiece and
/// Hugging Face `tokenizers`: two rounds of expectation-maximisation, then a quarter of the pieces
/// goes, until a tenth more than wanted are left; the maximisation is variational (digamma), which
/// favours few pieces; pieces that are expected less than 0.5 times go at once. Different are:
/// - Pieces are bytes: the 256 single ones always stay, so that any text can be said.
/// - Substrings are counted in the text, not among distinct words.
/// - The last pieces go by the likelihood that they add too, not by their probability.
struct UnigramTrainer {
  /// A piece and the natural logarithm of its probability.
  struct Piece: Equatable {
    var bytes: [UInt8]
    var score: Double
  }

  /// The pieces; the first 256 are the single bytes.
  private(set) var pieces: [Piece]
  private var trie = SubstringTrie()
  private let table: WordTable
  private let threads: Int

  /// Substrings at the beginning.
  static let seedCount = 1_000_000
  /// The share of pieces that stays each time.
  static let shrinkingFactor = 0.75
  /// A piece that is expected fewer times goes.
  static let leastExpected = 0.5
  /// Rounds of expectation-maximisation between two prunings.
  private static let rounds = 2
  /// Parts into which the words are divided whatever the threads, so that sums are the same.
  private static let parts = 8

  /// A trainer with the substrings of `table` as pieces.
  init(_ table: WordTable, threads: Int) {
    self.table = table
    self.threads = threads
    var bytes = [Double](repeating: Self.leastExpected, count: 256)
    for word in 0..<table.count {
      for byte in table.bytes[table.range(word)] {
        bytes[Int(byte)] += Double(table.counts[word])
      }
    }
    var coverage = bytes
    pieces = (0..<256).map { Piece(bytes: [UInt8($0)], score: 0) }
    for seed in SeedPieces.find(table, limit: Self.seedCount) {
      pieces.append(Piece(bytes: seed.bytes, score: 0))
      coverage.append(Double(seed.coverage))
    }
    let total = log(coverage.reduce(0, +))
    for index in pieces.indices { pieces[index].score = log(coverage[index]) - total }
    buildTrie()
  }

  /// Learns until `size` pieces are left, at least 256.
  ///
  /// - Throws: what `report` throws.
  mutating func run(size: Int, report: TrainingReport) throws -> [Piece] {
    let nearly = size + size / 10
    while true {
      try improve(dropping: true, size: size, report)
      guard pieces.count > nearly else { break }
      let wanted = max(nearly, Int(Double(pieces.count) * Self.shrinkingFactor))
      try prune(to: wanted, size: size, report)
    }
    if pieces.count > size { try prune(to: size, size: size, report) }
    // The shares of what has gone are divided among the rest.
    try improve(dropping: false, size: size, report)
    return pieces
  }

  private mutating func improve(dropping: Bool, size: Int, _ report: TrainingReport) throws {
    for _ in 0..<Self.rounds {
      let found = try expectations { try report(.pruning(pieces: $0, to: size)) }
      maximise(found.expected, dropping: dropping)
    }
  }

  private mutating func buildTrie() {
    trie = SubstringTrie()
    for (index, piece) in pieces.enumerated() { trie.set(piece.bytes, to: Int32(index)) }
  }

  // MARK: Expectation-maximisation

  /// How often each piece is expected in the text, and the log likelihood of the text.
  struct Expectations {
    var expected: [Double]
    var logLikelihood: Double
  }

  /// What one part of the words adds. `@unchecked`: it is one thread's until all have ended.
  private final class Part: @unchecked Sendable {
    var expected: [Double] = []
    var logLikelihood = 0.0
  }

  /// The expectation step under the present pieces.
  func expectations(report: (_ pieces: Int) throws -> Void = { _ in }) throws -> Expectations {
    let scores = pieces.map(\.score)
    let parts = (0..<Self.parts).map { _ in Part() }
    try overParts(report: { try report(scores.count) }) { [trie] number, words in
      var lattice = PieceLattice()
      var expected = [Double](repeating: 0, count: scores.count)
      var logLikelihood = 0.0
      words { word, times in
        lattice.read(word, trie)
        logLikelihood +=
          Double(times)
          * lattice.addExpectations(scores, times: Double(times), to: &expected)
      }
      parts[number].expected = expected
      parts[number].logLikelihood = logLikelihood
    }
    var sum = Expectations(expected: parts[0].expected, logLikelihood: parts[0].logLikelihood)
    for part in parts.dropFirst() {
      for index in sum.expected.indices { sum.expected[index] += part.expected[index] }
      sum.logLikelihood += part.logLikelihood
    }
    return sum
  }

  /// Has `work` done for each part of the words.
  private func overParts(
    report: () throws -> Void,
    _ work:
      @escaping @Sendable (
        _ part: Int, _ words: ((UnsafeBufferPointer<UInt8>, _ times: Int) -> Void) -> Void
      ) -> Void
  ) throws {
    let team = WorkerTeam()
    let table = table
    let step = (table.count + Self.parts - 1) / Self.parts
    try team.run(pieces: Self.parts, threads: threads, report: report) { part, _ in
      let range = min(part * step, table.count)..<min((part + 1) * step, table.count)
      work(part) { body in
        table.bytes.withUnsafeBufferPointer { bytes in
          for word in range where !team.isStopped {
            body(UnsafeBufferPointer(rebasing: bytes[table.range(word)]), table.counts[word])
          }
        }
      }
    }
  }

  /// The maximisation step: new scores from expected numbers; rare pieces but single bytes go.
  mutating func maximise(_ expected: [Double], dropping: Bool = true) {
    var kept: [Piece] = []
    kept.reserveCapacity(pieces.count)
    var counts: [Double] = []
    for (index, piece) in pieces.enumerated() {
      if index >= 256, dropping, expected[index] < Self.leastExpected {
        trie.set(piece.bytes, to: -1)
        continue
      }
      if kept.count != index { trie.set(piece.bytes, to: Int32(kept.count)) }
      kept.append(piece)
      counts.append(max(expected[index], Self.leastExpected))
    }
    let total = Digamma.value(at: counts.reduce(0, +))
    for index in kept.indices { kept[index].score = Digamma.value(at: counts[index]) - total }
    pieces = kept
  }

  /// Replaces all scores, one for each piece.
  mutating func setScores(_ scores: [Double]) {
    precondition(scores.count == pieces.count)
    for index in pieces.indices { pieces[index].score = scores[index] }
  }

  // MARK: Pruning

  /// Leaves out the pieces without which the text becomes least unlikely, until `count` are left.
  ///
  /// The loss is estimated: wherever the best segmentation of the text has the piece, it is replaced
  /// by the best segmentation of the piece itself.
  private mutating func prune(to count: Int, size: Int, _ report: TrainingReport) throws {
    let before = pieces.count
    let used = try bestCounts { try report(.pruning(pieces: before, to: size)) }
    let scores = pieces.map(\.score)
    let total = used.reduce(0, +)
    var lattice = PieceLattice()
    var losses: [(loss: Double, piece: Int)] = []
    for index in 256..<max(256, pieces.count) {
      let times = used[index]
      guard times > 0 else { continue }
      pieces[index].bytes.withUnsafeBufferPointer { lattice.read($0, trie) }
      let alternative = lattice.bestPath(scores, without: index).pieces
      let logSum = log(total + times * Double(alternative.count - 1))
      let without = alternative.reduce(0.0) { $0 + log(used[$1] + times) - logSum }
      losses.append((times / total * (log(times) - log(total) - without), index))
    }
    losses.sort { ($0.loss, $1.piece) > ($1.loss, $0.piece) }
    let kept = losses.prefix(max(0, count - 256)).map(\.piece).sorted()
    pieces = pieces[..<256] + kept.map { pieces[$0] }
    buildTrie()
  }

  /// How often each piece is in the best segmentation of the text.
  private func bestCounts(report: () throws -> Void) throws -> [Double] {
    let scores = pieces.map(\.score)
    let parts = (0..<Self.parts).map { _ in Part() }
    try overParts(report: report) { [trie] number, words in
      var lattice = PieceLattice()
      var used = [Double](repeating: 0, count: scores.count)
      words { word, times in
        lattice.read(word, trie)
        for piece in lattice.bestPath(scores).pieces { used[piece] += Double(times) }
      }
      parts[number].expected = used
    }
    return parts.dropFirst().reduce(parts[0].expected) { sum, part in
      zip(sum, part.expected).map { $0 + $1 }
    }
  }
}

/// ψ, the derivative of the logarithm of the gamma function.
enum Digamma {
  /// ψ(x) for x > 0, by recurrence up to 7 and the asymptotic series around x − ½ (Abramowitz and
  /// Stegun 6.3.18), to some 12 digits.
  static func value(at x: Double) -> Double {
    var x = x
    var result = 0.0
    while x < 7 {
      result -= 1 / x
      x += 1
    }
    x -= 0.5
    let square = 1 / (x * x)
    let fourth = square * square
    let series =
      square / 24 - 7.0 / 960 * fourth + 31.0 / 8064 * fourth * square
      - 127.0 / 30720 * fourth * fourth
    return result + log(x) + series
  }
}
