import CKernels
import Foundation
import Synchronization
import Tokenization

/// The forward pass of a transformer (Vaswani et al. 2017) as its ``Architecture`` describes it:
/// grouped-query attention (Ainslie et al. 2023), rotary or learned positions, gated feed-forward
/// networks (Shazeer 2020) or mixtures of them.
///
/// One pass takes up to ``chunk`` tokens through all layers. Where they are few every thread of the team
/// runs the same steps on its share of the rows or heads and meets the others at a barrier where a
/// step needs all of the one before. Where they are many each thread takes tokens of its own through
/// everything, which leaves it little to wait for, and nothing but keys and values to hand over. Shapes:
/// n tokens, d width, q heads × head width, k key-value width, f feed-forward width.
final class ForwardPass {
  /// How many tokens go through the layers together, at most.
  static let chunk = 64

  /// Where keys and values are read and written in one pass.
  struct Caches {
    /// Holds the text from its beginning.
    let text: KVCache
    /// Holds the new tokens: the text's own cache, or that of its branches.
    let target: KVCache
    /// The first place in `target` for the new tokens.
    let first: Int
  }

  let weights: Weights
  let team: ThreadTeam
  let context: Int
  let chunk: Int
  // Stored here so that reading a field copies nothing.
  let architecture: Architecture
  let shape: ModelShape

  /// The residual stream: `[n, d]`.
  let stream: UnsafeMutablePointer<Float>
  /// The input of attention and of the feed-forward network, after the norm: `[n, d]`.
  let normalised: Activations
  /// Queries: `[n, q]`.
  let queries: UnsafeMutablePointer<Float>
  /// Keys and values before they go into the cache: `[n, k]`.
  let keys: UnsafeMutablePointer<Float>
  let values: UnsafeMutablePointer<Float>
  /// What the heads bring back: `[n, q]`.
  let mixed: Activations
  /// The output of a block before it is added to the stream: `[n, d]`.
  let update: UnsafeMutablePointer<Float>
  /// The hidden layer of the feed-forward network: `[n, f]`.
  let hidden: Activations
  let up: UnsafeMutablePointer<Float>
  /// For each thread a row of attention of each head that shares keys: `[thread, head, context]`.
  let row: UnsafeMutablePointer<Float>
  /// The residual stream after the final norm: `[n, d]`.
  let output: Activations
  /// Cosines and sines of each rotary table: `[n, rotated / 2]`.
  let angles: [(cosines: UnsafeMutablePointer<Float>, sines: UnsafeMutablePointer<Float>)]
  /// What only a mixture of experts needs.
  let routing: Routing?
  /// For each thread the logits of its own tokens; where all work on the same, the first is used.
  let queues: [LogitQueue]
  /// Whether threads can take tokens of their own through all layers.
  private let mayDivideTokens: Bool

  /// Scratch memory for passes over contexts of at most `context` tokens.
  init(weights: Weights, context: Int, team: ThreadTeam, chunk n: Int = ForwardPass.chunk) {
    self.weights = weights
    self.team = team
    self.context = context
    chunk = n
    architecture = weights.architecture
    shape = weights.shape
    stream = .zeros(n * shape.width)
    normalised = Activations(tokens: n, width: shape.width, members: team.count)
    queries = .zeros(n * shape.queryWidth)
    keys = .zeros(n * shape.keyValueWidth)
    values = .zeros(n * shape.keyValueWidth)
    mixed = Activations(tokens: n, width: shape.queryWidth, members: team.count)
    update = .zeros(n * shape.width)
    hidden = Activations(tokens: n, width: weights.widestHidden, members: team.count)
    up = .zeros(n * weights.widestHidden)
    row = .zeros(team.count * shape.heads / shape.keyValueHeads * context)
    output = Activations(tokens: n, width: shape.width, members: team.count)
    angles = weights.architecture.rotaries.map { rotary in
      (.zeros(n * rotary.frequencies.count), .zeros(n * rotary.frequencies.count))
    }
    routing = weights.architecture.experts.map {
      Routing($0, tokens: n, width: weights.shape.width, members: team.count)
    }
    queues = (0..<team.count).map { _ in
      LogitQueue(vocabulary: weights.shape.vocabularySize, members: team.count)
    }
    mayDivideTokens =
      team.count > 1 && weights.layers.allSatisfy(\.isDividable)
      && Set(weights.layers.map(\.feedForward?.width)).count == 1
  }

  deinit {
    for pointer in [stream, queries, keys, values, update, up, row] { pointer.deallocate() }
    for (cosines, sines) in angles {
      cosines.deallocate()
      sines.deallocate()
    }
  }

