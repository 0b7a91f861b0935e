/// What all models of one architecture have in common, by the names that GGUF gives architectures.
struct Family: Sendable {
  /// Which dimensions of a head are rotated together.
  enum Pairing: Sendable {
    /// `(0, 1), (2, 3), …`: llama's, as GGUF orders its rows.
    case adjacent
    /// `(0, w/2), (1, w/2 + 1), …`: GPT-NeoX's.
    case halves
  }

  /// How vectors are normalised.
  enum NormKind: Sendable {
    /// Divided by the root of their mean square (Zhang and Sennrich 2019).
    case rootMeanSquare
    /// Centred, divided by the deviation, and moved (Ba et al. 2016).
    case layer
  }

  /// The nonlinearity of the feed-forward network.
  enum Activation: Sendable {
    case silu
    /// By the approximation with tanh.
    case geluTanh
    /// By the error function (Hendrycks and Gimpel 2016).
    case geluErf
  }

  /// Tensors that models of a family have beyond a plain transformer's.
  struct Parts: OptionSet, Sendable {
    let rawValue: Int
    /// Norms before attention and feed-forward network.
    static let inputNorms = Parts(rawValue: 1 << 0)
    /// Norms of what the two give, before it is added to the stream.
    static let outputNorms = Parts(rawValue: 1 << 1)
    /// Biases of queries, keys and values.
    static let queryKeyValueBiases = Parts(rawValue: 1 << 2)
    /// Biases of attention's output.
    static let outputBiases = Parts(rawValue: 1 << 3)
    /// Norms of each head's queries and keys.
    static let headNorms = Parts(rawValue: 1 << 4)
    /// Norms of all heads' queries together, and of all keys.
    static let wideNorms = Parts(rawValue: 1 << 5)
    /// A feed-forward network with a gate: `activation(gate) ⊙ up`.
    static let gate = Parts(rawValue: 1 << 6)
    /// An embedding of positions, in place of their rotation.
    static let positions = Parts(rawValue: 1 << 7)
    /// Biases of the feed-forward network.
    static let feedForwardBiases = Parts(rawValue: 1 << 8)
    /// Norms of the stream after attention and feed-forward network have been added to it, and of
    /// the embedding, in place of one at the end: the order of Vaswani et al. 2017.
    static let streamNorms = Parts(rawValue: 1 << 9)
    /// An embedding of which of two texts a token is of.
    static let segments = Parts(rawValue: 1 << 10)
  }

  /// Its name in GGUF, for instance `gemma3`.
  let name: String
  var pairing = Pairing.halves
  var norm = NormKind.rootMeanSquare
  var activation = Activation.silu
  var parts: Parts = [.inputNorms, .gate]
  /// Whether the biases of its matrices are used wherever a file has them.
  var takesAnyBiases = false
  /// Whether its experts' weights sum to one, unless a model says otherwise.
  var normalisesExperts = false
  /// Of its layers with a sliding window: each but every n-th has one; 1 where all have. `nil` where
  /// none has, whatever the metadata say.
  var windowPeriod: Int?
  /// Base of the rotary angles in layers with a window; `nil` where it is the same in all.
  var windowRotaryBase: Double?

  /// The families that can be run.
  static let known: [String: Family] = {
    var families: [Family] = [
      Family(
        name: "llama", pairing: .adjacent, takesAnyBiases: true, normalisesExperts: true),
      Family(name: "granite", pairing: .adjacent),
      Family(name: "granitemoe", pairing: .adjacent, normalisesExperts: true),
      Family(name: "qwen2", parts: [.inputNorms, .gate, .queryKeyValueBiases]),
      Family(name: "qwen2moe", parts: [.inputNorms, .gate, .queryKeyValueBiases]),
      Family(name: "qwen3", parts: [.inputNorms, .gate, .headNorms]),
      Family(name: "qwen3moe", parts: [.inputNorms, .gate, .headNorms], normalisesExperts: true),
      Family(name: "gemma", activation: .geluTanh),
      Family(
        name: "gemma2", activation: .geluTanh, parts: [.inputNorms, .outputNorms, .gate],
        windowPeriod: 2),
      Family(
        name: "gemma3", activation: .geluTanh,
        parts: [.inputNorms, .outputNorms, .headNorms, .gate], windowPeriod: 6,
        windowRotaryBase: 10_000),
      Family(name: "phi3", windowPeriod: 1),
      Family(name: "olmo2", parts: [.outputNorms, .wideNorms, .gate]),
      Family(name: "olmoe", parts: [.inputNorms, .wideNorms, .gate]),
      Family(
        name: "gpt2", norm: .layer, activation: .geluTanh,
        parts: [.inputNorms, .queryKeyValueBiases, .outputBiases, .feedForwardBiases, .positions]),
    ]
    families.sort { $0.name < $1.name }
    return Dictionary(uniqueKeysWithValues: families.map { ($0.name, $0) })
  }()

  /// Encoders (Devlin et al. 2019): tokens attend in both directions, and there is no unembedding.
  static let bert = Family(
    name: "bert", norm: .layer, activation: .geluErf,
    parts: [
      .queryKeyValueBiases, .outputBiases, .feedForwardBiases, .positions, .segments, .streamNorms,
    ])

  /// The names of the families that can be run, in alphabetical order.
  static var knownNames: String { known.keys.sorted().joined(separator: ", ") }
}
