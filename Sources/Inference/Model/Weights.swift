import ModelFiles

/// A matrix, and what is added to its product.
struct Linear: Sendable {
  let matrix: WeightMatrix
  /// One number for each row; `nil` without a bias.
  let bias: [Float]?

  init(_ matrix: WeightMatrix, bias: [Float]? = nil) {
    self.matrix = matrix
    self.bias = bias
  }
}

/// The weights of a norm.
struct Norm: Sendable {
  let weight: [Float]
  /// Only where the norm moves what it has scaled.
  let bias: [Float]?
}

/// A feed-forward network: `down · (activation(gate · x) ⊙ up · x)`, or without a gate
/// `down · activation(up · x)`.
struct FeedForward: Sendable {
  let gate: Linear?
  let up: Linear
  let down: Linear

  /// Width of its hidden layer.
  var width: Int { up.matrix.rows }

  fileprivate var byteCount: Int {
    (gate?.matrix.byteCount ?? 0) + up.matrix.byteCount + down.matrix.byteCount
  }
}

/// A mixture of feed-forward networks.
struct ExpertWeights: Sendable {
  /// `[experts, width]`
  let router: WeightMatrix
  let experts: [FeedForward]
  /// The network that every token uses beside its experts.
  let shared: FeedForward?
  /// What decides how much of the shared network is added, through a sigmoid: `[width]`; all of it
  /// without.
  let sharedGate: [Float]?
}

/// One transformer block. A class, so that passing it on counts one reference.
final class LayerWeights: Sendable {
  let attentionNorm: Norm?
  let query: Linear
  let key: Linear
  let value: Linear
  let output: Linear
  /// Of each head where it has a head's width, otherwise of all heads together.
  let queryNorm: [Float]?
  let keyNorm: [Float]?
  let attentionOutputNorm: Norm?
  /// Of the stream, once attention has been added to it.
  let attentionStreamNorm: Norm?
  let feedForwardNorm: Norm?
  /// `nil` where there are experts.
  let feedForward: FeedForward?
  let experts: ExpertWeights?
  let feedForwardOutputNorm: Norm?
  /// Of the stream, once the feed-forward network has been added to it.
  let feedForwardStreamNorm: Norm?

  /// Whether threads can take tokens of their own through it. Weights that are not packed are turned into
  /// floats by whoever multiplies them, and an expert's tokens are gathered; so all work on the same.
  var isDividable: Bool {
    guard let feedForward else { return false }
    let matrices = [query, key, value, output, feedForward.up, feedForward.down, feedForward.gate]
    return matrices.allSatisfy { $0?.matrix.isPacked ?? true }
  }

