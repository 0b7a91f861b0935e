public import Tokenization

/// Candidates for the token after a place in a text, and what the sampler makes of them.
public struct DistributionReading: Sendable, Hashable {
  /// A candidate for reading.
  public struct Entry: Sendable, Hashable, Codable {
    /// The vocabulary entry.
    public let id: TokenID
    /// Its bytes as text, with U+FFFD for what is not UTF-8.
    public let piece: String
    /// Its bytes.
    public let bytes: [UInt8]
    /// Its logit; `nil` when only its probability is known.
    public let logit: Float?
    /// Its probability, 0…1.
    public let probability: Double

    /// A candidate.
    public init(id: TokenID, piece: String, bytes: [UInt8], logit: Float?, probability: Double) {
      self.id = id
      self.piece = piece
      self.bytes = bytes
      self.logit = logit
      self.probability = probability
    }
  }

  /// What a stage of the sampler left.
  public struct Stage: Sendable, Hashable, Codable {
    private enum CodingKeys: String, CodingKey {
      case name = "stage"
      case setting, kept, entropy, candidates
    }

    /// The stage's name, as `top-k`.
    public let name: String
    /// Its setting for reading, as `40`; empty for the model's own distribution.
    public let setting: String
    /// How many candidates are left.
    public let kept: Int
    /// Entropy of what is left, in bits.
    public let entropy: Double
    /// The likeliest that are left, best first, with their probabilities after the stage.
    public let candidates: [Entry]

    /// A stage.
    public init(name: String, setting: String, kept: Int, entropy: Double, candidates: [Entry]) {
      self.name = name
      self.setting = setting
      self.kept = kept
      self.entropy = entropy
      self.candidates = candidates
    }
  }

  /// The token that follows in the text.
  public struct Actual: Sendable, Hashable {
    /// The token and its probability.
    public let entry: Entry
    /// How many candidates are likelier; 0 is the likeliest.
    public let rank: Int

    /// The token that follows, at its rank.
    public init(entry: Entry, rank: Int) {
      self.entry = entry
      self.rank = rank
    }
  }

  /// The token after which the distribution stands.
  public let index: Int
  /// Entropy of the model's distribution, in bits.
  public let entropy: Double
  /// The model's likeliest candidates, best first.
  public let candidates: [Entry]
  /// What follows in the text; `nil` at its end.
  public let actual: Actual?
  /// The active stages of the sampler in order; the first is the model's own distribution. Empty
  /// when no logits were at hand.
  public let stages: [Stage]

  /// A distribution after token `index`.
  public init(
    index: Int, entropy: Double, candidates: [Entry], actual: Actual?, stages: [Stage]
  ) {
    self.index = index
    self.entropy = entropy
    self.candidates = candidates
    self.actual = actual
    self.stages = stages
  }
}
