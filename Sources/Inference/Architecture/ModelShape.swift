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

  /// What the products of queries and keys are multiplied with before the softmax.
  public let attentionScale: Float
  /// Bound of the attention scores, which are squeezed through `cap · tanh(score / cap)`; `nil`
  /// where they are used as they are (Gemma 2).
  public let attentionSoftcap: Float?
  /// For each layer, how many positions a token attends to, itself included; `nil` where it sees all
  /// before it. Empty when no layer has a window.
  public let windows: [Int?]

  /// How many positions a token of this layer attends to, itself included; `nil` for all.
  public func window(ofLayer layer: Int) -> Int? {
    windows.indices.contains(layer) ? windows[layer] : nil
  }

  /// The first position that a token at `position` attends to in a layer.
  func firstAttended(layer: Int, from position: Int) -> Int {
    window(ofLayer: layer).map { max(0, position + 1 - $0) } ?? 0
  }

  /// Width of the keys, and of the values, of one token in one layer.
  public var keyValueWidth: Int { keyValueHeads * headWidth }

  /// Width of the queries of one token in one layer.
  public var queryWidth: Int { heads * headWidth }

  /// The key and value head that query head `head` reads.
  public func keyValueHead(ofHead head: Int) -> Int { head / (heads / keyValueHeads) }

  /// Describes a model by its dimensions; without a scale, attention is scaled by the root of the
  /// head's width.
  public init(
    architecture: String, layers: Int, width: Int, heads: Int, keyValueHeads: Int,
    headWidth: Int, feedForwardWidth: Int, vocabularySize: Int, contextLength: Int,
    attentionScale: Float? = nil, attentionSoftcap: Float? = nil, windows: [Int?] = []
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
    self.attentionScale = attentionScale ?? 1 / Float(headWidth).squareRoot()
    self.attentionSoftcap = attentionSoftcap
    self.windows = windows
  }
}
