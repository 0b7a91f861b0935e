import Foundation
import Inference
public import ModelFiles

/// A small BERT with random weights, written as a Hugging Face folder.
public struct TinyEncoder: Sendable {
  /// Width of its vectors.
  public let width = 64
  /// Entries of its vocabulary.
  public let vocabularySize = 120
  /// The most tokens of a text.
  public let context = 96
  /// Its layers.
  public let layers = 3
  /// How its numbers are stored.
  public var type: BlockType
  /// What stands before the names of its tensors.
  public var prefix = ""
  /// The text of `modules.json`, and of `1_Pooling/config.json`; neither where `nil`.
  public var modules: (list: String, pooling: String)?
  /// Entries of `config.json` that are added, or replace others.
  public var changes: [String: any Sendable] = [:]

  /// An encoder whose weights depend on the type alone.
  public init(type: BlockType = .f32) { self.type = type }

  /// The modules of Sentence Transformers with a way of pooling, normalised or not.
  public static func modules(
    pooling: String, normalised: Bool
  ) -> (list: String, pooling: String) {
    var modules = [("", "Transformer"), ("1_Pooling", "Pooling")]
    if normalised { modules.append(("2_Normalize", "Normalize")) }
    let entries = modules.enumerated().map {
      "{\"idx\":\($0),\"path\":\"\($1.0)\",\"type\":\"sentence_transformers.models.\($1.1)\"}"
    }
    return ("[\(entries.joined(separator: ","))]", pooling)
  }

  /// The tensors.
  public func writer() -> SafetensorsWriter {
    var generator = SeededGenerator(seed: 41)
    var writer = SafetensorsWriter()
    func add(_ name: String, _ shape: [Int], _ size: Double, around centre: Double = 0) {
      let values = (0..<shape.reduce(1, *)).map { _ in
        Float(centre + (generator.nextUnit() * 2 - 1) * size)
      }
      writer.tensors.append(
        .init(
          name: prefix + name, type: type.name, shape: shape,
          data: type.blocks(of: values)))
    }
    func linear(_ name: String, _ rows: Int, _ columns: Int) {
      add(name + ".weight", [rows, columns], 2 / Double(columns).squareRoot())
      add(name + ".bias", [rows], 0.5)
    }
    func norm(_ name: String) {
      add(name + ".weight", [width], 0.5, around: 1)
      add(name + ".bias", [width], 0.5)
    }
    add("embeddings.word_embeddings.weight", [vocabularySize, width], 1)
    add("embeddings.position_embeddings.weight", [context, width], 1)
    add("embeddings.token_type_embeddings.weight", [2, width], 1)
    norm("embeddings.LayerNorm")
    for layer in 0..<layers {
      let block = "encoder.layer.\(layer)."
      for part in ["query", "key", "value"] {
        linear(block + "attention.self." + part, width, width)
      }
      linear(block + "attention.output.dense", width, width)
      norm(block + "attention.output.LayerNorm")
      linear(block + "intermediate.dense", 96, width)
      linear(block + "output.dense", width, 96)
      norm(block + "output.LayerNorm")
    }
    linear("pooler.dense", width, width)
    return writer
  }

  /// Writes the folder and gives its path.
  public func write(to folder: TemporaryFolder, name: String = "encoder") throws -> String {
    let manager = FileManager.default
    try manager.createDirectory(
      atPath: folder.file(name + "/1_Pooling"), withIntermediateDirectories: true)
    let entries: [String: any Sendable] = [
      "model_type": "bert", "hidden_size": width, "num_hidden_layers": layers,
      "num_attention_heads": 4, "intermediate_size": 96, "hidden_act": "gelu",
      "max_position_embeddings": context, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
      "position_embedding_type": "absolute",
    ]
    let config = try JSONSerialization.data(
      withJSONObject: entries.merging(changes) { $1 }, options: .sortedKeys)
    _ = try folder.write(Array(config), to: name + "/config.json")
    _ = try folder.write(writer().bytes(), to: name + "/model.safetensors")
    if let modules {
      _ = try folder.write(Array(modules.list.utf8), to: name + "/modules.json")
      _ = try folder.write(Array(modules.pooling.utf8), to: name + "/1_Pooling/config.json")
    }
    return folder.file(name)
  }
}
