public import Inference
import Tokenization

/// What an attention head mostly does, by where its attention falls.
///
/// The kinds are those of TransformerLens's head detectors; the previous-token and induction heads
/// are those of Olsson et al. 2022, sinks those of Xiao et al. 2023.
public enum HeadKind: String, Sendable, Hashable, CaseIterable {
  /// Looks at the token before.
  case previous
  /// Looks at what followed the token the last times it occurred.
  case induction
  /// Looks at earlier occurrences of the token.
  case duplicate
  /// Rests on the first token.
  case sink

  /// How much of a head's attention has to fall on a kind's keys, on average, to be called by it.
  public static let threshold: Float = 0.4

  /// The name for people.
  public var title: String { self == .previous ? "previous token" : rawValue }

  /// The score of this kind among the scores of a row.
  public func score(_ scores: HeadScore) -> Float {
    switch self {
    case .previous: scores.previous
    case .induction: scores.induction
    case .duplicate: scores.duplicate
    case .sink: scores.first
    }
  }

  /// Mean scores of all heads over a text: `[layer * heads + head]`, for each kind.
  ///
  /// A kind's mean is over those tokens at which its keys exist and are distinct from those of the
  /// other kinds: all but the first two, and for duplicates and induction those that occurred before.
  /// A kind without such a token has no scores.
  public static func means(_ trace: Trace) -> [HeadKind: [Float]] {
    var means: [HeadKind: [Float]] = [:]
    var seen: Set<TokenID> = []
    var repeats: [Bool] = []
    for record in trace.records { repeats.append(!seen.insert(record.id).inserted) }
    for kind in allCases {
      let needsRepeat = kind == .induction || kind == .duplicate
      let rows = trace.records.indices.dropFirst(2).filter { !needsRepeat || repeats[$0] }
      guard !rows.isEmpty else { continue }
      var sums = [Float](repeating: 0, count: trace.shape.layers * trace.shape.heads)
      var count: Float = 0
      for row in rows {
        guard let scores = trace.records[row].headScores else { continue }
        for index in sums.indices { sums[index] += kind.score(scores[index]) }
        count += 1
      }
      if count > 0 { means[kind] = sums.map { $0 / count } }
    }
    return means
  }

  /// What a head is called: the kind with the highest mean that reaches the threshold. Most heads
  /// rest on the first token most of the time, so that only those that do nothing else are sinks.
  public static func name(of index: Int, means: [HeadKind: [Float]]) -> HeadKind? {
    let best = allCases.filter { $0 != .sink }.compactMap { kind in
      means[kind].map { (kind: kind, mean: $0[index]) }
    }.max { $0.mean < $1.mean }
    if let best, best.mean >= threshold { return best.kind }
    return (means[.sink]?[index] ?? 0) >= threshold ? .sink : nil
  }
}