  /// Evaluates `ids` after what the cache holds, and extends the cache by them.
  ///
  /// - Parameters:
  ///   - target: the logits that are wanted.
  ///   - isCancelled: asked once at each layer.
  /// - Throws: `CancellationError`; the cache is then as before.
  func run<R: Recorder>(
    _ ids: ArraySlice<TokenID>, cache: KVCache, recorder: R, target: LogitTarget? = nil,
    isCancelled: () -> Bool
  ) throws {
    let start = cache.count
    try run(
      ids, as: Batch(continuing: start, count: ids.count),
      in: Caches(text: cache, target: cache, first: start), recorder: recorder, target: target,
      isCancelled: isCancelled)
    cache.extend(to: start + ids.count)
  }

  /// Evaluates tokens of branches that leave a text, and extends the branches' cache by them.
  ///
  /// - Parameters:
  ///   - places: where each stands; the n-th token's own place is the n-th free one.
  ///   - target: the logits that are wanted.
  /// - Throws: `CancellationError`; the cache is then as before.
  func run(
    _ ids: ArraySlice<TokenID>, at places: [Batch.Place], branches: KVCache, of text: KVCache,
    target: LogitTarget? = nil, isCancelled: () -> Bool
  ) throws {
    let first = branches.count
    precondition(places.allSatisfy { $0.prefix <= text.count })
    precondition(first + ids.count <= branches.capacity)
    try run(
      ids, as: Batch(branching: places, from: first),
      in: Caches(text: text, target: branches, first: first), recorder: NoRecorder(),
      target: target, isCancelled: isCancelled)
    branches.extend(to: first + ids.count)
  }

  /// Takes a batch through all layers.
  func run<R: Recorder>(
    _ ids: ArraySlice<TokenID>, as batch: Batch, in caches: Caches, recorder: R,
    target: LogitTarget? = nil, isCancelled: () -> Bool
  ) throws {
    let n = ids.count
    precondition(n > 0 && n <= chunk && n == batch.count)
    precondition(batch.positions.allSatisfy { $0 < context })
    let divides = dividesTokens(n)
    // The groups of tokens that are worked on together.
    let groups = divides ? team.shares(of: n) : [0..<n]
    nonisolated(unsafe) let targets = target.map { target in
      groups.map { target.part(of: $0, vocabulary: shape.vocabularySize) }
    }
    for queue in queues { queue.reset() }
    let stop = Atomic<Bool>(false)
    team.run { thread in
      // This thread among those that work on the same tokens, and among those that meet before tokens
      // attend to each other.
      let member = divides ? thread.alone : thread
      let connected = divides && !batch.isConnected ? thread.alone : thread
      let group = divides ? thread.index : 0
      let tokens = groups[group]
      let own = member.share(of: tokens)
      embed(own, ids, batch)
      for index in 0..<shape.layers {
        if thread.index == 0, isCancelled() { stop.store(true, ordering: .relaxed) }
        let layer = weights.layers[index]
        normalise(own, by: layer.attentionNorm)
        connected.barrier()
        if stop.load(ordering: .relaxed) { return }
        attend(
          index, layer, batch, tokens, caches, recorder: recorder, member: member,
          connected: connected)
        normalise(own, by: layer.feedForwardNorm)
        member.barrier()
        if let experts = layer.experts {
          mix(index, experts, n: n, recorder: recorder, member: member)
        } else if let network = layer.feedForward {
          let rows = feed(network, normalised, tokens, into: update, member: member)
          add(rows: rows, of: tokens, after: layer.feedForwardOutputNorm, member: member)
        }
        member.barrier()
        normaliseStream(own, by: layer.feedForwardStreamNorm)
        for token in own {
          recorder.residual(
            layer: index, token: token,
            values: floats(stream + token * shape.width, shape.width).span)
        }
      }
      for token in own {
        let offset = token * shape.width
        if let norm = weights.outputNorm {
          normalise(stream + offset, by: norm, into: output.floats + offset)
        } else {
          (output.floats + offset).update(from: stream + offset, count: shape.width)
        }
      }
      output.quantise(own, width: shape.width)
      guard let targets else { return }
      member.barrier()
      queues[group].open()
      unembed(targets, thread) { stop.load(ordering: .relaxed) }
    }
    if stop.load(ordering: .relaxed) { throw CancellationError() }
  }

