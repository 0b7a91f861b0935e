import Foundation
import ModelFiles
import TestSupport
import Testing
import Tokenization

@testable import Inference

@Suite("Hugging Face folders")
struct ModelFolderTests {
  private let ids: [TokenID] = [72, 101, 108, 108, 111, 32, 72, 101, 108, 7, 250]

  /// The tokenizer of all tiny models.
  static func tokenizer() throws -> Tokenizer {
    let folder = try TemporaryFolder()
    return try Tokenizer(gguf: GGUFFile.open(path: TinyModel(seed: 1).write(to: folder)))
  }

  static func model(_ folder: TinyFolder, precision: Precision = .f32) throws -> Model {
    let place = try TemporaryFolder()
    return try Model(
      folder: .open(path: folder.write(to: place)), tokenizer: tokenizer(), name: "tiny",
      precision: precision, threads: 2)
  }

  private func compare(_ folder: TinyFolder, _ tiny: TinyModel? = nil) throws {
    let evaluator = try Evaluator(model: Self.model(folder), threads: 2)
    try NaiveComparison.check(evaluator, tiny ?? folder.model, ids)
  }

  @Test(
    "every architecture gives the logits, attention and experts of a naive f64 evaluation",
    arguments: TinyFamily.folders, [BlockType.f32, .f16, .bf16])
  func architectures(family: TinyFamily, type: BlockType) throws {
    let tiny = TinyModel(
      seed: 19, layers: 7, type: type, tied: type != .f16, family: family, vectorType: type)
    var folder = TinyFolder(tiny)
    folder.newStyle = type == .bf16
    folder.shards = type == .f16 ? 3 : 1
    try compare(folder)
  }

  @Test("a folder and a GGUF file of the same weights give the same, bit for bit")
  func sameAsGGUF() throws {
    let place = try TemporaryFolder()
    // The others' numbers are turned round or completed, or are not floats in both.
    for family in TinyFamily.all
    where !family.adjacent && !family.scalesEmbedding && family.long == nil {
      let tiny = TinyModel(seed: 4, family: family)
      let gguf = try Evaluator(
        model: Model.load(path: tiny.write(to: place), name: "gguf"), threads: 2)
      let folder = try Evaluator(model: Self.model(TinyFolder(tiny), precision: .i16), threads: 2)
      let (a, b) = (try gguf.evaluate(ids), try folder.evaluate(ids))
      let same = a.records.map(\.hidden) == b.records.map(\.hidden)
      #expect(same, "\(family)")
    }
  }

  @Test("a folder with its tokenizer is a model like that of a GGUF file")
  func whole() throws {
    let place = try TemporaryFolder()
    let tiny = TinyModel(seed: 9)
    var folder = TinyFolder(tiny)
    folder.hasTokenizer = true
    let path = try folder.write(to: place)
    let model = try Model.load(path: path, name: "folder", threads: 2)
    let other = try Model.load(path: tiny.write(to: place), name: "file")
    for text in ["the land, then 12345 worlds\n\n", "H\u{E9} <|im_start|>user\u{1F600}", ""] {
      let (a, b) = (
        model.tokenizer.encode(Array(text.utf8)), other.tokenizer.encode(Array(text.utf8))
      )
      #expect(a == b)
    }
    // Those of generation_config.json, and the tokenizer's own.
    #expect(model.tokenizer.vocabulary.endOfGeneration.isSuperset(of: [299, 7]))
    #expect(model.chatTemplate?.source == other.chatTemplate?.source)
    #expect(model.chatTemplate != nil)
    #expect(model.quantisation == "F32" && model.path == path)
    let summary = try ModelSummary.read(path: path)
    #expect(summary.obstacle == nil && summary.shape == model.shape && summary.pooling == nil)
    #expect(summary.version == nil && summary.architecture == "llama")
    let text = Array("{\"eos_token_id\": 3}".utf8)
    _ = try place.write(text, to: "tiny/generation_config.json")
    _ = try place.write(Array("{{ messages }}".utf8), to: "tiny/chat_template.jinja")
    let changed = try Model.load(path: path, name: "folder")
    #expect(changed.tokenizer.vocabulary.endOfGeneration.contains(3))
    #expect(!changed.tokenizer.vocabulary.endOfGeneration.contains(7))
    #expect(changed.chatTemplate?.source != model.chatTemplate?.source)
  }

