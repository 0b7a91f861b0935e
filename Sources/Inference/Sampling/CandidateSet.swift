import Tokenization

#if canImport(Glibc)
  import Glibc
#endif

/// The candidates that are left at some stage of the sampler; never empty.
///
/// Sorting all of a vocabulary costs more than a decoding step, so only as many candidates are
/// put in order as a stage needs: the first `orderedCount` are the best, best first, ties by
/// ascending id; the rest stand in no order.
struct CandidateSet {
  /// A candidate with its logit as the stages so far have shaped it.
  struct Entry {
    var id: TokenID
    var logit: Float

    func isBetter(than other: Entry) -> Bool {
      logit == other.logit ? id < other.id : logit > other.logit
    }
  }

  private(set) var entries: [Entry]
  private var orderedCount = 0

  /// All of the vocabulary. A logit that is not a number counts as minus infinity.
  init(logits: Span<Float>) {
    precondition(!logits.isEmpty)
    entries = logits.indices.map { index in
      Entry(id: TokenID(index), logit: logits[index].isNaN ? -.infinity : logits[index])
    }
  }

  /// The best `count` of the vocabulary, in order.
  init(best count: Int, of logits: Span<Float>) {
    var best = BestEntries(count)
    for index in logits.indices where logits[index] >= best.least {
      best.insert(Entry(id: TokenID(index), logit: logits[index]))
    }
    // What is not a number is not among them; where little else is there, it counts as elsewhere.
    self = best.isFull ? CandidateSet(best) : CandidateSet(logits: logits)
  }

  private init(_ best: BestEntries) {
    entries = best.entries
    orderedCount = entries.count
  }

  /// The best of the entries that it is given.
  private struct BestEntries {
    private let count: Int
    /// Best first.
    private(set) var entries: [Entry] = []
    /// Entries with a lower logit need not be given.
    private(set) var least = -Float.infinity

    init(_ count: Int) { self.count = count }

    var isFull: Bool { entries.count == count }

    mutating func insert(_ entry: Entry) {
      if isFull {
        guard entry.isBetter(than: entries[count - 1]) else { return }
        entries.removeLast()
      }
      var (low, high) = (0, entries.count)
      while low < high {
        let middle = (low + high) / 2
        if entries[middle].isBetter(than: entry) { low = middle + 1 } else { high = middle }
      }
      entries.insert(entry, at: low)
      if isFull { least = entries[count - 1].logit }
    }
  }

  /// Puts the best `count` candidates in order at the front.
  mutating func order(_ count: Int) {
    let count = min(count, entries.count)
    guard count > orderedCount else { return }
    guard count * Self.fewOfMany < entries.count else {
      entries.sort { $0.isBetter(than: $1) }
      orderedCount = entries.count
      return
    }
    var best = BestEntries(count)
    for entry in entries where entry.logit >= best.least { best.insert(entry) }
    let worst = best.entries[count - 1]
    entries = best.entries + entries.filter { worst.isBetter(than: $0) }
    orderedCount = count
  }

  /// Of how many candidates one is looked for at least where sorting all costs more.
  static let fewOfMany = 8

  /// The highest logit.
  private var bestLogit: Float {
    orderedCount > 0 ? entries[0].logit : entries.reduce(-.infinity) { max($0, $1.logit) }
  }

  /// Probabilities of the entries, in their present order; they sum to 1.
  func probabilities() -> [Double] {
    let best = Double(bestLogit)
    guard best.isFinite else {
      return [Double](repeating: 1 / Double(entries.count), count: entries.count)
    }
    var weights = entries.map { exp(Double($0.logit) - best) }
    let sum = weights.reduce(0, +)
    for index in weights.indices { weights[index] /= sum }
    return weights
  }

  /// Entropy in nats of the given probabilities.
  static func entropy(_ probabilities: [Double]) -> Double {
    probabilities.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
  }

  /// The set for showing.
  mutating func result(_ stage: SamplerStage, setting: String) -> StageResult {
    order(SamplerChain.shownCandidates)
    let probabilities = probabilities()
    let shown = zip(entries, probabilities).prefix(SamplerChain.shownCandidates).map {
      Candidate(id: $0.id, logit: $0.logit, probability: Float($1))
    }
    return StageResult(
      stage: stage, setting: setting, candidates: shown, kept: entries.count,
      entropy: Float(Self.entropy(probabilities)))
  }

  /// Applies the penalties for the tokens of `history`, and removes banned tokens unless nothing
  /// else is left.
  mutating func penalise(_ settings: SamplerSettings, history: ArraySlice<TokenID>) {
    var counts: [TokenID: Int] = [:]
    for id in history { counts[id, default: 0] += 1 }
    for index in entries.indices {
      guard let count = counts[entries[index].id] else { continue }
      var logit = entries[index].logit
      logit = logit > 0 ? logit / settings.repetitionPenalty : logit * settings.repetitionPenalty
      logit -= Float(count) * settings.frequencyPenalty + settings.presencePenalty
      entries[index].logit = logit
    }
    if entries.contains(where: { !settings.banned.contains($0.id) }) {
      entries.removeAll { settings.banned.contains($0.id) }
    }
    orderedCount = 0
  }

  /// Keeps the best `count`.
  mutating func keepBest(_ count: Int) {
    let count = min(max(count, 1), entries.count)
    order(count)
    entries.removeSubrange(count...)
    orderedCount = count
  }

  /// Keeps the shortest run of best candidates that have at least probability `share` together.
  mutating func keepNucleus(_ share: Float) {
    var ordered = min(256, entries.count)
    while true {
      order(ordered)
      var sum = 0.0
      for (index, probability) in probabilities().prefix(ordered).enumerated() {
        sum += probability
        if sum >= Double(share) {
          keepBest(index + 1)
          return
        }
      }
      if ordered == entries.count { return }
      ordered = entries.count
    }
  }

  /// Keeps candidates with at least `relative` times the probability of the best.
  mutating func keepAtLeast(relative: Float) {
    let least = bestLogit + logf(relative)
    var keptInOrder = 0
    for index in 0..<orderedCount where entries[index].logit >= least { keptInOrder += 1 }
    let best = bestLogit
    entries.removeAll { $0.logit < least && $0.logit < best }
    orderedCount = min(keptInOrder, entries.count)
  }

  /// Keeps the candidates whose surprisal is nearest to the entropy until they have at least
  /// probability `share` together.
  mutating func keepTypical(_ share: Float) {
    order(entries.count)
    let probabilities = probabilities()
    let entropy = Self.entropy(probabilities)
    let deviations = probabilities.map { abs(-log($0) - entropy) }
    let nearest = entries.indices.sorted {
      deviations[$0] == deviations[$1] ? $0 < $1 : deviations[$0] < deviations[$1]
    }
    var sum = 0.0
    var kept: [Int] = []
    for index in nearest {
      kept.append(index)
      sum += probabilities[index]
      if sum >= Double(share) { break }
    }
    entries = kept.sorted().map { entries[$0] }
    orderedCount = entries.count
  }

  /// Divides all logits by a positive temperature, counted from the best: so that a temperature near
  /// zero leaves the best and nothing else, and no logit becomes infinite that was not.
  mutating func divide(by temperature: Float) {
    let best = bestLogit
    guard best.isFinite else { return }
    for index in entries.indices {
      entries[index].logit = (entries[index].logit - best) / temperature
    }
  }
}
