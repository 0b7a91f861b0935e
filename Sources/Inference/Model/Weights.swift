import Foundation
import ModelFiles

/// The weights of a llama-like model, checked against its shape.
final class Weights: Sendable {
  /// One transformer block.
  struct Layer: Sendable {
    let attentionNorm: [Float]
    let query: WeightMatrix
    let key: WeightMatrix
    let value: WeightMatrix
    let output: WeightMatrix
    let feedForwardNorm: [Float]
    let gate: WeightMatrix
    let up: WeightMatrix
    let down: WeightMatrix
  }

  let shape: ModelShape
  /// `[vocabulary, width]`.
  let embedding: WeightMatrix
  let layers: [Layer]
  let outputNorm: [Float]
  /// `[vocabulary, width]`; the embedding itself where the two are tied.
  let unembedding: WeightMatrix
  /// Added to the mean square before its root is taken.
  let epsilon: Float
  /// How many dimensions of a head are rotated.
  let rotated: Int
  /// Angle of each rotated pair per position, in radians: `[rotated / 2]`.
  let frequencies: [Double]

  /// Bytes of weights that one decoded token reads.
  var bytesPerToken: Int {
    layers.reduce(unembedding.byteCount) { sum, layer in
      sum
        + [
          layer.query, layer.key, layer.value, layer.output, layer.gate, layer.up, layer.down,
        ].reduce(0) { $0 + $1.byteCount }
    }
  }

  /// Reads and checks all weights, packing them on the team's threads.
  ///
  /// - Throws: `FileFault` when something is missing, has another shape than the metadata say, or
  ///   cannot be run.
  init(
    file: GGUFFile, metadata: LlamaMetadata, precision: Precision, team: ThreadTeam
  ) throws(FileFault) {
    let shape = metadata.shape
    self.shape = shape
    epsilon = metadata.epsilon
    rotated = metadata.rotated
    var reader = TensorReader(file: file, precision: precision, team: team)
    // Llama 3.1 and later divide each frequency by a factor of its own.
    let divisors =
      file.tensor(named: "rope_freqs.weight") == nil
      ? [Float](repeating: 1, count: metadata.rotated / 2)
      : try reader.vector("rope_freqs.weight", metadata.rotated / 2)
    guard divisors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw FileFault(
        path: file.path, what: "the tensor rope_freqs.weight holds numbers out of range")
    }
    frequencies = divisors.enumerated().map { pair, divisor in
      pow(metadata.rotaryBase, -2 * Double(pair) / Double(metadata.rotated))
        / (Double(divisor) * metadata.rotaryFactor)
    }
    embedding = try reader.matrix("token_embd.weight", shape.vocabularySize, shape.width)
    outputNorm = try reader.vector("output_norm.weight", shape.width)
    unembedding =
      file.tensor(named: "output.weight") == nil
      ? embedding : try reader.matrix("output.weight", shape.vocabularySize, shape.width)
    var layers: [Layer] = []
    for index in 0..<shape.layers {
      let block = "blk.\(index)."
      layers.append(
        Layer(
          attentionNorm: try reader.vector(block + "attn_norm.weight", shape.width),
          query: try reader.matrix(block + "attn_q.weight", shape.queryWidth, shape.width),
          key: try reader.matrix(block + "attn_k.weight", shape.keyValueWidth, shape.width),
          value: try reader.matrix(block + "attn_v.weight", shape.keyValueWidth, shape.width),
          output: try reader.matrix(block + "attn_output.weight", shape.width, shape.queryWidth),
          feedForwardNorm: try reader.vector(block + "ffn_norm.weight", shape.width),
          gate: try reader.matrix(block + "ffn_gate.weight", shape.feedForwardWidth, shape.width),
          up: try reader.matrix(block + "ffn_up.weight", shape.feedForwardWidth, shape.width),
          down: try reader.matrix(block + "ffn_down.weight", shape.width, shape.feedForwardWidth)
        ))
    }
    self.layers = layers
    try reader.refuseUnread()
  }
}

/// Takes tensors out of a file by name, checks their shapes, and remembers which were taken.
private struct TensorReader {
  let file: GGUFFile
  let precision: Precision
  let team: ThreadTeam
  private var read: Set<String> = []

  init(file: GGUFFile, precision: Precision, team: ThreadTeam) {
    self.file = file
    self.precision = precision
    self.team = team
  }

  /// A tensor of the stated shape, in GGUF's order (fastest dimension first).
  private mutating func tensor(_ name: String, _ shape: [Int]) throws(FileFault) -> TensorInfo {
    guard let info = file.tensor(named: name) else {
      throw FileFault(path: file.path, what: "the tensor \(name) is missing")
    }
    guard info.shape == shape else {
      throw FileFault(
        path: file.path, offset: info.offset,
        what: "the tensor \(name) has shape \(info.shape), the metadata call for \(shape)")
    }
    read.insert(name)
    return info
  }

  mutating func matrix(
    _ name: String, _ rows: Int, _ columns: Int
  ) throws(FileFault) -> WeightMatrix {
    let info = try tensor(name, [columns, rows])
    return try WeightMatrix(info, in: file, precision: precision, team: team)
  }

  mutating func vector(_ name: String, _ count: Int) throws(FileFault) -> [Float] {
    let info = try tensor(name, [count])
    return try file.dequantised(info)
  }

  /// A tensor that nothing reads means that the model computes something else than we would.
  func refuseUnread() throws(FileFault) {
    guard let other = file.tensors.first(where: { !read.contains($0.name) }) else { return }
    throw FileFault(
      path: file.path, offset: other.offset,
      what: "the tensor \(other.name) belongs to a variant of llama that cannot be run yet")
  }
}
