import Foundation
import ModelFiles

extension Architecture {
  /// Reads and checks what the `config.json` of a Hugging Face folder says.
  ///
  /// - Parameter vocabularySize: rows of the embedding.
  /// - Throws: `FileFault` naming the key that is missing or out of range.
  init(_ config: ConfigFile, kind: ModelKind, vocabularySize: Int) throws(FileFault) {
    let gpt2 = kind.family.name == "gpt2"
    let key = { (usual: String, old: String) in gpt2 ? old : usual }
    try Self.refuseVariants(config)
    let layers = try config.dimension(key("num_hidden_layers", "n_layer"))
    guard layers <= Self.mostLayers else {
      throw config.fault(key("num_hidden_layers", "n_layer"), "is \(layers), out of range")
    }
    let width = try config.dimension(key("hidden_size", "n_embd"))
    let heads = try config.dimension(key("num_attention_heads", "n_head"), default: kind.heads)
    let keyValueHeads =
      gpt2 || kind.isEncoder
      ? heads : try config.dimension("num_key_value_heads", default: kind.keyValueHeads ?? heads)
    guard keyValueHeads <= heads, heads % keyValueHeads == 0 else {
      throw config.fault(
        "num_key_value_heads",
        "is \(keyValueHeads): \(heads) heads cannot share them evenly")
    }
    guard config.has("head_dim") || kind.headWidth != nil || width % heads == 0 else {
      throw config.fault(
        key("num_attention_heads", "n_head"),
        "is \(heads), which does not divide the width of \(width)")
    }
    let headWidth = try config.dimension("head_dim", default: kind.headWidth ?? width / heads)
    let hidden =
      gpt2
      ? try config.dimension("n_inner", default: 4 * width)
      : try config.dimension("intermediate_size")
    let context = try config.dimension(
      key("max_position_embeddings", "n_positions"), default: kind.contextLength)

    family = kind.family
    let activation = try Self.activation(config, kind)
    family.activation = activation ?? family.activation
    if try config.bool("attention_bias", default: false) {
      family.parts.formUnion([.queryKeyValueBiases, .outputBiases])
    }
    if try config.bool("mlp_bias", default: false) { family.parts.insert(.feedForwardBiases) }
    if try !config.bool("qkv_bias", default: true) { family.parts.remove(.queryKeyValueBiases) }
    let windows = try Self.windows(config, kind, layers: layers)
    let rotary = RotaryConfig(
      config: config, kind: kind, headWidth: headWidth, contextLength: context)
    let rotaries = try rotary.tables(windowed: !windows.isEmpty)
    self.rotaries = rotaries.tables
    epsilon = Float(
      try config.positive(
        gpt2 ? "layer_norm_epsilon" : kind.isEncoder ? "layer_norm_eps" : "rms_norm_eps")
        ?? kind.epsilon)
    let divisor = try config.positive("query_pre_attn_scalar") ?? kind.attentionDivisor
    let scale = try config.positive("attention_multiplier") ?? divisor.map { 1 / $0.squareRoot() }
    let softcap =
      config.has("attn_logit_softcapping") || config.object["attn_logit_softcapping"] != nil
      ? try config.positive("attn_logit_softcapping") : kind.attentionSoftcap
    shape = ModelShape(
      architecture: kind.family.name, layers: layers, width: width, heads: heads,
      keyValueHeads: keyValueHeads, headWidth: headWidth, feedForwardWidth: hidden,
      vocabularySize: vocabularySize, contextLength: min(context, rotaries.longest),
      attentionScale: scale.map { Float($0) }, attentionSoftcap: softcap.map { Float($0) },
      windows: windows)
    if kind.scalesEmbedding { embeddingScale = Float(width).squareRoot() }
    if let scale = try config.positive("embedding_multiplier") { embeddingScale = Float(scale) }
    if let scale = try config.positive("residual_multiplier") { residualScale = Float(scale) }
    if let scale = try config.positive("logits_scaling") { logitScale = Float(1 / scale) }
    logitSoftcap =
      config.object["final_logit_softcapping"] != nil
      ? try config.positive("final_logit_softcapping").map { Float($0) }
      : kind.logitSoftcap.map { Float($0) }
    if kind.isEncoder { segments = try config.dimension("type_vocab_size", default: 2) }
    experts = try Self.experts(config, kind, hidden: hidden)
  }

  /// More blocks than any model has.
  private static let mostLayers = 4096

