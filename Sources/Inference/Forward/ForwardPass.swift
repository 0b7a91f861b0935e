import CKernels
import Foundation
import Synchronization
import Tokenization

/// The forward pass of a llama-like transformer (Touvron et al. 2023; grouped-query attention,
/// Ainslie et al. 2023; rotary positions, Su et al. 2021; SwiGLU, Shazeer 2020).
///
/// One pass takes up to ``chunk`` tokens through all layers. Every thread of the team runs the same
/// steps on its share of the rows or heads and meets the others at a barrier where a step needs all
/// of the one before. Shapes: n tokens, d width, q heads × head width, k key-value width,
/// f feed-forward width.
final class ForwardPass {
  /// How many tokens go through the layers together.
  static let chunk = 64

  private let weights: Weights
  private let team: ThreadTeam
  private var shape: ModelShape { weights.shape }

  /// The residual stream: `[n, d]`.
  private let stream: UnsafeMutablePointer<Float>
  /// The input of attention and of the feed-forward network, after the norm: `[n, d]`.
  private let normalised: Activations
  /// Queries: `[n, q]`.
  private let queries: UnsafeMutablePointer<Float>
  /// What the heads bring back: `[n, q]`.
  private let mixed: Activations
  /// The output of a block before it is added to the stream: `[n, d]`.
  private let update: UnsafeMutablePointer<Float>
  /// The hidden layer of the feed-forward network: `[n, f]`.
  private let gate: Activations
  private let up: UnsafeMutablePointer<Float>
  /// One row of attention for each thread: `[thread, context]`.
  private let row: UnsafeMutablePointer<Float>
  private let context: Int
  /// The residual stream after the final norm: `[n, d]`.
  private let output: Activations
  /// Cosines and sines of the rotary angles: `[n, rotated / 2]`.
  private let cosines: UnsafeMutablePointer<Float>
  private let sines: UnsafeMutablePointer<Float>

  /// Scratch memory for passes over contexts of at most `context` tokens.
  init(weights: Weights, context: Int, team: ThreadTeam) {
    self.weights = weights
    self.team = team
    self.context = context
    let shape = weights.shape
    let n = Self.chunk
    stream = .zeros(n * shape.width)
    normalised = Activations(tokens: n, width: shape.width, members: team.count)
    queries = .zeros(n * shape.queryWidth)
    mixed = Activations(tokens: n, width: shape.queryWidth, members: team.count)
    update = .zeros(n * shape.width)
    gate = Activations(tokens: n, width: shape.feedForwardWidth, members: team.count)
    up = .zeros(n * shape.feedForwardWidth)
    row = .zeros(team.count * context)
    output = Activations(tokens: n, width: shape.width, members: team.count)
    cosines = .zeros(n * weights.rotated / 2)
    sines = .zeros(n * weights.rotated / 2)
  }

  deinit {
    for pointer in [stream, queries, update, up, row, cosines, sines] { pointer.deallocate() }
  }

  /// Evaluates `ids` after what the cache holds, and extends the cache by them.
  ///
  /// - Parameters:
  ///   - isCancelled: asked once at each layer.
  /// - Throws: `CancellationError`; the cache is then as before.
  func run<R: Recorder>(
    _ ids: ArraySlice<TokenID>, cache: KVCache, recorder: R, isCancelled: () -> Bool
  ) throws {
    precondition(!ids.isEmpty && ids.count <= Self.chunk && cache.count + ids.count <= context)
    let n = ids.count
    let start = cache.count
    for (token, id) in ids.enumerated() {
      weights.embedding.row(Int(id), into: stream + token * shape.width)
    }
    fillAngles(from: start, count: n)
    let stop = Atomic<Bool>(false)
    team.run { member in
      for layer in 0..<shape.layers {
        if member.index == 0, isCancelled() { stop.store(true, ordering: .relaxed) }
        let tokens = member.share(of: n)
        normalise(tokens, by: weights.layers[layer].attentionNorm, into: normalised)
        member.barrier()
        if stop.load(ordering: .relaxed) { return }
        attend(layer, n: n, start: start, cache: cache, recorder: recorder, member: member)
        feedForward(layer, n: n, recorder: recorder, member: member)
      }
      normalise(member.share(of: n), by: weights.outputNorm, into: output)
    }
    if stop.load(ordering: .relaxed) { throw CancellationError() }
    cache.extend(to: start + n)
  }