  fileprivate init(
    _ index: Int, of architecture: Architecture, _ reader: inout TensorReader
  ) throws(FileFault) {
    let shape = architecture.shape
    let parts = architecture.family.parts
    let name = { (part: String) in "blk.\(index).\(part)" }

    func norm(_ part: String, in set: Family.Parts) throws(FileFault) -> Norm? {
      guard parts.contains(set) else { return nil }
      return try reader.norm(name(part), shape.width, architecture.family.norm)
    }
    func bias(_ part: String, _ count: Int, in set: Family.Parts) throws(FileFault) -> [Float]? {
      let bias = name(part) + ".bias"
      let free = architecture.family.takesAnyBiases && reader.has(bias)
      return parts.contains(set) || free ? try reader.vector(bias, count) : nil
    }

    attentionNorm = try norm("attn_norm", in: .inputNorms)
    let widths = [shape.queryWidth, shape.keyValueWidth, shape.keyValueWidth]
    let projections: [Linear]
    if reader.has(name("attn_qkv.weight")) {
      let matrices = try reader.matrices(name("attn_qkv.weight"), widths, shape.width)
      let biases = try bias("attn_qkv", widths.reduce(0, +), in: .queryKeyValueBiases)
      var first = 0
      projections = zip(matrices, widths).map { matrix, width in
        defer { first += width }
        return Linear(matrix, bias: biases.map { Array($0[first..<first + width]) })
      }
    } else {
      var separate: [Linear] = []
      for (part, width) in zip(["attn_q", "attn_k", "attn_v"], widths) {
        separate.append(
          Linear(
            try reader.matrix(name(part + ".weight"), width, shape.width),
            bias: try bias(part, width, in: .queryKeyValueBiases)))
      }
      projections = separate
    }
    (query, key, value) = (projections[0], projections[1], projections[2])
    output = Linear(
      try reader.matrix(name("attn_output.weight"), shape.width, shape.queryWidth),
      bias: try bias("attn_output", shape.width, in: .outputBiases))
    switch parts.intersection([.headNorms, .wideNorms]) {
    case .headNorms:
      queryNorm = try reader.vector(name("attn_q_norm.weight"), shape.headWidth)
      keyNorm = try reader.vector(name("attn_k_norm.weight"), shape.headWidth)
    case .wideNorms:
      queryNorm = try reader.vector(name("attn_q_norm.weight"), shape.queryWidth)
      keyNorm = try reader.vector(name("attn_k_norm.weight"), shape.keyValueWidth)
    default: (queryNorm, keyNorm) = (nil, nil)
    }
    attentionOutputNorm = try norm("post_attention_norm", in: .outputNorms)
    feedForwardNorm = try norm("ffn_norm", in: .inputNorms)
    feedForwardOutputNorm = try norm("post_ffw_norm", in: .outputNorms)
    attentionStreamNorm = try norm("attn_output_norm", in: .streamNorms)
    feedForwardStreamNorm = try norm("layer_output_norm", in: .streamNorms)

    if let described = architecture.experts, reader.has(name("ffn_gate_inp.weight")) {
      feedForward = nil
      experts = try reader.experts(name, described, shape.width)
      return
    }
    experts = nil
    let width = shape.feedForwardWidth
    var gate: WeightMatrix?
    let up: WeightMatrix
    if parts.contains(.gate), !reader.has(name("ffn_gate.weight")) {
      let both = try reader.matrices(name("ffn_up.weight"), [width, width], shape.width)
      (gate, up) = (both[0], both[1])
    } else {
      if parts.contains(.gate) {
        gate = try reader.matrix(name("ffn_gate.weight"), width, shape.width)
      }
      up = try reader.matrix(name("ffn_up.weight"), width, shape.width)
    }
    let gateBias = gate == nil ? nil : try bias("ffn_gate", width, in: .feedForwardBiases)
    feedForward = FeedForward(
      gate: gate.map { Linear($0, bias: gateBias) },
      up: Linear(up, bias: try bias("ffn_up", width, in: .feedForwardBiases)),
      down: Linear(
        try reader.matrix(name("ffn_down.weight"), shape.width, width),
        bias: try bias("ffn_down", shape.width, in: .feedForwardBiases)))
  }

  /// Bytes of weights that one token reads.
  fileprivate func byteCount(using used: Int) -> Int {
    let attention = [query, key, value, output].reduce(0) { $0 + $1.matrix.byteCount }
    guard let experts else { return attention + (feedForward?.byteCount ?? 0) }
    return attention + experts.router.byteCount + (experts.shared?.byteCount ?? 0)
      + (experts.experts.first?.byteCount ?? 0) * used
  }
}

extension TensorReader {
  fileprivate mutating func norm(
    _ name: String, _ width: Int, _ kind: Family.NormKind
  ) throws(FileFault) -> Norm {
    Norm(
      weight: try vector(name + ".weight", width),
      bias: kind == .layer ? try vector(name + ".bias", width) : nil)
  }

