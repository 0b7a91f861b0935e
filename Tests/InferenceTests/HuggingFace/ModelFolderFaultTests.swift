import Foundation
import ModelFiles
import TestSupport
import Testing
import Tokenization

@testable import Inference

@Suite("Broken Hugging Face folders")
struct ModelFolderFaultTests {
  /// What is wrong with a folder.
  private func fault(
    _ folder: TinyFolder, writing files: [String: String] = [:],
    _ change: (inout SafetensorsWriter) -> Void = { _ in }
  ) throws -> FileFault {
    let place = try TemporaryFolder()
    let path = try folder.write(to: place)
    var writer = folder.writer()
    change(&writer)
    for file in writer.files(shards: folder.shards) {
      _ = try place.write(file.bytes, to: "tiny/" + file.name)
    }
    for (name, text) in files { _ = try place.write(Array(text.utf8), to: "tiny/" + name) }
    let tokenizer = try ModelFolderTests.tokenizer()
    let fault = try #require(throws: FileFault.self) {
      _ = try Model(
        folder: .open(path: path), tokenizer: tokenizer, name: "tiny",
        precision: .i16, threads: 2)
    }
    #expect(!fault.description.contains("\n") && fault.path.hasPrefix(place.path))
    return fault
  }

  private func family(_ name: String) throws -> TinyFamily {
    try #require(TinyFamily.folders.first { $0.name == name })
  }

  @Test("a weight that is no finite number is refused with its tensor's name and place")
  func infinite() throws {
    let patterns: [(BlockType, [[UInt8]])] = [
      (.f32, [[0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0xFF], [1, 0, 0x80, 0x7F]]),
      (.f16, [[0, 0x7E], [0, 0xFC], [1, 0x7C]]), (.bf16, [[0xC0, 0x7F], [0x80, 0xFF]]),
    ]
    for (type, bytes) in patterns {
      for shards in [1, 3] {
        var folder = TinyFolder(
          TinyModel(seed: 3, type: type, family: try family("qwen2moe"), vectorType: type))
        folder.shards = shards
        for (number, pattern) in bytes.enumerated() {
          let names = folder.writer().tensors.map(\.name)
          for index in stride(from: number * 5, to: names.count, by: 17) {
            let fault = try fault(folder) { writer in
              let end = writer.tensors[index].data.count
              writer.tensors[index].data.replaceSubrange(end - pattern.count..<end, with: pattern)
            }
            #expect(fault.what == "the tensor \(names[index]) holds numbers that are not finite")
            #expect(fault.offset != nil)
          }
        }
      }
    }
  }

  @Test("tensors that are missing, unknown, twice there or of another shape are refused by name")
  func tensors() throws {
    let folder = TinyFolder(TinyModel(seed: 3))
    #expect(
      try fault(folder) { $0.tensors.removeAll { $0.name.hasSuffix("1.self_attn.k_proj.weight") } }
        .what == "the tensor blk.1.attn_k.weight is missing")
    #expect(
      try fault(folder) { $0.tensors.removeAll { $0.name.contains("embed_tokens") } }.what
        == "the tensor of the embedding is missing")
    let extra = SafetensorsWriter.Tensor(
      name: "model.layers.0.self_attn.q_proj.bias", type: "F32", shape: [64],
      data: [UInt8](repeating: 0, count: 256))
    #expect(
      try fault(folder) { $0.tensors.append(extra) }.what
        == "the tensor model.layers.0.self_attn.q_proj.bias belongs to a variant of llama that "
        + "cannot be run yet")
    var twin = extra
    twin.name = "layers.0.self_attn.q_proj.weight"
    #expect(
      try fault(folder) { $0.tensors.append(twin) }.what.contains("are the same part of the model"))
    let reshaped = try fault(folder) { writer in
      let index = writer.tensors.firstIndex { $0.name.hasSuffix("0.mlp.up_proj.weight") } ?? 0
      writer.tensors[index].shape.reverse()
    }
    #expect(
      reshaped.what
        == "the tensor model.layers.0.mlp.up_proj.weight has shape [96, 64], the metadata call for "
        + "[64, 96]")
    #expect(reshaped.offset != nil && reshaped.path.hasSuffix("model.safetensors"))
    let double = try fault(folder) { writer in
      let index = writer.tensors.firstIndex { $0.name.hasSuffix("0.mlp.up_proj.weight") } ?? 0
      writer.tensors[index].type = "I8"
      writer.tensors[index].shape = [96, 256]
    }
    #expect(double.what.hasSuffix("is stored as I8, which cannot be run yet"))
    let empty = try fault(folder) { writer in
      let index = writer.tensors.firstIndex { $0.name.hasSuffix("0.mlp.up_proj.weight") } ?? 0
      writer.tensors[index].shape = [0, 64]
      writer.tensors[index].data = []
    }
    #expect(empty.what == "the tensor model.layers.0.mlp.up_proj.weight has no numbers")
  }

  @Test("experts that are fused in another way than the configuration says are refused")
  func experts() throws {
    let folder = TinyFolder(TinyModel(seed: 3, family: try family("granitemoe")))
    let fault = try fault(folder) { writer in
      let index = writer.tensors.firstIndex { $0.name.contains("input_linear") } ?? 0
      writer.tensors[index].shape = [4 * 192 * 64]
    }
    #expect(fault.what.contains("not that of experts"))
    var fewer = folder
    fewer.changes = ["num_local_experts": 3]
    #expect(
      try self.fault(fewer).what
        == "the tensor model.layers.0.block_sparse_moe.output_linear.weight has shape [96, 64, 4], "
        + "the metadata call for [96, 64, 3]")
  }

  @Test(
    "a configuration that disagrees with the tensors, or asks for what is not there, is refused",
    arguments: [
      ("hidden_size", 128), ("num_attention_heads", 8), ("num_key_value_heads", 3),
      ("num_key_value_heads", 4), ("intermediate_size", 97), ("num_hidden_layers", 3),
      ("num_hidden_layers", 1), ("num_hidden_layers", 1 << 24), ("head_dim", 32),
      ("hidden_size", 0), ("hidden_size", -64), ("hidden_size", 1 << 40), ("head_dim", 15),
      ("attention_bias", true), ("mlp_bias", true), ("tie_word_embeddings", false),
      ("tie_word_embeddings", "yes"), ("hidden_act", "relu"), ("hidden_act", 3),
      ("rms_norm_eps", 0), ("rms_norm_eps", "1e-5"), ("rope_theta", -1), ("rope_theta", [1]),
      ("rope_scaling", "linear"), ("model_type", "llama4"), ("model_type", 7),
      ("partial_rotary_factor", 1.5), ("partial_rotary_factor", 0.001), ("clip_qkv", 8),
      ("layer_types", ["full_attention"]), ("layer_types", ["linear_attention", "full_attention"]),
      ("layer_types", ["sliding_attention", "full_attention"]),
      ("use_bidirectional_attention", true), ("max_position_embeddings", 0),
    ] as [(String, any Sendable)])
  func configuration(key: String, value: any Sendable) throws {
    var folder = TinyFolder(TinyModel(seed: 3))
    folder.changes = [key: value]
    _ = try fault(folder)
  }

  @Test("faults of a configuration say the key, and where it stands")
  func places() throws {
    var folder = TinyFolder(TinyModel(seed: 3))
    folder.changes = ["quantization_config": ["quant_method": "gptq"] as [String: any Sendable]]
    let quantised = try fault(folder)
    #expect(quantised.what.contains("quantised by gptq") && quantised.offset != nil)
    folder.changes = ["rope_scaling": ["type": "yarn", "factor": 4] as [String: any Sendable]]
    #expect(try fault(folder).what == "rotary scaling yarn cannot be run yet")
    folder.changes = [
      "rope_scaling": ["rope_type": "llama3", "factor": 8] as [String: any Sendable]
    ]
    #expect(try fault(folder).what == "rope_scaling.high_freq_factor is not above low_freq_factor")
    folder.changes = ["model_type": "mamba"]
    #expect(
      try fault(folder).what == "model_type is mamba, and such models cannot be run yet")
    let texts = [
      "{\"model_type\":\"llama\",\"model_type\":\"llama\"}": "the key model_type occurs twice",
      "[]": "is no JSON object", "{}": "model_type is missing",
      "{\"a\":" + String(repeating: "[", count: 100_000): "is nested more than 64 deep",
      "{\"a\":1e999}": "a number is out of range",
    ]
    for (text, what) in texts {
      #expect(try fault(folder, writing: ["config.json": text]).what == what)
    }
  }

  @Test("an encoder is refused as a model that goes on with texts")
  func encoder() throws {
    let place = try TemporaryFolder()
    let path = try TinyEncoder().write(to: place)
    let fault = try #require(throws: FileFault.self) {
      _ = try Model.load(path: path, name: "tiny")
    }
    #expect(
      fault.what == "is an encoder (bert): it gives texts vectors and cannot go on with them")
  }

  @Test(
    "two thousand corrupted configurations and headers run, or are refused in one line",
    arguments: ["gemma3", "granitemoe", "gpt2", "phi3"])
  func mutations(name: String) throws {
    let place = try TemporaryFolder()
    let folder = TinyFolder(TinyModel(seed: 3, family: try family(name)))
    let path = try folder.write(to: place)
    let tokenizer = try ModelFolderTests.tokenizer()
    let config = Array(try folder.config())
    let tensors = folder.writer().bytes()
    var generator = SeededGenerator(seed: 21)
    var (ran, refused) = (0, 0)
    for number in 0..<500 {
      if number % 2 == 0 {
        _ = try place.write(Mutation.json(config, &generator), to: "tiny/config.json")
        _ = try place.write(tensors, to: "tiny/model.safetensors")
      } else {
        _ = try place.write(config, to: "tiny/config.json")
        let header = tensors.prefix(6000)
        let broken = Mutation.json(Array(header), &generator)
        _ = try place.write(broken + tensors.dropFirst(6000), to: "tiny/model.safetensors")
      }
      do {
        let model = try Model(
          folder: .open(path: path), tokenizer: tokenizer, name: "tiny",
          precision: .i16, threads: 1)
        let evaluator = try Evaluator(model: model, threads: 1, context: 64)
        _ = try evaluator.evaluate([1, 2, 3], probe: [.attention, .residual])
        ran += 1
      } catch let fault as FileFault {
        #expect(!fault.description.contains("\n"))
        refused += 1
      } catch let fault as EvaluationFault {
        #expect(!fault.description.contains("\n"))
      }
    }
    #expect(ran > 20 && refused > 50)
  }
}

