/// A kind of model as Hugging Face names them (`model_type` in `config.json`): its family, what the
/// configuration leaves out when it is the usual, and how its tensors are named.
///
/// The usual values are those of the reference implementation (`transformers`), which writes only
/// what differs into some files.
struct ModelKind: Sendable {
  /// Which layers have a sliding window, where the configuration has no list of layers.
  enum Windows: Sendable, Equatable {
    case none
    /// All layers.
    case all
    /// All but each n-th; the configuration may give another n.
    case allBut(every: Int)
    /// Qwen's: only where `use_sliding_window` asks for them, from `max_window_layers` on.
    case above
    /// The same, every other layer below `max_window_layers`.
    case alternatingBelow
  }

  /// How experts are described.
  enum ExpertStyle: Sendable {
    /// The feed-forward network's width is the experts', and their weights sum to one.
    case normalised
    /// The feed-forward network's width is the experts'; `norm_topk_prob` decides.
    case uniform
    /// Experts have a width of their own; `norm_topk_prob` decides.
    case ownWidth
  }

  /// Its name in `config.json`, for instance `qwen2_moe`.
  let name: String
  /// What it computes. Hugging Face's weights all rotate halves.
  let family: Family
  let names: TensorNames
  var windows = Windows.none
  /// The window where the configuration does not mention it.
  var window: Int?
  var experts: ExpertStyle?
  var heads: Int?
  var keyValueHeads: Int?
  var headWidth: Int?
  var epsilon = 1e-6
  var rotaryBase = 10_000.0
  var contextLength: Int?
  /// Whether the embedding is the unembedding.
  var tied = false
  /// Whether embeddings are multiplied with the root of their width.
  var scalesEmbedding = false
  /// What attention scores are divided by the root of.
  var attentionDivisor: Double?
  var attentionSoftcap: Double?
  var logitSoftcap: Double?
  /// Whether the weights of norms are stored less one.
  var normsLackOne = false

  /// Whether it gives vectors, not the next token.
  var isEncoder: Bool { family.parts.contains(.streamNorms) }

  /// `nil` when the program runs no such family.
  private init?(_ name: String, _ family: String, _ names: TensorNames = .llama) {
    guard var family = family == Family.bert.name ? .bert : Family.known[family] else { return nil }
    family.pairing = .halves
    family.takesAnyBiases = false
    self.name = name
    self.family = family
    self.names = names
  }

  private func with(_ change: (inout ModelKind) -> Void) -> ModelKind {
    var kind = self
    change(&kind)
    return kind
  }

  /// The kinds that can be run, by their names.
  static let known: [String: ModelKind] = {
    let gemma = ModelKind("gemma", "gemma")?.with {
      $0.headWidth = 256
      $0.tied = true
      $0.scalesEmbedding = true
      $0.normsLackOne = true
      $0.contextLength = 8192
    }
    let gemma3 = ModelKind("gemma3_text", "gemma3", .gemma2)?.with {
      $0.headWidth = 256
      $0.heads = 8
      $0.keyValueHeads = 4
      $0.tied = true
      $0.scalesEmbedding = true
      $0.normsLackOne = true
      $0.windows = .allBut(every: 6)
      $0.window = 4096
      $0.rotaryBase = 1_000_000
      $0.attentionDivisor = 256
      $0.contextLength = 131_072
    }
    let kinds = [
      ModelKind("llama", "llama"),
      ModelKind("mistral", "llama")?.with {
        $0.keyValueHeads = 8
        $0.windows = .all
        $0.window = 4096
      },
      ModelKind("mixtral", "llama", .mixtral)?.with {
        $0.keyValueHeads = 8
        $0.windows = .all
        $0.experts = .normalised
        $0.epsilon = 1e-5
        $0.rotaryBase = 1_000_000
      },
      ModelKind("qwen2", "qwen2")?.with { $0.windows = .above },
      ModelKind("qwen3", "qwen3")?.with {
        $0.windows = .above
        $0.headWidth = 128
      },
      ModelKind("qwen2_moe", "qwen2moe", .qwenExperts)?.with {
        $0.windows = .alternatingBelow
        $0.experts = .ownWidth
      },
      ModelKind("qwen3_moe", "qwen3moe", .qwenExperts)?.with { $0.experts = .ownWidth },
      gemma,
      ModelKind("gemma2", "gemma2", .gemma2)?.with {
        $0.headWidth = 256
        $0.tied = true
        $0.scalesEmbedding = true
        $0.normsLackOne = true
        $0.windows = .allBut(every: 2)
        $0.window = 4096
        $0.attentionDivisor = 256
        $0.attentionSoftcap = 50
        $0.logitSoftcap = 30
        $0.contextLength = 8192
      },
      gemma3,
      ModelKind("phi3", "phi3")?.with {
        $0.windows = .all
        $0.epsilon = 1e-5
        $0.contextLength = 4096
      },
      ModelKind("gpt2", "gpt2", .gpt2)?.with {
        $0.epsilon = 1e-5
        $0.tied = true
      },
      ModelKind("olmo2", "olmo2", .olmo2)?.with { $0.epsilon = 1e-5 },
      ModelKind("olmoe", "olmoe", .qwenExperts)?.with {
        $0.experts = .uniform
        $0.epsilon = 1e-5
      },
      ModelKind("granite", "granite"),
      ModelKind("granitemoe", "granitemoe", .granite)?.with { $0.experts = .normalised },
      ModelKind("granitemoeshared", "granitemoe", .granite)?.with { $0.experts = .normalised },
      ModelKind("bert", Family.bert.name, .bert)?.with { $0.epsilon = 1e-12 },
    ]
    return Dictionary(uniqueKeysWithValues: kinds.compactMap { $0 }.map { ($0.name, $0) })
  }()

  /// The names of the kinds that can be run, in alphabetical order.
  static var knownNames: String { known.keys.sorted().joined(separator: ", ") }
}
