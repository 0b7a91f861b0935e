public import Foundation
import ModelFiles

extension TinyFamily {
  /// What Hugging Face calls such models.
  var folderName: String {
    switch name {
    case "llama" where experts != nil: "mixtral"
    case "llama" where window != nil: "mistral"
    case "qwen2moe": "qwen2_moe"
    case "qwen3moe": "qwen3_moe"
    case "gemma3": "gemma3_text"
    case "granitemoe": (experts?.shared ?? 0) > 0 ? "granitemoeshared" : name
    default: name
    }
  }

  /// Kinds that Hugging Face's folders have beyond those of GGUF files.
  public static let folders: [TinyFamily] =
    all + [
      TinyFamily(name: "llama", adjacent: true, window: (5, 1), variant: "Mistral"),
      TinyFamily(
        name: "granitemoe", adjacent: true, multipliers: (3, 0.5, 0.2, 4),
        experts: Experts(count: 4, used: 2, width: 96, normalises: true), variant: "none shared"),
    ]
}

/// A tiny model as Hugging Face distributes models: written down from the reference's files.
public struct TinyFolder {
  /// What it computes.
  public let model: TinyModel
  /// Whether rotary settings stand where newer files have them.
  public var newStyle = false
  /// Rotary scaling, in the form of `rope_scaling`.
  public var scaling: [String: any Sendable] = [:]
  /// Entries of `config.json` that are added, or replace others; `NSNull` writes null.
  public var changes: [String: any Sendable] = [:]
  /// In how many files the tensors are.
  public var shards = 1
  /// Whether the files of a tokenizer stand beside: the tiny models' own, with its chat template.
  public var hasTokenizer = false
  /// What stands before the names of all tensors but the unembedding; the usual where `nil`.
  public var prefix: String?

  private var family: TinyFamily { model.family }

  /// A folder for a model.
  public init(_ model: TinyModel) { self.model = model }

  /// Writes the folder and gives its path.
  public func write(to folder: TemporaryFolder, name: String = "tiny") throws -> String {
    let path = folder.file(name)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var files = [("config.json", try Array(config()))] + writer().files(shards: shards)
    if hasTokenizer {
      files += [
        ("tokenizer.json", try Array(Self.tokenizer())),
        ("tokenizer_config.json", Array(Self.tokenizerSettings.utf8)),
        ("generation_config.json", Array("{\"eos_token_id\": [299, 7]}".utf8)),
      ]
    }
    for (file, bytes) in files { _ = try folder.write(bytes, to: name + "/" + file) }
    return path
  }

  /// The text of `config.json`.
  public func config() throws -> Data {
    try JSONSerialization.data(withJSONObject: entries, options: .sortedKeys)
  }

  /// The template of ``TinyModel``'s files.
  private static let tokenizerSettings =
    #"{"eos_token":"<|im_end|>","chat_template":"{% for message in messages %}{{'<|im_start|>' + "#
    + #"message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"}"#

  /// The vocabulary of the tiny models, as Hugging Face writes such.
  private static func tokenizer() throws -> Data {
    let (pieces, merges) = TinyModel.vocabulary
    let plain = pieces.count - 3
    let added = (plain..<pieces.count).map { id -> [String: Any] in
      [
        "id": id, "content": pieces[id], "special": true, "single_word": false, "lstrip": false,
        "rstrip": false, "normalized": false,
      ]
    }
    let byteLevel: [String: Any] = [
      "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
    ]
    let digits: [String: Any] = ["type": "Digits", "individual_digits": true]
    return try JSONSerialization.data(
      withJSONObject: [
        "version": "1.0", "truncation": NSNull(), "padding": NSNull(), "normalizer": NSNull(),
        "added_tokens": added,
        "pre_tokenizer": ["type": "Sequence", "pretokenizers": [digits, byteLevel]]
          as [String: Any],
        "post_processor": NSNull(), "decoder": byteLevel,
        "model": [
          "type": "BPE", "dropout": NSNull(), "unk_token": NSNull(), "byte_fallback": false,
          "continuing_subword_prefix": NSNull(), "end_of_word_suffix": NSNull(),
          "fuse_unk": false, "merges": merges,
          "vocab": Dictionary(uniqueKeysWithValues: zip(pieces, 0...).prefix(plain)),
        ] as [String: Any],
      ], options: .sortedKeys)
  }