  /// Variants that compute something else.
  private static func refuseVariants(_ config: ConfigFile) throws(FileFault) {
    let off = [
      "use_bidirectional_attention", "add_cross_attention", "is_decoder",
      "scale_attn_by_inverse_layer_idx",
    ]
    for key in off where try config.bool(key, default: false) {
      throw config.fault(key, "is set, which cannot be run yet")
    }
    guard try config.bool("scale_attn_weights", default: true) else {
      throw config.fault("scale_attn_weights", "is not set, which cannot be run yet")
    }
    if config.has("clip_qkv") { throw config.fault("clip_qkv", "is set, which cannot be run yet") }
    if let kind = try config.string("position_embedding_type"), kind != "absolute" {
      throw config.fault("position_embedding_type", "is \(kind), which cannot be run yet")
    }
    if let quantisation = try config.nested("quantization_config") {
      let method = try quantisation.string("quant_method") ?? "some method"
      throw config.fault(
        "quantization_config", "says that weights are quantised by \(method), which cannot be run",
        remedy: "F32, F16 and BF16 can, and GGUF files")
    }
  }

  private static func activation(
    _ config: ConfigFile, _ kind: ModelKind
  ) throws(FileFault) -> Family.Activation? {
    for key in ["hidden_activation", "activation_function", "hidden_act"] {
      guard let name = try config.string(key) else { continue }
      switch name {
      case "silu", "swish": return .silu
      case "gelu_pytorch_tanh", "gelu_new", "gelu_fast": return .geluTanh
      // The first Gemma's files say so, and mean the approximation.
      case "gelu" where kind.name == "gemma": return .geluTanh
      case "gelu": return .geluErf
      default: throw config.fault(key, "is \(name), which cannot be run yet")
      }
    }
    return nil
  }

  /// For each layer its window; empty when none has one.
  private static func windows(
    _ config: ConfigFile, _ kind: ModelKind, layers: Int
  ) throws(FileFault) -> [Int?] {
    let size =
      config.object["sliding_window"] == nil
      ? kind.window : try config.count("sliding_window")
    if let types = try config.strings("layer_types") {
      guard types.count == layers else {
        throw config.fault("layer_types", "has \(types.count) entries, not \(layers)")
      }
      var windows: [Int?] = []
      for type in types {
        switch type {
        case "full_attention": windows.append(nil)
        case "sliding_attention":
          guard let size, size > 0 else { throw config.fault("sliding_window", "is missing") }
          windows.append(size)
        default: throw config.fault("layer_types", "has \(type), which cannot be run yet")
        }
      }
      return windows.contains { $0 != nil } ? windows : []
    }
    guard let size, size > 0 else { return [] }
    switch kind.windows {
    case .none:
      guard try config.bool("use_sliding_window", default: false) else { return [] }
      return [Int?](repeating: size, count: layers)
    case .all: return [Int?](repeating: size, count: layers)
    case .allBut(let usual):
      let period = try config.dimension(
        config.has("sliding_window_pattern") ? "sliding_window_pattern" : "_sliding_window_pattern",
        default: usual)
      return Self.windows(size, period: period, layers: layers)
    case .above, .alternatingBelow:
      guard try config.bool("use_sliding_window", default: false) else { return [] }
      let most = try config.count("max_window_layers") ?? 28
      return (0..<layers).map { layer in
        kind.windows == .above
          ? layer >= most ? size : nil : layer < most && layer % 2 == 0 ? size : nil
      }
    }
  }

  private static func experts(
    _ config: ConfigFile, _ kind: ModelKind, hidden: Int
  ) throws(FileFault) -> Experts? {
    guard let style = kind.experts else { return nil }
    let key = config.has("num_experts") ? "num_experts" : "num_local_experts"
    let count = try config.dimension(key)
    let used = try config.dimension("num_experts_per_tok")
    guard used <= count, count <= Experts.most else {
      throw config.fault("num_experts_per_tok", "is \(used) of \(count) experts")
    }
    let width = style == .ownWidth ? try config.dimension("moe_intermediate_size") : hidden
    let qwenShared = try config.count("shared_expert_intermediate_size")
    let graniteShared = try config.count("shared_intermediate_size")
    return Experts(
      count: count, used: used, width: width, sharedWidth: qwenShared ?? graniteShared ?? 0,
      normalises: style == .normalised ? true : try config.bool("norm_topk_prob", default: false))
  }
}
