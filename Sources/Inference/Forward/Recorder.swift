import CKernels
import Synchronization
import Tokenization

/// What listens to a forward pass.
///
/// The pass is generic over its recorder: with ``NoRecorder`` every call is empty and inlined away,
/// so that decoding without a probe pays nothing. All methods may be called from several threads at
/// once, never twice for the same place.
protocol Recorder {
  /// Whether rows of attention are wanted.
  var wantsAttention: Bool { get }
  /// A row of attention weights: `[position + 1]` weights of one head, at the `token`-th token of
  /// this pass.
  func attention(layer: Int, head: Int, token: Int, weights: Span<Float>)
  /// Rotated queries `[head, headWidth]` and keys `[keyValueHead, headWidth]` of a token.
  func queriesAndKeys(layer: Int, token: Int, queries: Span<Float>, keys: Span<Float>)
  /// The residual stream after a layer: `[width]`.
  func residual(layer: Int, token: Int, values: Span<Float>)
  /// The experts that a token uses in a layer, the likeliest first, and their weights.
  func router(layer: Int, token: Int, experts: Span<Int32>, weights: Span<Float>)
}

/// Records nothing.
struct NoRecorder: Recorder {
  @inline(__always) var wantsAttention: Bool { false }
  @inline(__always) func attention(layer: Int, head: Int, token: Int, weights: Span<Float>) {}
  @inline(__always) func queriesAndKeys(
    layer: Int, token: Int, queries: Span<Float>, keys: Span<Float>
  ) {}
  @inline(__always) func residual(layer: Int, token: Int, values: Span<Float>) {}
  @inline(__always) func router(
    layer: Int, token: Int, experts: Span<Int32>, weights: Span<Float>
  ) {}
}

/// Copies what a probe asks for into memory prepared for one pass.
///
/// `@unchecked Sendable`: each call writes its own part of the memory, see ``Recorder``.
final class TraceRecorder: Recorder, @unchecked Sendable {
  let probe: Probe
  private let shape: ModelShape
  private let ids: [TokenID]
  private let start: Int
  private let tokens: Int
  /// For each token of the pass, the earlier positions with the same token.
  private let repeats: [[Int]]
  private var queries: [UnsafeMutablePointer<Float>] = []
  private var keys: [UnsafeMutablePointer<Float>] = []
  private var residuals: [UnsafeMutablePointer<Float>] = []
  private var scores: [UnsafeMutablePointer<HeadScore>] = []
  /// For each token, the experts of each layer: `[layer][expert]`.
  private var experts: [UnsafeMutablePointer<[ExpertShare]>] = []

  /// Prepares to record a pass over `ids[start..<start + tokens]`.
  init(shape: ModelShape, probe: Probe, ids: [TokenID], start: Int, tokens: Int) {
    self.shape = shape
    self.probe = probe
    self.ids = ids
    self.start = start
    self.tokens = tokens
    if probe.contains(.router) {
      experts = (0..<tokens).map { _ in
        let layers = UnsafeMutablePointer<[ExpertShare]>.allocate(capacity: shape.layers)
        layers.initialize(repeating: [], count: shape.layers)
        return layers
      }
    }
    guard probe.contains(.attention) else {
      repeats = []
      if probe.contains(.residual) { allocateResiduals() }
      return
    }
    var seen: [TokenID: [Int]] = [:]
    for position in 0..<start { seen[ids[position], default: []].append(position) }
    var repeats: [[Int]] = []
    for position in start..<start + tokens {
      repeats.append(seen[ids[position]] ?? [])
      seen[ids[position], default: []].append(position)
    }
    self.repeats = repeats
    for _ in 0..<tokens {
      queries.append(.zeros(shape.layers * shape.queryWidth))
      keys.append(.zeros(shape.layers * shape.keyValueWidth))
      let rows = UnsafeMutablePointer<HeadScore>.allocate(capacity: shape.layers * shape.heads)
      rows.initialize(
        repeating: HeadScore(previous: 0, first: 0, duplicate: 0, induction: 0),
        count: shape.layers * shape.heads)
      scores.append(rows)
    }
    if probe.contains(.residual) { allocateResiduals() }
  }

  private func allocateResiduals() {
    residuals = (0..<tokens).map { _ in .zeros(shape.layers * shape.width) }
  }

  deinit {
    for pointer in queries + keys + residuals { pointer.deallocate() }
    for pointer in scores { pointer.deallocate() }
    for pointer in experts {
      pointer.deinitialize(count: shape.layers)
      pointer.deallocate()
    }
  }

  var wantsAttention: Bool { probe.contains(.attention) }

  func attention(layer: Int, head: Int, token: Int, weights: Span<Float>) {
    let position = start + token
    var score = HeadScore(previous: 0, first: weights[0], duplicate: 0, induction: 0)
    if position > 0 { score.previous = weights[position - 1] }
    for earlier in repeats[token] {
      score.duplicate += weights[earlier]
      score.induction += weights[earlier + 1]
    }
    scores[token][layer * shape.heads + head] = score
  }

  func queriesAndKeys(layer: Int, token: Int, queries: Span<Float>, keys: Span<Float>) {
    guard probe.contains(.attention) else { return }
    copy(queries, to: self.queries[token] + layer * shape.queryWidth)
    copy(keys, to: self.keys[token] + layer * shape.keyValueWidth)
  }

  func residual(layer: Int, token: Int, values: Span<Float>) {
    guard probe.contains(.residual) else { return }
    copy(values, to: residuals[token] + layer * shape.width)
  }

  func router(layer: Int, token: Int, experts: Span<Int32>, weights: Span<Float>) {
    guard probe.contains(.router) else { return }
    self.experts[token][layer] = experts.indices.map {
      ExpertShare(expert: Int(experts[$0]), weight: weights[$0])
    }
  }

  private func copy(_ values: Span<Float>, to target: UnsafeMutablePointer<Float>) {
    values.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      target.update(from: base, count: source.count)
    }
  }

  /// What was recorded at a token of the pass.
  func parts(token: Int) -> TokenRecord.Parts {
    func array<T>(_ pointers: [UnsafeMutablePointer<T>], _ count: Int) -> [T]? {
      pointers.isEmpty
        ? nil : Array(UnsafeBufferPointer(start: pointers[token], count: count))
    }
    return TokenRecord.Parts(
      headScores: array(scores, shape.layers * shape.heads),
      queries: array(queries, shape.layers * shape.queryWidth),
      keys: array(keys, shape.layers * shape.keyValueWidth),
      residuals: array(residuals, shape.layers * shape.width),
      experts: array(experts, shape.layers))
  }
}
