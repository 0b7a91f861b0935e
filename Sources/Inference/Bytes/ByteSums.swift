import Foundation
import Tokenization

/// Adds the contributions of covers up, relative to the heaviest so far.
struct ByteSums {
  private struct Part {
    var tokens: [TokenID]
    var end: Int
    var logWeight: Double
    var mass: Double
    var next: [(id: TokenID, share: Double)]
  }

  private let leastShare: Double
  private var next = [Double](repeating: 0, count: 256)
  private var end = 0.0
  private var total = 0.0
  private var dropped = 0.0
  /// The logarithm of the weight that counts as one.
  private var reference = -Double.infinity
  private var logWeight = -Double.infinity
  private var scale = 0.0
  private var parts: [Part] = []

  /// Sums without any contribution, for which weights below `leastShare` of the total do not matter.
  init(leastShare: Double) { self.leastShare = leastShare }

  /// The logarithm of the weight below which a cover does not matter.
  var floor: Double { leastShare > 0 ? reference + log(leastShare * total) : -.infinity }

  /// The probability, given the cover that has begun, below which a token does not matter.
  var leastProbability: Double {
    leastShare > 0 ? leastShare * Self.negligible * max(total, scale) / scale : 0
  }

  /// What of `leastShare` a single token may have that is not looked at.
  private static let negligible = 1e-3

  /// Adds probabilities given the cover, by the byte that they go to: `[256]`.
  mutating func add(_ probabilities: some Sequence<Double>) {
    for (byte, probability) in zip(next.indices, probabilities) {
      next[byte] += probability * scale
    }
  }

  /// Notes that a token was counted without knowing whether it counts.
  mutating func leaveUntested(_ probability: Double) { dropped += probability * scale }

  /// Notes that a cover was left out.
  mutating func drop(_ logWeight: Double) { dropped += exp(logWeight - reference) }

  /// Begins a cover, to which what is added belongs until its end.
  mutating func beginCover(logWeight: Double) {
    if logWeight > reference {
      let shrink = exp(reference - logWeight)
      for index in next.indices { next[index] *= shrink }
      end *= shrink
      total *= shrink
      dropped *= shrink
      reference = logWeight
    }
    self.logWeight = logWeight
    scale = logWeight > -.infinity ? exp(logWeight - reference) : 0
  }

  /// Adds a probability given the cover.
  mutating func add(_ probability: Double, to byte: UInt8) {
    next[Int(byte)] += probability * scale
  }

  /// Adds a probability, given the cover, that the text ends.
  mutating func addEnd(_ probability: Double) { end += probability * scale }

  /// Ends the cover; `mass` is what it gives to the given bytes, of its weight.
  mutating func endCover(
    tokens: [TokenID], end: Int, mass: Double, next: [(id: TokenID, share: Double)]
  ) {
    total += mass * scale
    parts.append(
      Part(tokens: tokens, end: end, logWeight: logWeight, mass: mass, next: next))
  }

  /// The distribution that comes of it.
  ///
  /// - Parameter droppedMass: what was dropped, where that is counted elsewhere.
  /// - Throws: `ByteFault.unspeakable` when nothing has any weight.
  func distribution(
    _ definition: ByteDefinition, offset: Int, droppedMass: Double? = nil, modelSteps: Int
  ) throws(ByteFault) -> ByteDistribution {
    let counted = next.reduce(end, +)
    guard total > 0, counted > 0 else { throw .unspeakable(offset: offset) }
    return ByteDistribution(
      definition: definition, offset: offset, probabilities: next.map { $0 / counted },
      end: end / counted, invalidMass: max(0, 1 - counted / total),
      droppedMass: droppedMass ?? dropped / (total + dropped),
      logProbability: reference + log(total),
      covers: parts.map { part in
        let share = exp(part.logWeight - reference) / total
        return ByteCover(
          tokens: part.tokens, end: part.end, share: share * part.mass,
          next: part.next.map { ($0.id, $0.share * share) })
      }.sorted { $0.share > $1.share }, modelSteps: modelSteps)
  }
}