  /// The residual stream of the last pass after the final norm, at its `token`-th token: `[width]`.
  func hidden(token: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: output.floats + token * shape.width, count: shape.width))
  }

  /// Logits of the last pass: `[tokens.count, vocabulary]`.
  func logits(of tokens: Range<Int>, into logits: UnsafeMutablePointer<Float>) {
    unembed(output, tokens: tokens, into: logits)
  }

  /// Logits of vectors that have been through the final norm: `[vectors.count, vocabulary]`.
  ///
  /// Overwrites what ``hidden(token:)`` gives.
  func logits(ofHidden vectors: [[Float]], into logits: UnsafeMutablePointer<Float>) {
    precondition(vectors.count <= Self.chunk)
    for (token, vector) in vectors.enumerated() {
      (output.floats + token * shape.width).update(from: vector, count: shape.width)
    }
    output.quantise(0..<vectors.count)
    unembed(output, tokens: 0..<vectors.count, into: logits)
  }

  /// A residual stream after the final norm: `[width]`.
  func finalNorm(_ residual: [Float]) -> [Float] {
    var out = [Float](repeating: 0, count: shape.width)
    ck_rmsnorm(residual, weights.outputNorm, weights.epsilon, Int32(shape.width), &out)
    return out
  }

  // MARK: Steps

  private func normalise(_ tokens: Range<Int>, by weight: [Float], into x: Activations) {
    for token in tokens {
      let offset = token * shape.width
      ck_rmsnorm(stream + offset, weight, weights.epsilon, Int32(shape.width), x.floats + offset)
    }
    x.quantise(tokens)
  }

  /// Attention: `stream += W_O softmax(q kᵀ / √w) v`.
  private func attend<R: Recorder>(
    _ layer: Int, n: Int, start: Int, cache: KVCache, recorder: R, member: ThreadTeam.Member
  ) {
    let w = weights.layers[layer]
    let width = shape.headWidth
    let keyValueWidth = shape.keyValueWidth
    let keys = cache.keys(layer: layer)
    let values = cache.values(layer: layer)
    let newKeys = keys + start * keyValueWidth

    // q, k, v: [n, q], [n, k], [n, k]; keys and values go straight into the cache.
    w.query.multiply(
      normalised, tokens: 0..<n, into: queries, stride: shape.queryWidth, member: member)
    w.key.multiply(
      normalised, tokens: 0..<n, into: newKeys, stride: keyValueWidth, member: member)
    w.value.multiply(
      normalised, tokens: 0..<n, into: values + start * keyValueWidth, stride: keyValueWidth,
      member: member)
    member.barrier()

    // Rotate by position.
    let half = weights.rotated / 2
    for token in member.share(of: n) {
      let (cosine, sine) = (cosines + token * half, sines + token * half)
      ck_rotate_pairs(
        queries + token * shape.queryWidth, Int32(shape.heads), Int32(width),
        Int32(weights.rotated), cosine, sine)
      ck_rotate_pairs(
        newKeys + token * keyValueWidth, Int32(shape.keyValueHeads), Int32(width),
        Int32(weights.rotated), cosine, sine)
      recorder.queriesAndKeys(
        layer: layer, token: token,
        queries: floats(queries + token * shape.queryWidth, shape.queryWidth).span,
        keys: floats(newKeys + token * keyValueWidth, keyValueWidth).span)
    }
    member.barrier()

    // One row of weights for each head and token: [position + 1].
    let row = self.row + member.index * context
    let scale = 1 / Float(width).squareRoot()
    for index in member.share(of: n * shape.heads) {
      let (token, head) = (index / shape.heads, index % shape.heads)
      let length = start + token + 1
      let offset = shape.keyValueHead(ofHead: head) * width
      ck_attention_scores(
        queries + token * shape.queryWidth + head * width, keys + offset, keyValueWidth,
        Int32(length), Int32(width), scale, row)
      ck_softmax(row, Int32(length))
      if recorder.wantsAttention {
        recorder.attention(
          layer: layer, head: head, token: token, weights: floats(row, length).span)
      }
      ck_attention_values(
        row, values + offset, keyValueWidth, Int32(length), Int32(width),
        mixed.floats + token * shape.queryWidth + head * width)
    }
    member.barrier()
    mixed.quantise(member.share(of: n))
    member.barrier()
    add(w.output, of: mixed, n: n, member: member)
    member.barrier()
  }

  /// The feed-forward network: `stream += W_down (silu(W_gate x) ⊙ W_up x)`.
  private func feedForward<R: Recorder>(
    _ layer: Int, n: Int, recorder: R, member: ThreadTeam.Member
  ) {
    let w = weights.layers[layer]
    let width = shape.feedForwardWidth
    let tokens = member.share(of: n)
    normalise(tokens, by: w.feedForwardNorm, into: normalised)
    member.barrier()
    let rows = w.gate.multiply(
      normalised, tokens: 0..<n, into: gate.floats, stride: width, member: member)
    w.up.multiply(normalised, tokens: 0..<n, into: up, stride: width, member: member)
    for token in 0..<n where !rows.isEmpty {
      let offset = token * width + rows.lowerBound
      ck_silu_product(gate.floats + offset, up + offset, Int32(rows.count))
    }
    member.barrier()
    gate.quantise(tokens)
    member.barrier()
    add(w.down, of: gate, n: n, member: member)
    member.barrier()
    for token in tokens {
      recorder.residual(
        layer: layer, token: token, values: floats(stream + token * shape.width, shape.width).span)
    }
  }

  /// Adds a product to this member's columns of the residual stream.
  private func add(_ matrix: WeightMatrix, of x: Activations, n: Int, member: ThreadTeam.Member) {
    let rows = matrix.multiply(x, tokens: 0..<n, into: update, stride: shape.width, member: member)
    for token in 0..<n {
      let offset = token * shape.width + rows.lowerBound
      ck_axpy(1, update + offset, stream + offset, Int32(rows.count))
    }
  }

  private func unembed(
    _ x: Activations, tokens: Range<Int>, into logits: UnsafeMutablePointer<Float>
  ) {
    nonisolated(unsafe) let logits = logits
    team.run { member in
      weights.unembedding.multiply(
        x, tokens: tokens, into: logits, stride: shape.vocabularySize, member: member)
    }
  }

  private func fillAngles(from start: Int, count: Int) {
    let half = weights.rotated / 2
    for token in 0..<count {
      for pair in 0..<half {
        let angle = Double(start + token) * weights.frequencies[pair]
        cosines[token * half + pair] = Float(cos(angle))
        sines[token * half + pair] = Float(sin(angle))
      }
    }
  }

  @inline(__always)
  private func floats(
    _ pointer: UnsafeMutablePointer<Float>, _ count: Int
  ) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: pointer, count: count)
  }
}
