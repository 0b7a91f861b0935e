public import Testing

/// How a kind of transformer computes, as far as the kinds differ: what the naive evaluation
/// follows, and what a tiny model's file says. Written down from the papers and the reference
/// implementations, apart from the program's own table.
public struct TinyFamily: Sendable, CustomTestStringConvertible {
  /// A mixture of experts.
  public struct Experts: Sendable {
    /// How many.
    public var count: Int
    /// How many of them a token uses.
    public var used: Int
    /// Width of their hidden layer.
    public var width: Int
    /// Width of the shared expert; 0 without one.
    public var shared = 0
    /// Whether a sigmoid decides how much of the shared expert is added.
    public var sharedGate = false
    /// Whether the weights are divided by their sum.
    public var normalises = false
  }

  /// Its name in GGUF.
  public let name: String
  /// Whether neighbouring dimensions rotate together, and not halves.
  public var adjacent = false
  /// Whether norms centre and move.
  public var layerNorm = false
  /// Whether the nonlinearity is GELU by tanh, and not SiLU.
  public var gelu = false
  /// Norms before attention and feed-forward network.
  public var inputNorms = true
  /// Norms after them.
  public var outputNorms = false
  /// Biases of queries, keys and values.
  public var biases = false
  /// Biases of the other matrices.
  public var otherBiases = false
  /// Norms of each head's queries and keys.
  public var headNorms = false
  /// Norms of all queries together, and of all keys.
  public var wideNorms = false
  /// A gate in the feed-forward network.
  public var gate = true
  /// An embedding of positions.
  public var positions = false
  /// Queries, keys and values in one tensor.
  public var fusedAttention = false
  /// Gate and up in one tensor.
  public var fusedGate = false
  /// Width of a head, where it is not the model's width divided by the heads.
  public var headWidth: Int?
  /// Key and value heads; all where there are none.
  public var keyValueHeads = 2
  /// The window, and which layers have none: every n-th.
  public var window: (size: Int, period: Int)?
  /// Base of the rotary angles in layers with a window.
  public var windowBase: Double?
  /// Bound of the attention scores.
  public var attentionCap: Double?
  /// Bound of the logits.
  public var logitCap: Double?
  /// Multiplies embeddings by the root of the width.
  public var scalesEmbedding = false
  /// Granite's multipliers: embedding, residual, attention; the divisor of logits.
  public var multipliers: (embedding: Double, residual: Double, attention: Double, logits: Double)?
  /// Long contexts: divisors of the rotary frequencies, and the factor of cosines and sines.
  public var long: (divisors: [Float], magnitude: Double)?
  /// A mixture of experts in place of the feed-forward network.
  public var experts: Experts?
  /// Distinguishes variants of one family in a test's name.
  public var variant = ""

  /// Its name, for a test.
  public var testDescription: String { variant.isEmpty ? name : "\(name), \(variant)" }

  /// The usual llama.
  public static let llama = TinyFamily(name: "llama", adjacent: true)

  /// Every kind that the program runs.
  public static let all: [TinyFamily] = [
    llama,
    TinyFamily(
      name: "llama", adjacent: true, biases: true, otherBiases: true, variant: "with biases"),
    TinyFamily(
      name: "llama", adjacent: true,
      experts: Experts(count: 8, used: 2, width: 96, normalises: true), variant: "Mixtral"),
    TinyFamily(name: "qwen2", biases: true),
    TinyFamily(name: "qwen3", headNorms: true, headWidth: 32),
    TinyFamily(
      name: "qwen2moe", biases: true,
      experts: Experts(count: 6, used: 3, width: 32, shared: 64, sharedGate: true)),
    TinyFamily(
      name: "qwen3moe", headNorms: true, headWidth: 32,
      experts: Experts(count: 6, used: 2, width: 32, normalises: true)),
    TinyFamily(name: "gemma", gelu: true, headWidth: 32, keyValueHeads: 1, scalesEmbedding: true),
    TinyFamily(
      name: "gemma2", gelu: true, outputNorms: true, headWidth: 32, window: (5, 2),
      attentionCap: 5, logitCap: 8, scalesEmbedding: true),
    TinyFamily(
      name: "gemma3", gelu: true, outputNorms: true, headNorms: true, headWidth: 32,
      keyValueHeads: 1, window: (4, 6), windowBase: 10_000, scalesEmbedding: true),
    TinyFamily(name: "phi3", fusedAttention: true, fusedGate: true, variant: "short"),
    TinyFamily(
      name: "phi3", fusedAttention: true, fusedGate: true, window: (6, 1),
      long: ([1, 1, 1.5, 2, 3, 4, 6, 9], 1.19), variant: "long"),
    TinyFamily(
      name: "gpt2", layerNorm: true, gelu: true, biases: true, otherBiases: true, gate: false,
      positions: true, fusedAttention: true, keyValueHeads: 4),
    TinyFamily(name: "olmo2", inputNorms: false, outputNorms: true, wideNorms: true),
    TinyFamily(
      name: "olmoe", wideNorms: true, keyValueHeads: 4,
      experts: Experts(count: 8, used: 3, width: 32)),
    TinyFamily(name: "granite", adjacent: true, multipliers: (3, 0.5, 0.2, 4)),
    TinyFamily(
      name: "granitemoe", adjacent: true, multipliers: (3, 0.5, 0.2, 4),
      experts: Experts(count: 4, used: 2, width: 96, shared: 32, normalises: true)),
  ]
}
