import Foundation
public import Inference
public import Tokenization

/// Byte probabilities of a text, kept from one reading to the next: who goes on by a byte, or asks
/// again after an edit, pays for what is new.
///
/// It belongs to its evaluator's thread, as what it is made of does.
public final class ByteDesk {
  /// The text's covers.
  public let covers: ByteCovers
  /// Covers of texts that go on otherwise; their tokens leave the text at a boundary that both have.
  let ahead: ByteCovers
  let checkCancellation: () throws -> Void
  private var known: [ByteMeasure: [Int: Known]] = [:]
  /// How many values were computed rather than remembered.
  private(set) var computed = 0

  /// A value, and how many bytes of the text it depends on.
  private struct Known {
    var value: Double
    var reach: Int
  }

  /// A desk over a model.
  ///
  /// - Parameters:
  ///   - rule: that of the model's tokenizer; by default one of its own.
  ///   - leastShare: see ``ByteCovers/leastShare``.
  public convenience init(
    _ evaluator: Evaluator, rule: CanonicalRule? = nil,
    leastShare: Double = ByteCovers.standardLeastShare
  ) {
    self.init(
      rule: rule ?? CanonicalRule(evaluator.model.tokenizer), source: ModelSource(evaluator),
      ahead: ModelSource(evaluator), leastShare: leastShare
    ) { [unowned evaluator] in try evaluator.checkCancellation() }
  }

  /// A desk over two sources of the same model: one stays with the text, one looks ahead.
  init(
    rule: CanonicalRule, source: any NextTokenSource, ahead: any NextTokenSource,
    leastShare: Double = 0, checkCancellation: @escaping () throws -> Void = {}
  ) {
    covers = ByteCovers(rule: rule, source: source)
    self.ahead = ByteCovers(rule: rule, source: ahead)
    covers.leastShare = leastShare
    self.ahead.leastShare = leastShare
    self.checkCancellation = checkCancellation
  }

  /// Sets the text; what is known of bytes before the first that differs is kept.
  ///
  /// - Throws: `EvaluationFault`, or `CancellationError`.
  public func begin(_ text: [UInt8]) throws {
    if text != covers.text {
      let common = zip(text, covers.text).prefix { $0 == $1 }.count
      known = known.mapValues { $0.filter { $0.value.reach <= common } }
    }
    try covers.begin(text)
  }

  /// Runs `body`, once more with an empty tree when the covers' tree of sequences is full.
  func withRoom<Value>(_ covers: ByteCovers, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch EvaluationFault.tooManyBranches {
      let text = covers.text
      try covers.begin([])
      try covers.begin(text)
      return try body()
    }
  }

  /// A measure at a byte of the text, in bits.
  ///
  /// - Throws: `ByteFault`, `EvaluationFault`, or `CancellationError`.
  func value(_ measure: ByteMeasure, at offset: Int) throws -> Double {
    if let found = known[measure]?[offset] { return found.value }
    try checkCancellation()
    let (value, reach) = try withRoom(covers) { try measure.compute(covers, offset) }
    computed += 1
    known[measure, default: [:]][offset] = Known(value: value, reach: reach)
    return value
  }
}

/// What can be told of each byte of a text, in bits.
enum ByteMeasure: Hashable {
  /// −log₂ of the byte's probability given the bytes before it.
  case surprisal
  /// The same as the next-token probabilities after the bytes before it have it.
  case naive
  /// How far the two distributions before the byte are apart: KL(canonical ‖ naive).
  case bias
  /// See ``Lens/promptBoundary``.
  case boundary

  /// The value at a byte, and how many bytes of the text it depends on.
  func compute(_ covers: ByteCovers, _ offset: Int) throws -> (value: Double, reach: Int) {
    switch self {
    case .surprisal:
      let exact = try covers.canonical(at: offset)
      return (-log2(exact.probabilities[Int(covers.text[offset])]), offset + 1)
    case .naive:
      let naive = try covers.naive(at: offset)
      return (-log2(naive.probabilities[Int(covers.text[offset])]), offset + 1)
    case .bias:
      return (
        try covers.canonical(at: offset).divergence(from: covers.naive(at: offset)), offset
      )
    case .boundary: return try PromptBoundary.loss(covers, cutAt: offset)
    }
  }
}

extension ByteDistribution {
  /// KL(self ‖ other) over the 256 bytes and the end, in bits: what it costs on average to expect
  /// the other.
  func divergence(from other: ByteDistribution) -> Double {
    let pairs = zip(probabilities + [end], other.probabilities + [other.end])
    return max(0, pairs.reduce(0) { $1.0 > 0 ? $0 + $1.0 * log2($1.0 / $1.1) : $0 })
  }

  /// Entropy over the 256 bytes and the end, in bits.
  var entropy: Double {
    (probabilities + [end]).reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
  }
}

extension LensBench {
  /// A desk with the text on it, and which of its bytes each token says.
  ///
  /// - Throws: `LensFault.needsModel`, `ByteFault`, `EvaluationFault`, `CancellationError`.
  func desk(for lens: String) throws -> (desk: ByteDesk, spans: [Range<Int>]) {
    let evaluator = try model(for: lens)
    let tokenizer = evaluator.model.tokenizer
    let desk = bytes ?? ByteDesk(evaluator)
    let (text, spans) = tokenizer.text(of: trace.records.map(\.id))
    try desk.begin(text)
    return (desk, spans)
  }

  /// Values of all tokens, from the first on; special tokens, which no bytes produce, have none.
  ///
  /// - Throws: what `value` throws.
  func byteValues(
    of lens: String, scale: ValueScale,
    _ value: (_ token: Int, _ bytes: Range<Int>, ByteDesk) throws -> Double?
  ) throws -> Reading {
    let count = trace.records.count
    var values = [Double?](repeating: nil, count: count)
    guard count > 0 else { return .tokens(TokenValues(scale: scale, values: values)) }
    let (desk, spans) = try desk(for: lens)
    for (index, record) in trace.records.enumerated() {
      let before = desk.computed
      if !vocabulary.isSpecial(record.id) { values[index] = try value(index, spans[index], desk) }
      progress(Double(index + 1) / Double(count))
      if desk.computed > before, index + 1 < count {
        partial(.tokens(TokenValues(scale: scale, values: values)))
      }
    }
    return .tokens(TokenValues(scale: scale, values: values))
  }
}
