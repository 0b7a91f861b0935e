public import Tokenization

/// A vocabulary entry as the continuation of a text.
public struct Candidate: Sendable, Hashable {
  /// The vocabulary entry.
  public let id: TokenID
  /// Its logit, not normalised.
  public let logit: Float
  /// Its probability, 0…1.
  public let probability: Float

  /// A candidate with its logit and probability.
  public init(id: TokenID, logit: Float, probability: Float) {
    self.id = id
    self.logit = logit
    self.probability = probability
  }
}

/// How much of one attention row falls on the keys that name a kind of head.
///
/// Each score is a share of the row, 0…1. The kinds are those of TransformerLens's head detectors.
public struct HeadScore: Sendable, Hashable {
  /// Attention to the token just before.
  public var previous: Float
  /// Attention to the first token of the text (the sink).
  public var first: Float
  /// Attention to earlier occurrences of the same token.
  public var duplicate: Float
  /// Attention to tokens that followed an earlier occurrence of the same token.
  public var induction: Float

  /// Scores of one row.
  public init(previous: Float, first: Float, duplicate: Float, induction: Float) {
    self.previous = previous
    self.first = first
    self.duplicate = duplicate
    self.induction = induction
  }
}

/// An expert that a token uses.
public struct ExpertShare: Sendable, Hashable {
  /// Its index in its layer.
  public var expert: Int
  /// What its output is multiplied with.
  public var weight: Float

  /// An expert with its weight.
  public init(expert: Int, weight: Float) {
    self.expert = expert
    self.weight = weight
  }
}

/// What the evaluation of one token left behind; immutable, shared between traces.
///
/// A record belongs to a token at the end of one particular text: the same token after another
/// text has another record.
public final class TokenRecord: Sendable {
  /// The token.
  public let id: TokenID
  /// Natural logarithm of the token's probability given the tokens before it, in nats; `nil` for
  /// the first token of a text.
  public let logProbability: Float?
  /// How many candidates were more likely than this token; 0 is the likeliest; `nil` for the first.
  public let rank: Int?
  /// Entropy of the distribution after this token, in nats.
  public let entropy: Float
  /// Logarithm of the sum of exponentials of the logits after this token.
  public let logSumExp: Float
  /// The likeliest next tokens, best first.
  public let top: [Candidate]
  /// The residual stream after the final norm (`ln_final.hook_normalized`): `[width]`.
  public let hidden: [Float]
  /// What was recorded only because a probe asked for it.
  let parts: Parts

  /// What a probe asks for; `nil` where it did not.
  struct Parts: Sendable {
    /// Scores of each head's attention row: `[layer * heads + head]`.
    var headScores: [HeadScore]?
    /// Rotated queries: `[layer, head, headWidth]`.
    var queries: [Float]?
    /// Rotated keys: `[layer, keyValueHead, headWidth]`.
    var keys: [Float]?
    /// The residual stream after each layer: `[layer, width]`.
    var residuals: [Float]?
    /// The experts used in each layer, the likeliest first: `[layer][expert]`; none in layers
    /// without experts.
    var experts: [[ExpertShare]]?
  }

  /// Scores of each head's attention row at this token: `[layer * heads + head]`; `nil` when
  /// attention was not recorded.
  public var headScores: [HeadScore]? { parts.headScores }

  /// The experts that this token uses: `[layer][expert]`, the likeliest first; `nil` when the
  /// router was not recorded.
  public var experts: [[ExpertShare]]? { parts.experts }

  /// The size of `top`.
  public static let topCount = 32

  /// Whether attention rows can be had from this record.
  public var hasAttention: Bool { parts.queries != nil }

  /// Whether the residual stream after each layer can be had from this record.
  public var hasResidual: Bool { parts.residuals != nil }

  /// What this record holds.
  public var probe: Probe {
    var probe = Probe()
    if hasAttention { probe.insert(.attention) }
    if hasResidual { probe.insert(.residual) }
    if parts.experts != nil { probe.insert(.router) }
    return probe
  }

  /// A record from its parts. Shapes as stated at the properties.
  init(
    id: TokenID, logProbability: Float?, rank: Int?, entropy: Float, logSumExp: Float,
    top: [Candidate], hidden: [Float], parts: Parts = Parts()
  ) {
    self.id = id
    self.logProbability = logProbability
    self.rank = rank
    self.entropy = entropy
    self.logSumExp = logSumExp
    self.top = top
    self.hidden = hidden
    self.parts = parts
  }
}
