import ModelFiles

/// How a kind of model names its tensors in Hugging Face's files, and what they are called in GGUF.
struct TensorNames: Sendable {
  /// How a tensor becomes what GGUF's name stands for.
  enum Form: Sendable {
    /// As it is.
    case plain
    /// With rows and columns exchanged (GPT-2).
    case transposed
    /// The first half of its rows is the gate, the second half `up`; so for each expert, where it
    /// has three dimensions.
    case gateAndUp
  }

  /// What stands before a block's number: `layers.`.
  var block = "layers."
  /// Tensors outside of the blocks.
  var outside: [String: String] = [
    "embed_tokens.weight": "token_embd.weight", "norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
  ]
  /// Tensors of a block, without the endings `.weight` and `.bias`.
  var parts: [String: (name: String, form: Form)]
  /// Tensors of a block whose name has the number of an expert, after ``expert``.
  var expertParts: [String: String] = [:]
  /// What stands before an expert's number.
  var expert = "mlp.experts."
  /// Beginnings of the names of tensors that are of no use here.
  var unusedBeginnings: [String] = []
  /// Endings of such names: tables that can be computed, and masks.
  var unusedEndings = ["rotary_emb.inv_freq"]

  private static let attention: [String: (name: String, form: Form)] = [
    "self_attn.q_proj": ("attn_q", .plain), "self_attn.k_proj": ("attn_k", .plain),
    "self_attn.v_proj": ("attn_v", .plain), "self_attn.o_proj": ("attn_output", .plain),
    "self_attn.qkv_proj": ("attn_qkv", .plain), "self_attn.q_norm": ("attn_q_norm", .plain),
    "self_attn.k_norm": ("attn_k_norm", .plain), "input_layernorm": ("attn_norm", .plain),
    "post_attention_layernorm": ("ffn_norm", .plain), "mlp.gate_proj": ("ffn_gate", .plain),
    "mlp.up_proj": ("ffn_up", .plain), "mlp.down_proj": ("ffn_down", .plain),
    "mlp.gate_up_proj": ("ffn_up", .plain),
  ]

  private static func adding(_ parts: [String: (name: String, form: Form)]) -> TensorNames {
    TensorNames(parts: attention.merging(parts) { $1 })
  }

  /// Llama's, which most others follow.
  static let llama = TensorNames(parts: attention)

  /// Norms after attention and feed-forward network, and before them.
  static let gemma2: TensorNames = {
    var names = adding([
      "post_attention_layernorm": ("post_attention_norm", .plain),
      "pre_feedforward_layernorm": ("ffn_norm", .plain),
      "post_feedforward_layernorm": ("post_ffw_norm", .plain),
    ])
    names.unusedBeginnings = ["vision_tower.", "multi_modal_projector."]
    return names
  }()

  /// Norms after attention and feed-forward network only.
  static let olmo2 = adding([
    "post_attention_layernorm": ("post_attention_norm", .plain),
    "post_feedforward_layernorm": ("post_ffw_norm", .plain),
  ])

  /// Experts one by one, perhaps a shared one.
  static let qwenExperts: TensorNames = {
    var names = adding([
      "mlp.gate": ("ffn_gate_inp", .plain),
      "mlp.shared_expert.gate_proj": ("ffn_gate_shexp", .plain),
      "mlp.shared_expert.up_proj": ("ffn_up_shexp", .plain),
      "mlp.shared_expert.down_proj": ("ffn_down_shexp", .plain),
      "mlp.shared_expert_gate": ("ffn_gate_inp_shexp", .plain),
    ])
    names.expertParts = ["gate_proj": "ffn_gate", "up_proj": "ffn_up", "down_proj": "ffn_down"]
    return names
  }()

  /// Experts one by one, by the names of the first of their kind.
  static let mixtral: TensorNames = {
    var names = adding(["block_sparse_moe.gate": ("ffn_gate_inp", .plain)])
    names.expert = "block_sparse_moe.experts."
    names.expertParts = ["w1": "ffn_gate", "w3": "ffn_up", "w2": "ffn_down"]
    return names
  }()

  /// All experts of a block in two tensors.
  static let granite = adding([
    "block_sparse_moe.router.layer": ("ffn_gate_inp", .plain),
    "block_sparse_moe.input_linear": ("", .gateAndUp),
    "block_sparse_moe.output_linear": ("ffn_down_exps", .plain),
    "shared_mlp.input_linear": ("", .gateAndUp),
    "shared_mlp.output_linear": ("ffn_down_shexp", .plain),
  ])