  @Test("a folder whose tokenizer joins characters and falls back to bytes runs with it")
  func characters() throws {
    let place = try TemporaryFolder()
    var folder = TinyFolder(TinyModel(seed: 9))
    folder.hasTokenizer = true
    let path = try folder.write(to: place)
    var entries = ["<unk>", "<s>", "</s>"] + (0..<256).map { String(format: "<0x%02X>", $0) }
    entries += ["\u{2581}", "a", "n", "d", "an", "and", "\u{2581}and"]
    let vocabulary = entries.enumerated().map { "\"\($1)\":\($0)" }.joined(separator: ",")
    let specials = (0..<3).map {
      #"{"id":\#($0),"content":"\#(entries[$0])","special":true,"normalized":false}"#
    }
    let json = """
      {"added_tokens":[\(specials.joined(separator: ","))],
       "normalizer":null,
       "pre_tokenizer":{"type":"Metaspace","replacement":"\u{2581}","prepend_scheme":"first",
         "split":false},
       "post_processor":{"type":"TemplateProcessing",
         "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
         "special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}},
       "decoder":{"type":"Sequence","decoders":[
         {"type":"Replace","pattern":{"String":"\u{2581}"},"content":" "},{"type":"ByteFallback"},
         {"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
       "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,
         "vocab":{\(vocabulary)},
         "merges":["a n","an d","\u{2581} and"]}}
      """
    _ = try place.write(Array(json.utf8), to: "tiny/tokenizer.json")
    let model = try Model.load(path: path, name: "folder", threads: 2)
    let text = Array("and anda\u{E9}</s>".utf8)
    let ids = model.tokenizer.encode(text, addsAffixes: true).map(\.id)
    #expect(ids == [1, 265, 265, 260, 0xC3 + 3, 0xA9 + 3, 2])
    #expect(model.tokenizer.decode(ids.dropFirst().dropLast()) == Array("and anda\u{E9}".utf8))
    #expect(model.tokenizer.vocabulary.endOfGeneration.contains(2))
    let trace = try Evaluator(model: model, threads: 1).evaluate(ids)
    #expect(trace.ids == ids)
  }