  /// The residual stream of the last pass after the final norm, at its `token`-th token: `[width]`.
  func hidden(token: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: output.floats + token * shape.width, count: shape.width))
  }

  /// A residual stream after the final norm: `[width]`.
  func finalNorm(_ residual: [Float]) -> [Float] {
    guard let norm = weights.outputNorm else { return residual }
    var out = [Float](repeating: 0, count: shape.width)
    out.withUnsafeMutableBufferPointer { out in
      guard let base = out.baseAddress else { return }
      normalise(residual, by: norm, into: base)
    }
    return out
  }

  // MARK: Steps

  /// Whether each thread takes tokens of its own through all layers.
  ///
  /// Weights then come to every thread. They are multiplied by so many tokens meanwhile that it does not
  /// wait for them: 4 where 2 threads share the memory, as was measured, and so many more as there are
  /// more threads.
  private func dividesTokens(_ n: Int) -> Bool {
    mayDivideTokens && n >= team.count * 2 * team.count
  }

  private func embed(_ tokens: Range<Int>, _ ids: ArraySlice<TokenID>, _ batch: Batch) {
    let width = shape.width
    for token in tokens {
      let target = stream + token * width
      weights.embedding.row(Int(ids[ids.startIndex + token]), into: target)
      let scale = architecture.embeddingScale
      if scale != 1 {
        for index in 0..<width { target[index] *= scale }
      }
      let scratch = update + token * width
      if let table = weights.positions {
        table.row(batch.positions[token], into: scratch)
        ck_axpy(1, scratch, target, Int32(width))
      }
      if let table = weights.segments {
        table.row(batch.segments[token], into: scratch)
        ck_axpy(1, scratch, target, Int32(width))
      }
    }
    normaliseStream(tokens, by: weights.embeddingNorm)
    for (rotary, table) in zip(architecture.rotaries, angles) {
      let pairs = rotary.frequencies.count
      for token in tokens {
        let position = Double(batch.positions[token])
        for pair in 0..<pairs {
          let angle = position * rotary.frequencies[pair]
          table.cosines[token * pairs + pair] = Float(cos(angle) * rotary.magnitude)
          table.sines[token * pairs + pair] = Float(sin(angle) * rotary.magnitude)
        }
      }
    }
  }

  /// Normalises the stream where it lies.
  func normaliseStream(_ tokens: Range<Int>, by norm: Norm?) {
    guard let norm else { return }
    for token in tokens {
      normalise(stream + token * shape.width, by: norm, into: stream + token * shape.width)
    }
  }

  /// Puts the stream through a norm, or as it is, into `normalised`.
  private func normalise(_ tokens: Range<Int>, by norm: Norm?) {
    for token in tokens {
      let offset = token * shape.width
      if let norm {
        normalise(stream + offset, by: norm, into: normalised.floats + offset)
      } else {
        (normalised.floats + offset).update(from: stream + offset, count: shape.width)
      }
    }
    normalised.quantise(tokens, width: shape.width)
  }

  private func normalise(
    _ x: UnsafePointer<Float>, by norm: Norm, into y: UnsafeMutablePointer<Float>
  ) {
    let width = Int32(shape.width)
    if let bias = norm.bias {
      ck_layernorm(x, norm.weight, bias, architecture.epsilon, width, y)
    } else {
      ck_rmsnorm(x, norm.weight, architecture.epsilon, width, y)
    }
  }

  /// Adds `update`, of which this member has computed the columns `rows`, to the stream of some tokens.
  func add(
    rows: Range<Int>, of tokens: Range<Int>, after norm: Norm?, member: ThreadTeam.Member
  ) {
    let scale = architecture.residualScale
    let width = shape.width
    guard let norm else {
      for token in tokens {
        let offset = token * width + rows.lowerBound
        ck_axpy(scale, update + offset, stream + offset, Int32(rows.count))
      }
      return
    }
    member.barrier()
    for token in member.share(of: tokens) {
      let offset = token * width
      normalise(update + offset, by: norm, into: update + offset)
      ck_axpy(scale, update + offset, stream + offset, Int32(width))
    }
  }

  @inline(__always)
  func floats(
    _ pointer: UnsafeMutablePointer<Float>, _ count: Int
  ) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: pointer, count: count)
  }
}

extension Linear {
  /// The part of `y = x Wᵀ + b` that falls to a member, for some rows of `x`; `y` has a row for each row
  /// of `x`, from the first on. See ``WeightMatrix``.
  @discardableResult
  func multiply(
    _ x: Activations, _ tokens: Range<Int>, into y: UnsafeMutablePointer<Float>, stride: Int,
    granularity: Int = Int(CK_PANEL), member: ThreadTeam.Member
  ) -> Range<Int> {
    let rows = matrix.multiply(
      x, tokens: tokens, into: y + tokens.lowerBound * stride, stride: stride,
      granularity: granularity, member: member)
    guard let bias, !rows.isEmpty else { return rows }
    bias.withUnsafeBufferPointer { bias in
      guard let base = bias.baseAddress else { return }
      for token in tokens {
        ck_axpy(
          1, base + rows.lowerBound, y + token * stride + rows.lowerBound, Int32(rows.count))
      }
    }
    return rows
  }
}