/// Ways to break a JSON text.
private enum Mutation {
  static func json(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    func below(_ limit: Int) -> Int { min(limit - 1, Int(generator.nextUnit() * Double(limit))) }
    let pieces = [
      "0", "9", "-", "1e30", "e-9", ".5", "null", "true", "[", "]", "{", "}", ",", ":", "\"",
      "\\", "99999999999999999999", "16777216", "\u{1}",
    ]
    for _ in 0...below(2) {
      switch below(4) {
      case 0: bytes[below(bytes.count)] ^= 1 << UInt8(below(8))
      case 1:
        // A digit in a number, which is where most of the meaning is.
        let digits = bytes.indices.filter { 0x30...0x39 ~= bytes[$0] }
        if !digits.isEmpty { bytes[digits[below(digits.count)]] = UInt8(0x30 + below(10)) }
      case 2:
        let digits = bytes.indices.filter { 0x30...0x39 ~= bytes[$0] }
        let place = digits.isEmpty ? 0 : digits[below(digits.count)]
        bytes.replaceSubrange(place..<place + 1, with: Array(pieces[below(pieces.count)].utf8))
      default:
        bytes.insert(contentsOf: Array(pieces[below(pieces.count)].utf8), at: below(bytes.count))
      }
    }
    return bytes
  }
}