  @Test("a tokenizer with more entries than the embedding has rows is refused")
  func otherTokenizer() throws {
    let place = try TemporaryFolder()
    var folder = TinyFolder(TinyModel(seed: 9))
    folder.hasTokenizer = true
    let path = try folder.write(to: place)
    var writer = folder.writer()
    for index in writer.tensors.indices where writer.tensors[index].name.contains("embed") {
      // Special entries alone may be beyond the end.
      for rows in [297, 296] {
        writer.tensors[index].shape[0] = rows
        writer.tensors[index].data.removeLast(writer.tensors[index].data.count - rows * 256)
        _ = try place.write(writer.bytes(), to: "tiny/model.safetensors")
        if rows == 297 {
          let model = try Model.load(path: path, name: "folder")
          #expect(throws: EvaluationFault.noSuchToken(id: 298, vocabulary: 297)) {
            try Evaluator(model: model, threads: 1).evaluate([298])
          }
        } else {
          let fault = try #require(throws: FileFault.self) {
            _ = try Model.load(path: path, name: "folder")
          }
          #expect(fault.what == "has 300 entries, the embedding 296 rows")
        }
      }
    }
  }

  @Test("names with and without what stands before them mean the same")
  func prefixes() throws {
    let family = try #require(TinyFamily.all.first { $0.name == "qwen2" })
    let tiny = TinyModel(seed: 5, family: family)
    for prefix in ["", "model.language_model.", "language_model.model."] {
      var folder = TinyFolder(tiny)
      folder.prefix = prefix
      try compare(folder)
    }
  }

  @Test("Gemma 3 beside an encoder of images runs without that")
  func images() throws {
    let family = try #require(TinyFamily.all.first { $0.name == "gemma3" })
    let tiny = TinyModel(seed: 6, layers: 7, family: family)
    var folder = TinyFolder(tiny)
    folder.prefix = "language_model.model."
    let place = try TemporaryFolder()
    let path = try folder.write(to: place)
    let inner = String(decoding: try folder.config(), as: UTF8.self)
    let config = "{\"model_type\":\"gemma3\",\"text_config\":\(inner),\"vision_config\":{}}"
    _ = try place.write(Array(config.utf8), to: "tiny/config.json")
    var writer = folder.writer()
    writer.tensors.append(
      .init(
        name: "vision_tower.vision_model.post_layernorm.weight", type: "F32", shape: [2],
        data: [UInt8](repeating: 0, count: 8)))
    _ = try place.write(writer.bytes(), to: "tiny/model.safetensors")
    let model = try Model(
      folder: .open(path: path), tokenizer: Self.tokenizer(), name: "tiny",
      precision: .f32, threads: 1)
    try NaiveComparison.check(Evaluator(model: model, threads: 1), tiny, ids)
  }

  @Test("Llama 3's and linear scaling of rotary angles are those of a naive f64 evaluation")
  func rotaryScaling() throws {
    // The formula of the reference, by wavelengths.
    let (factor, low, high, original) = (8.0, 1.0, 4.0, 64.0)
    let divisors = (0..<8).map { pair -> Float in
      let frequency = pow(10_000, -2 * Double(pair) / 16)
      let length = 2 * Double.pi / frequency
      if length < original / high { return 1 }
      if length > original / low { return Float(factor) }
      let smooth = (original / length - low) / (high - low)
      return Float(frequency / ((1 - smooth) * frequency / factor + smooth * frequency))
    }
    #expect(Set(divisors).count > 3)
    var folder = TinyFolder(TinyModel(seed: 7))
    folder.scaling = [
      "rope_type": "llama3", "factor": factor, "low_freq_factor": low, "high_freq_factor": high,
      "original_max_position_embeddings": 64,
    ]
    for newStyle in [false, true] {
      folder.newStyle = newStyle
      try compare(folder, TinyModel(seed: 7, rotaryScaling: (divisors, 1)))
    }
    folder.scaling = ["type": "linear", "factor": 4.0]
    let ones = [Float](repeating: 1, count: 8)
    try compare(folder, TinyModel(seed: 7, rotaryScaling: (ones, 4)))
  }

  @Test("without an attention factor long contexts take it from the paper's formula")
  func longContexts() throws {
    let family = try #require(TinyFamily.all.first { $0.long != nil })
    var folder = TinyFolder(TinyModel(seed: 8, family: family))
    folder.changes = [
      "rope_scaling": [
        "type": "su", "short_factor": [1, 1, 1.5, 2, 3, 4, 6, 9],
        "long_factor": [2, 2, 3, 4, 6, 8, 12, 18],
      ] as [String: any Sendable], "original_max_position_embeddings": 64,
    ]
    let model = try Self.model(folder)
    let rotary = try #require(model.weights.architecture.rotaries.first)
    #expect(abs(rotary.magnitude - (1 + log(8.0) / log(64.0)).squareRoot()) < 1e-12)
    #expect(model.shape.contextLength == 64)
    folder.changes["rope_scaling"] =
      ["type": "yarn", "factor": 4] as [String: any Sendable]
    let fault = try #require(throws: FileFault.self) { _ = try Self.model(folder) }
    #expect(fault.what == "rotary scaling yarn cannot be run yet")
  }

  @Test("windows are in the layers that the reference gives them to")
  func windows() throws {
    func windows(_ name: String, _ changes: [String: any Sendable]) throws -> [Int?] {
      let config = try JSONSerialization.data(
        withJSONObject: [
          "hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
          "intermediate_size": 96, "num_hidden_layers": 4, "max_position_embeddings": 99,
          "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32,
        ].merging(changes) { $1 })
      let place = try TemporaryFolder()
      let path = try place.write(Array(config), to: "config.json")
      let kind = try #require(ModelKind.known[name])
      return try Architecture(ConfigFile.read(path: path), kind: kind, vocabularySize: 300).shape
        .windows
    }
    #expect(try windows("llama", ["sliding_window": 7]) == [])
    #expect(try windows("mistral", [:]) == [4096, 4096, 4096, 4096])
    #expect(try windows("mistral", ["sliding_window": NSNull()]) == [])
    #expect(try windows("gemma2", ["sliding_window": 7]) == [7, nil, 7, nil])
    #expect(
      try windows("gemma3_text", ["sliding_window": 7, "sliding_window_pattern": 3])
        == [7, 7, nil, 7])
    #expect(try windows("qwen2", ["sliding_window": 7]) == [])
    let asked: [String: any Sendable] = [
      "sliding_window": 7, "use_sliding_window": true, "max_window_layers": 3,
    ]
    #expect(try windows("qwen2", asked) == [nil, nil, nil, 7])
    #expect(try windows("qwen2_moe", asked) == [7, nil, 7, nil])
    #expect(try windows("qwen3_moe", asked) == [7, 7, 7, 7])
    let listed: [String: any Sendable] = [
      "sliding_window": 7,
      "layer_types": ["full_attention", "sliding_attention", "full_attention", "full_attention"],
    ]
    #expect(try windows("qwen3", listed) == [nil, 7, nil, nil])
  }

  @Test("what a small configuration leaves out is the usual of its kind")
  func defaults() throws {
    let place = try TemporaryFolder()
    let text = """
      {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 6, "sliding_window": 8,
       "rope_scaling": {"factor": 8.0, "rope_type": "linear"}}
      """
    let path = try place.write(Array(text.utf8), to: "config.json")
    let kind = try #require(ModelKind.known["gemma3_text"])
    let architecture = try Architecture(
      ConfigFile.read(path: path), kind: kind, vocabularySize: 300)
    let shape = architecture.shape
    #expect((shape.heads, shape.keyValueHeads, shape.headWidth) == (8, 4, 256))
    #expect(shape.contextLength == 131_072 && shape.attentionScale == 1 / 16)
    #expect(architecture.rotaries[0].frequencies[1] == pow(1e6, -2.0 / 256) / 8)
    #expect(architecture.rotaries[1].frequencies[1] == pow(1e4, -2.0 / 256))
    #expect(architecture.embeddingScale == 8 && architecture.epsilon == 1e-6)
  }
}
