/// What to record while a text is evaluated, beyond the distribution after each token.
///
/// What is not asked for is not recorded and costs nothing.
public struct Probe: OptionSet, Sendable, Hashable {
  /// The bits of the set.
  public let rawValue: UInt8

  /// A probe from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Attention: TransformerLens's `attn.hook_pattern` in all layers and heads, kept as the rotated
  /// queries and keys from which every row follows, and the head scores of each row.
  public static let attention = Probe(rawValue: 1)

  /// The residual stream after each layer: `hook_resid_post`.
  public static let residual = Probe(rawValue: 2)

  /// The experts that the router of a mixture chooses for each token in each layer; nothing in
  /// models without experts.
  public static let router = Probe(rawValue: 4)
}
