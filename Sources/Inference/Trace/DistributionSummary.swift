import CKernels
import Foundation
import Tokenization

/// How a token was arrived at: its place in the distribution before it.
struct Arrival: Sendable {
  /// In nats.
  var logProbability: Float
  /// How many candidates were more likely.
  var rank: Int

  /// The place of `id` among logits whose log-sum-exp is known.
  init(of id: TokenID, in logits: UnsafeBufferPointer<Float>, _ logSumExp: Float) {
    let own = logits[Int(id)]
    logProbability = own - logSumExp
    var above = 0
    for logit in logits where logit > own { above += 1 }
    rank = above
  }
}

/// What a record keeps of a row of logits.
struct DistributionSummary: Sendable {
  var entropy: Float
  var logSumExp: Float
  var top: [Candidate]
  /// The place of the token that follows, where one does.
  var next: Arrival?

  init(_ logits: UnsafeBufferPointer<Float>, next id: TokenID?) {
    var logSumExp: Float = 0
    var entropy: Float = 0
    ck_log_sum_exp(logits.baseAddress, Int32(logits.count), &logSumExp, &entropy)
    self.logSumExp = logSumExp
    self.entropy = max(0, entropy)
    top = Self.best(TokenRecord.topCount, of: logits).map { index in
      Candidate(
        id: TokenID(index), logit: logits[index],
        probability: exp(logits[index] - logSumExp))
    }
    next = id.map { Arrival(of: $0, in: logits, logSumExp) }
  }

  /// Summaries of several rows, shared among the team: `[rows, vocabulary]`.
  static func summarise(
    _ logits: UnsafeBufferPointer<Float>, next: [TokenID?], vocabulary: Int, team: ThreadTeam
  ) -> [DistributionSummary] {
    let target = UnsafeMutablePointer<DistributionSummary>.allocate(capacity: next.count)
    defer {
      target.deinitialize(count: next.count)
      target.deallocate()
    }
    // Members initialise different rows, and all rows are initialised when `run` returns.
    nonisolated(unsafe) let (shared, rows) = (target, logits)
    team.run { member in
      for row in member.share(of: next.count) {
        let slice = UnsafeBufferPointer(rebasing: rows[row * vocabulary..<(row + 1) * vocabulary])
        (shared + row).initialize(to: DistributionSummary(slice, next: next[row]))
      }
    }
    return Array(UnsafeBufferPointer(start: target, count: next.count))
  }

  /// Indices of the largest values, largest first, ties by ascending index.
  static func best(_ count: Int, of values: UnsafeBufferPointer<Float>) -> [Int] {
    let count = min(count, values.count)
    var best: [Int] = []
    best.reserveCapacity(count + 1)
    var threshold = -Float.infinity
    for index in values.indices {
      let value = values[index]
      if best.count == count, !(value > threshold) { continue }
      var place = best.count
      while place > 0, values[best[place - 1]] < value { place -= 1 }
      best.insert(index, at: place)
      if best.count > count { best.removeLast() }
      if best.count == count { threshold = values[best[count - 1]] }
    }
    return best
  }
}