  // MARK: Configuration

  private var entries: [String: Any] {
    var entries: [String: Any] = [
      "model_type": family.folderName, "vocab_size": model.vocabularySize,
      "tie_word_embeddings": model.tied, "torch_dtype": "float32", "eos_token_id": [299, 298],
    ]
    if family.name == "gpt2" {
      entries.merge([
        "n_embd": model.width, "n_layer": model.layers, "n_head": model.heads,
        "n_positions": model.context, "n_inner": model.feedForwardWidth,
        "layer_norm_epsilon": model.epsilon, "activation_function": "gelu_new",
      ]) { $1 }
    } else {
      entries.merge([
        "hidden_size": model.width, "num_hidden_layers": model.layers,
        "num_attention_heads": model.heads, "num_key_value_heads": model.keyValueHeads,
        "max_position_embeddings": model.context, "intermediate_size": model.feedForwardWidth,
        "rms_norm_eps": model.epsilon, "head_dim": model.headWidth,
        (family.gelu ? "hidden_activation" : "hidden_act"):
          family.gelu ? "gelu_pytorch_tanh" : "silu",
      ]) { $1 }
      entries.merge(rotary) { $1 }
    }
    if family.name == "llama", family.biases {
      entries["attention_bias"] = true
      entries["mlp_bias"] = true
    }
    if let window = family.window {
      entries["sliding_window"] = window.size
      if newStyle, window.period > 1 {
        entries["layer_types"] = (1...model.layers).map {
          $0 % window.period == 0 ? "full_attention" : "sliding_attention"
        }
      }
    } else if family.folderName == "phi3" {
      entries["sliding_window"] = NSNull()
    }
    if family.scalesEmbedding { entries["query_pre_attn_scalar"] = model.headWidth }
    if family.name == "gemma2" {
      entries["attn_logit_softcapping"] = family.attentionCap ?? NSNull()
      entries["final_logit_softcapping"] = family.logitCap ?? NSNull()
    }
    if let multipliers = family.multipliers {
      entries["embedding_multiplier"] = multipliers.embedding
      entries["residual_multiplier"] = multipliers.residual
      entries["attention_multiplier"] = multipliers.attention
      entries["logits_scaling"] = multipliers.logits
    }
    if let experts = family.experts { entries.merge(describe(experts)) { $1 } }
    return entries.merging(changes) { $1 }
  }

  private func describe(_ experts: TinyFamily.Experts) -> [String: Any] {
    var entries: [String: Any] = ["num_experts_per_tok": experts.used]
    switch family.folderName {
    case "mixtral", "granitemoe", "granitemoeshared":
      entries["num_local_experts"] = experts.count
      entries["intermediate_size"] = experts.width
      if experts.shared > 0 { entries["shared_intermediate_size"] = experts.shared }
    default:
      entries["num_experts"] = experts.count
      entries["norm_topk_prob"] = experts.normalises
      entries[family.name == "olmoe" ? "intermediate_size" : "moe_intermediate_size"] =
        experts.width
      if experts.shared > 0 { entries["shared_expert_intermediate_size"] = experts.shared }
    }
    return entries
  }

  private var rotary: [String: Any] {
    var scaling: [String: Any] = self.scaling
    if let long = family.long {
      scaling = [
        "type": "longrope", "short_factor": long.divisors.map(Double.init),
        "long_factor": long.divisors.map { Double($0) * 2 },
        "original_max_position_embeddings": 64, "attention_factor": long.magnitude,
      ]
    }
    guard newStyle else {
      var entries: [String: Any] = ["rope_theta": model.rotaryBase]
      if let base = family.windowBase { entries["rope_local_base_freq"] = base }
      if !scaling.isEmpty { entries["rope_scaling"] = scaling }
      return entries
    }
    if scaling["type"] == nil, scaling["rope_type"] == nil { scaling["rope_type"] = "default" }
    scaling["rope_theta"] = model.rotaryBase
    guard let base = family.windowBase else { return ["rope_parameters": scaling] }
    let local: [String: Any] = ["rope_type": "default", "rope_theta": base]
    return ["rope_parameters": ["full_attention": scaling, "sliding_attention": local]]
  }
}
