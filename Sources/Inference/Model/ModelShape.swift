/// The dimensions of a transformer, as its file states them.
public struct ModelShape: Sendable, Hashable {
  /// The architecture's name in GGUF, for instance `llama`.
  public let architecture: String
  /// Number of transformer blocks.
  public let layers: Int
  /// Width of the residual stream.
  public let width: Int
  /// Number of query heads in each layer.
  public let heads: Int
  /// Number of key and value heads in each layer; divides `heads` (grouped-query attention).
  public let keyValueHeads: Int
  /// Width of one head.
  public let headWidth: Int
  /// Width of the hidden layer of the feed-forward network.
  public let feedForwardWidth: Int
  /// Number of vocabulary entries.
  public let vocabularySize: Int
  /// The longest text, in tokens, that the model was trained for.
  public let contextLength: Int

  /// Width of the keys, and of the values, of one token in one layer.
  public var keyValueWidth: Int { keyValueHeads * headWidth }

  /// Width of the queries of one token in one layer.
  public var queryWidth: Int { heads * headWidth }

  /// The key and value head that query head `head` reads.
  public func keyValueHead(ofHead head: Int) -> Int { head / (heads / keyValueHeads) }

  /// Describes a model by its dimensions.
  public init(
    architecture: String, layers: Int, width: Int, heads: Int, keyValueHeads: Int,
    headWidth: Int, feedForwardWidth: Int, vocabularySize: Int, contextLength: Int
  ) {
    self.architecture = architecture
    self.layers = layers
    self.width = width
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headWidth = headWidth
    self.feedForwardWidth = feedForwardWidth
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
  }
}
