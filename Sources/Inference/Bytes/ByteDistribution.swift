public import Tokenization

/// Which token sequences count when a text's probability is summed over them (Phan et al. 2024).
public enum ByteDefinition: String, Sendable, CaseIterable, Codable {
  /// The one encoding of the text: its next-token probabilities, summed by first byte. It takes for
  /// granted that a token ends where the text ends: the *tokenization bias*.
  case naive
  /// The sequences that the tokenizer itself would produce.
  case canonical
  /// All sequences that spell the text.
  case all
}

/// What could follow some bytes of a text: the next byte, or the end.
public struct ByteDistribution: Sendable {
  /// Which sequences were counted.
  public let definition: ByteDefinition
  /// How many bytes of the text are given.
  public let offset: Int
  /// Probabilities of the 256 bytes; with ``end`` they sum to 1.
  public let probabilities: [Double]
  /// Probability that the text ends here.
  public let end: Double
  /// The share of the given bytes' probability that goes to what is not counted: sequences that the
  /// definition leaves out, and special tokens that do not end the text.
  public let invalidMass: Double
  /// What was left out because it is small: for `canonical` a bound on its share, for `all` the sum of
  /// the shares that sequences had where they were dropped.
  public let droppedMass: Double
  /// The logarithm of the probability of the given bytes, in nats.
  public let logProbability: Double
  /// The sequences behind it, by share.
  public let covers: [ByteCover]
  /// How many tokens were taken through the model for it.
  public let modelSteps: Int
}

/// A sequence of tokens that spells the given bytes, up to a token that is still to come and begins
/// with what is left of them.
public struct ByteCover: Sendable {
  /// The tokens from the last place on at which all sequences agree.
  public let tokens: [TokenID]
  /// Byte offset at which the last of them ends.
  public let end: Int
  /// Its share of the given bytes' probability.
  public let share: Double
  /// The likeliest tokens that may come next, with their shares, best first.
  public let next: [(id: TokenID, share: Double)]
}

/// Why the bytes of a text have no probability.
public enum ByteFault: Error, CustomStringConvertible, Equatable, Sendable {
  /// No sequence of tokens spells the text up to there.
  case unspeakable(offset: Int)
  /// The tokenizer changes texts before it cuts them.
  case changed

  /// One line.
  public var description: String {
    switch self {
    case .unspeakable(let offset):
      "no tokens of this vocabulary spell the bytes before offset \(offset)"
    case .changed:
      "this model's tokenizer changes texts before it cuts them, so its tokens do not say their bytes"
    }
  }
}
