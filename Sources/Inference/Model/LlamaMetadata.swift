import Foundation
import ModelFiles

/// What the metadata of a GGUF file of the llama architecture say, checked.
struct LlamaMetadata {
  let shape: ModelShape
  let epsilon: Float
  let rotaryBase: Double
  let rotated: Int
  /// What positions are divided by before the rotation; 1 where they are not.
  let rotaryFactor: Double

  /// No dimension of a model that this program could run is larger.
  private static let largestDimension = 1 << 24

  /// - Throws: `FileFault` naming the key that is missing or out of range, or the architecture when
  ///   it is not llama.
  init(_ file: GGUFFile) throws(FileFault) {
    let architecture = try file.string("general.architecture")
    guard architecture == "llama" else {
      throw FileFault(
        path: file.path, what: "models of the architecture \(architecture) cannot be run yet",
        remedy: "this version runs llama")
    }
    func dimension(_ key: String, default value: Int? = nil) throws(FileFault) -> Int {
      let key = "\(architecture).\(key)"
      if let value, !file.has(key) { return value }
      let found = try file.integer(key)
      guard found > 0, found <= Self.largestDimension else {
        throw FileFault(path: file.path, what: "\(key) is \(found), out of range")
      }
      return found
    }
    let width = try dimension("embedding_length")
    let heads = try dimension("attention.head_count")
    let keyValueHeads = try dimension("attention.head_count_kv", default: heads)
    guard heads % keyValueHeads == 0 else {
      throw FileFault(
        path: file.path,
        what: "\(heads) heads cannot share \(keyValueHeads) key and value heads evenly")
    }
    let headWidth = try dimension("attention.key_length", default: max(1, width / heads))
    guard file.has("llama.attention.key_length") || width % heads == 0 else {
      throw FileFault(
        path: file.path, what: "\(heads) heads do not divide the width of \(width)")
    }
    guard try dimension("attention.value_length", default: headWidth) == headWidth else {
      throw FileFault(
        path: file.path, what: "keys and values of different width cannot be run yet")
    }
    rotated = try dimension("rope.dimension_count", default: headWidth)
    guard rotated <= headWidth, rotated % 2 == 0 else {
      throw FileFault(
        path: file.path,
        what: "llama.rope.dimension_count is \(rotated), of a head of width \(headWidth)")
    }
    rotaryFactor = try Self.rotaryFactor(file)
    if file.has("llama.expert_count"), try file.integer("llama.expert_count") > 0 {
      throw FileFault(path: file.path, what: "mixtures of experts cannot be run yet")
    }
    rotaryBase =
      file.has("llama.rope.freq_base") ? try file.number("llama.rope.freq_base") : 10_000
    let epsilon = try file.number("llama.attention.layer_norm_rms_epsilon")
    guard rotaryBase > 0, rotaryBase.isFinite, epsilon >= 0, epsilon < 1 else {
      throw FileFault(
        path: file.path, what: "llama.rope.freq_base or the norm's epsilon is out of range")
    }
    self.epsilon = Float(epsilon)
    guard let embedding = file.tensor(named: "token_embd.weight"), embedding.shape.count == 2 else {
      throw FileFault(path: file.path, what: "the tensor token_embd.weight is missing")
    }
    shape = ModelShape(
      architecture: architecture, layers: try dimension("block_count"), width: width,
      heads: heads, keyValueHeads: keyValueHeads, headWidth: headWidth,
      feedForwardWidth: try dimension("feed_forward_length"),
      vocabularySize: embedding.shape[1], contextLength: try dimension("context_length"))
  }

  /// The factor of linear scaling (Chen et al. 2023); other kinds change more than the positions.
  private static func rotaryFactor(_ file: GGUFFile) throws(FileFault) -> Double {
    let kind = "llama.rope.scaling.type"
    guard file.has(kind) else { return 1 }
    switch try file.string(kind) {
    case "none": return 1
    case "linear":
      let factor = try file.number("llama.rope.scaling.factor")
      guard factor > 0, factor.isFinite else {
        throw FileFault(
          path: file.path, what: "llama.rope.scaling.factor is \(factor), out of range")
      }
      return factor
    case let other:
      throw FileFault(path: file.path, what: "rotary scaling \(other) cannot be run yet")
    }
  }
}