  fileprivate mutating func experts(
    _ name: (String) -> String, _ described: Experts, _ width: Int
  ) throws(FileFault) -> ExpertWeights {
    let hidden = described.width
    let gates = try stack(name("ffn_gate"), described.count, hidden, width)
    let ups = try stack(name("ffn_up"), described.count, hidden, width)
    let downs = try stack(name("ffn_down"), described.count, width, hidden)
    var shared: FeedForward?
    if described.sharedWidth > 0 {
      shared = FeedForward(
        gate: Linear(try matrix(name("ffn_gate_shexp.weight"), described.sharedWidth, width)),
        up: Linear(try matrix(name("ffn_up_shexp.weight"), described.sharedWidth, width)),
        down: Linear(try matrix(name("ffn_down_shexp.weight"), width, described.sharedWidth)))
    }
    let sharedGate = name("ffn_gate_inp_shexp.weight")
    return ExpertWeights(
      router: try matrix(name("ffn_gate_inp.weight"), described.count, width),
      experts: gates.indices.map {
        FeedForward(gate: Linear(gates[$0]), up: Linear(ups[$0]), down: Linear(downs[$0]))
      },
      shared: shared, sharedGate: has(sharedGate) ? try vector(sharedGate, width) : nil)
  }
}

/// The weights of a model, checked against its description.
final class Weights: Sendable {
  let architecture: Architecture
  /// `[vocabulary, width]`.
  let embedding: WeightMatrix
  /// `[context, width]`; `nil` where positions are rotated.
  let positions: WeightMatrix?
  /// `[segments, width]`; `nil` where texts have no segments.
  let segments: WeightMatrix?
  /// Of the embedding; `nil` where blocks have norms of their input.
  let embeddingNorm: Norm?
  let layers: [LayerWeights]
  /// `nil` where blocks leave the stream normalised.
  let outputNorm: Norm?
  /// `[vocabulary, width]`; the embedding itself where the two are tied.
  let unembedding: WeightMatrix

  var shape: ModelShape { architecture.shape }

  /// Bytes of weights that one decoded token reads.
  var bytesPerToken: Int {
    layers.reduce(unembedding.byteCount) {
      $0 + $1.byteCount(using: architecture.experts?.used ?? 0)
    }
  }

  /// Width of the widest hidden layer of a feed-forward network.
  var widestHidden: Int {
    layers.map { layer in
      max(
        layer.feedForward?.width ?? 0, layer.experts?.shared?.width ?? 0,
        layer.experts?.experts.first?.width ?? 0)
    }.max() ?? 0
  }

  /// Reads and checks all weights, packing them on the team's threads.
  ///
  /// - Throws: `FileFault` when something is missing, has another shape than the metadata say, or
  ///   cannot be run.
  init(
    source: any WeightSource, architecture: Architecture, precision: Precision, team: ThreadTeam
  ) throws(FileFault) {
    let shape = architecture.shape
    self.architecture = architecture
    var reader = TensorReader(source: source, precision: precision, team: team)
    embedding = try reader.matrix("token_embd.weight", shape.vocabularySize, shape.width)
    positions =
      architecture.family.parts.contains(.positions)
      ? try reader.matrix("position_embd.weight", shape.contextLength, shape.width) : nil
    let parts = architecture.family.parts
    segments =
      parts.contains(.segments)
      ? try reader.matrix("token_types.weight", architecture.segments, shape.width) : nil
    let kind = architecture.family.norm
    let streamNorms = parts.contains(.streamNorms)
    embeddingNorm =
      streamNorms ? try reader.norm("token_embd_norm", shape.width, kind) : nil
    outputNorm = streamNorms ? nil : try reader.norm("output_norm", shape.width, kind)
    unembedding =
      reader.has("output.weight")
      ? try reader.matrix("output.weight", shape.vocabularySize, shape.width) : embedding
    var layers: [LayerWeights] = []
    for index in 0..<shape.layers {
      layers.append(try LayerWeights(index, of: architecture, &reader))
    }
    self.layers = layers
    try reader.refuseUnread(
      architecture: shape.architecture,
      except: ["rope_freqs.weight", "rope_factors_short.weight", "rope_factors_long.weight"])
  }
}
