/// What a forward pass must know of a transformer besides its weights: one description for all
/// families, read from a model's metadata.
struct Architecture: Sendable {
  /// Its dimensions.
  var shape: ModelShape
  /// What all models of its family have in common.
  var family: Family
  /// Added to the mean square, or to the variance, before its root is taken.
  var epsilon: Float
  /// How positions are rotated into queries and keys: none with learned positions; otherwise one
  /// table for all layers, or one for layers without a window and one for those with.
  var rotaries: [Rotary]
  /// What embeddings are multiplied with (Gemma, Granite).
  var embeddingScale: Float = 1
  /// What each block's output is multiplied with before it is added to the stream (Granite).
  var residualScale: Float = 1
  /// What logits are multiplied with (Granite).
  var logitScale: Float = 1
  /// Bound of the logits, as for attention scores (Gemma 2).
  var logitSoftcap: Float?
  /// How many segments a text may have, for an encoder.
  var segments = 0
  /// A mixture of experts in place of the feed-forward network; `nil` without one.
  var experts: Experts?

  /// Index in `rotaries` of the table that a layer uses.
  func rotary(ofLayer layer: Int) -> Int {
    rotaries.count > 1 && shape.window(ofLayer: layer) != nil ? 1 : 0
  }
}

/// A mixture of experts (Shazeer et al. 2017): a router sends each token to a few of many
/// feed-forward networks.
struct Experts: Sendable {
  /// More than any model has.
  static let most = 1024

  /// How many there are.
  var count: Int
  /// How many each token uses.
  var used: Int
  /// Width of an expert's hidden layer.
  var width: Int
  /// Width of the expert that every token uses; 0 without one.
  var sharedWidth: Int
  /// Whether the weights of the experts a token uses are made to sum to one.
  var normalises: Bool
  /// What the weights are multiplied with.
  var scale: Float = 1
}