  static let gpt2 = TensorNames(
    block: "h.",
    outside: [
      "wte.weight": "token_embd.weight", "wpe.weight": "position_embd.weight",
      "ln_f.weight": "output_norm.weight", "ln_f.bias": "output_norm.bias",
      "lm_head.weight": "output.weight",
    ],
    parts: [
      "ln_1": ("attn_norm", .plain), "attn.c_attn": ("attn_qkv", .transposed),
      "attn.c_proj": ("attn_output", .transposed), "ln_2": ("ffn_norm", .plain),
      "mlp.c_fc": ("ffn_up", .transposed), "mlp.c_proj": ("ffn_down", .transposed),
    ], unusedEndings: [".attn.bias", ".attn.masked_bias"])

  static let bert = TensorNames(
    block: "encoder.layer.",
    outside: [
      "embeddings.word_embeddings.weight": "token_embd.weight",
      "embeddings.position_embeddings.weight": "position_embd.weight",
      "embeddings.token_type_embeddings.weight": "token_types.weight",
      "embeddings.LayerNorm.weight": "token_embd_norm.weight",
      "embeddings.LayerNorm.bias": "token_embd_norm.bias",
    ],
    parts: [
      "attention.self.query": ("attn_q", .plain), "attention.self.key": ("attn_k", .plain),
      "attention.self.value": ("attn_v", .plain),
      "attention.output.dense": ("attn_output", .plain),
      "attention.output.LayerNorm": ("attn_output_norm", .plain),
      "intermediate.dense": ("ffn_up", .plain), "output.dense": ("ffn_down", .plain),
      "output.LayerNorm": ("layer_output_norm", .plain),
    ], unusedBeginnings: ["pooler.", "cls."], unusedEndings: ["embeddings.position_ids"])

  /// What may stand before all names: models inside models.
  private static let wrappers = [
    "model.language_model.", "language_model.model.", "language_model.", "model.", "transformer.",
    "bert.",
  ]

  /// What a tensor is.
  enum Meaning: Equatable {
    /// Of no use here.
    case unused
    /// Nothing that is known.
    case unknown
    /// The tensor of this name in GGUF.
    case tensor(String)
    /// The same, with rows and columns exchanged.
    case transposed(String)
    /// Gate and `up` of the experts, or of a shared expert, of a block: `blk.3.`.
    case gateAndUp(block: String)
  }

  /// What the tensor of a name is.
  func meaning(of name: String) -> Meaning {
    let inner = Self.wrappers.first { name.hasPrefix($0) }.map { name.dropFirst($0.count) }
    let plain = String(inner ?? name[...])
    if unusedEndings.contains(where: { ("." + plain).hasSuffix($0) || plain.hasSuffix($0) })
      || unusedBeginnings.contains(where: { plain.hasPrefix($0) || name.hasPrefix($0) })
    {
      return .unused
    }
    if let known = outside[plain] { return .tensor(known) }
    guard let (number, rest) = Self.numbered(plain[...], after: block) else { return .unknown }
    let target = "blk.\(number)."
    for ending in [".weight", ".bias"] where rest.hasSuffix(ending) {
      let part = String(rest.dropLast(ending.count))
      if let (expert, inner) = Self.numbered(part[...], after: expert),
        let known = expertParts[String(inner)]
      {
        return .tensor("\(target)\(known).\(expert)\(ending)")
      }
      guard let known = parts[part] else { return .unknown }
      switch known.form {
      case .plain: return .tensor(target + known.name + ending)
      case .transposed:
        return ending == ".bias"
          ? .tensor(target + known.name + ending) : .transposed(target + known.name + ending)
      case .gateAndUp: return ending == ".bias" ? .unknown : .gateAndUp(block: target)
      }
    }
    return .unknown
  }

  /// The number that follows a beginning, and what follows its full stop.
  private static func numbered(
    _ name: Substring, after beginning: String
  ) -> (number: Int, rest: Substring)? {
    guard name.hasPrefix(beginning) else { return nil }
    let tail = name.dropFirst(beginning.count)
    guard let stop = tail.firstIndex(of: "."), let number = Int(tail[..<stop]), number >= 0,
      String(number) == tail[..<stop]
    else { return nil }
    return (number, tail[tail.index(after: stop)...])
  }
}
