/// What a layer's residual stream would say if it were the last: a row of the logit lens.
public struct LayerDistribution: Sendable, Hashable {
  /// Entropy, in nats.
  public let entropy: Float
  /// The likeliest next tokens, best first; as many as a ``TokenRecord`` keeps.
  public let top: [Candidate]

  /// A distribution from its parts.
  public init(entropy: Float, top: [Candidate]) {
    self.entropy = entropy
    self.top = top
  }
}
