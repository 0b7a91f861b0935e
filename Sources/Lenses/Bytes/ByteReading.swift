public import Inference
public import Tokenization

/// What could follow some bytes of a text, exactly and as the next token's probabilities have it.
public struct ByteReading: Sendable, Hashable {
  /// What may come next.
  public enum Outcome: Sendable, Hashable {
    /// A byte.
    case byte(UInt8)
    /// The end of the text.
    case end
  }

  /// An outcome with its probabilities.
  public struct Row: Sendable, Hashable {
    /// The outcome.
    public let outcome: Outcome
    /// Its probability over all sequences of tokens that the tokenizer would produce.
    public let exact: Double
    /// Its probability if a token ends here for certain.
    public let naive: Double
    /// The likeliest tokens behind it, best first.
    public let branches: [ByteBranch]

    /// An outcome.
    public init(outcome: Outcome, exact: Double, naive: Double, branches: [ByteBranch] = []) {
      self.outcome = outcome
      self.exact = exact
      self.naive = naive
      self.branches = branches
    }
  }

  /// A sequence of tokens behind the given bytes.
  public struct Cover: Sendable, Hashable {
    /// Its tokens from the last place on at which all sequences agree.
    public let tokens: [TokenID]
    /// The byte at which the last of them ends.
    public let end: Int
    /// Its share of the given bytes' probability.
    public let share: Double

    /// A cover.
    public init(tokens: [TokenID], end: Int, share: Double) {
      self.tokens = tokens
      self.end = end
      self.share = share
    }
  }

  /// The bytes that are likeliest one after the other, from a first one on.
  public struct Completion: Sendable, Hashable {
    /// The bytes.
    public let bytes: [UInt8]
    /// Their probability.
    public let probability: Double

    /// A completion.
    public init(bytes: [UInt8], probability: Double) {
      self.bytes = bytes
      self.probability = probability
    }
  }

  /// How many bytes are given.
  public let offset: Int
  /// The last three of them, or as many as there are: the character that has begun is among them.
  public let tail: [UInt8]
  /// All outcomes, likeliest first.
  public let rows: [Row]
  /// Entropy of the exact distribution, in bits.
  public let entropy: Double
  /// KL(exact ‖ naive), in bits: the tokenization bias.
  public let bias: Double
  /// The share of the given bytes that goes to sequences which the tokenizer would not produce.
  public let invalidMass: Double
  /// The sequences behind it, by share.
  public let covers: [Cover]
  /// How many tokens were taken through the model for it.
  public let modelSteps: Int
  /// The likeliest continuations, best first outcome first; there may be none yet.
  public var completions: [Completion]
  /// The likeliest bytes that complete the characters which outcomes begin or go on with, as far as
  /// they are known; none for an outcome that is a character by itself.
  public var rests: [UInt8: [UInt8]]

  /// A reading.
  public init(
    offset: Int, tail: [UInt8] = [], rows: [Row], entropy: Double, bias: Double,
    invalidMass: Double, covers: [Cover],
    modelSteps: Int = 0, completions: [Completion] = [], rests: [UInt8: [UInt8]] = [:]
  ) {
    self.offset = offset
    self.tail = tail
    self.rows = rows
    self.entropy = entropy
    self.bias = bias
    self.invalidMass = invalidMass
    self.covers = covers
    self.modelSteps = modelSteps
    self.completions = completions
    self.rests = rests
  }
}

extension ByteDesk {
  /// How many tokens are told for an outcome.
  private static let branchesToAnOutcome = 12
  /// The least share of a token that is told.
  private static let leastBranch = 1e-5

  /// The distribution after the first `offset` bytes of the text.
  ///
  /// - Throws: `ByteFault`, `EvaluationFault`, or `CancellationError`.
  public func reading(at offset: Int) throws -> ByteReading {
    try withRoom(covers) {
      let exact = try covers.canonical(at: offset)
      let naive = try covers.naive(at: offset)
      let branches = try covers.branches(
        behind: exact, most: Self.branchesToAnOutcome, least: Self.leastBranch)
      var rows = (0..<256).map { byte in
        ByteReading.Row(
          outcome: .byte(UInt8(byte)), exact: exact.probabilities[byte],
          naive: naive.probabilities[byte], branches: branches[byte])
      }
      rows.append(ByteReading.Row(outcome: .end, exact: exact.end, naive: naive.end))
      return ByteReading(
        offset: offset, tail: Array(covers.text[..<offset].suffix(3)),
        rows: rows.sorted { ($0.exact, $0.naive) > ($1.exact, $1.naive) },
        entropy: exact.entropy, bias: exact.divergence(from: naive),
        invalidMass: exact.invalidMass,
        covers: exact.covers.map {
          ByteReading.Cover(tokens: $0.tokens, end: $0.end, share: $0.share)
        }, modelSteps: exact.modelSteps + naive.modelSteps)
    }
  }
}
