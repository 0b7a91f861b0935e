import CKernels
import Synchronization
public import Tokenization

/// Evaluates texts with one model, and keeps what it has evaluated for the next text that begins
/// alike.
///
/// It owns the KV cache and the scratch memory, and belongs to one thread: the engine's, or that of
/// a command. It is not `Sendable`.
public final class Evaluator {
  /// The model that is run.
  public let model: Model
  /// The most tokens that can be evaluated.
  public let contextLength: Int
  /// How many threads run.
  public let threads: Int
  /// Asked once per layer, and by lenses in their loops.
  public var isCancelled: () -> Bool = { false }
  /// Called where other work may be let in between; see ``Engine``.
  var makeWay: () -> Void = {}

  let team: ThreadTeam
  let pass: ForwardPass
  let cache: KVCache
  /// Records of the tokens in the cache.
  private var records: [TokenRecord] = []
  /// The logits after a record, kept because the next step needs them.
  private var lastLogits: (record: TokenRecord, logits: [Float])?
  /// Room for ``logitTile`` rows of logits: `[row, vocabulary]`.
  let logitRows: UnsafeMutablePointer<Float>
  /// The logit lens of tokens that were looked at, since people look at them again. It holds the
  /// records, so that no other can take their identity.
  private var layerCache: [ObjectIdentifier: (record: TokenRecord, layers: [LayerDistribution])] =
    [:]

  /// How many rows of logits are held at once.
  static let logitTile = 8

  /// How many tokens the logit lens is remembered for.
  private static let layerCacheSize = 512

  /// The context that is used unless another is asked for.
  public static let standardContext = 2048

  /// Prepares to evaluate texts.
  ///
  /// - Parameters:
  ///   - threads: how many threads run, the caller's included.
  ///   - context: the most tokens; at most what the model was trained for.
  /// - Throws: `EvaluationFault.outOfMemory`.
  public init(model: Model, threads: Int, context: Int? = nil) throws(EvaluationFault) {
    self.model = model
    self.threads = max(1, threads)
    contextLength = max(1, min(context ?? Self.standardContext, model.shape.contextLength))
    cache = try KVCache(
      shape: model.shape, precision: model.precision, capacity: contextLength)
    team = ThreadTeam(count: self.threads)
    pass = ForwardPass(weights: model.weights, context: contextLength, team: team)
    logitRows = .zeros(Self.logitTile * model.shape.vocabularySize)
  }

  deinit {
    team.stop()
    logitRows.deallocate()
  }

  /// - Throws: `CancellationError` when the work is no longer wanted.
  public func checkCancellation() throws {
    if isCancelled() { throw CancellationError() }
    makeWay()
    if isCancelled() { throw CancellationError() }
  }

  /// Evaluates a text, from the first token that differs from the last text on.
  ///
  /// - Parameters:
  ///   - ids: the tokens; none gives an empty trace.
  ///   - probe: what to record.
  ///   - progress: sees the trace as it grows.
  /// - Throws: `EvaluationFault`, or `CancellationError`; what was evaluated by then is kept.
  public func evaluate(
    _ ids: [TokenID], probe: Probe = [], progress: (Trace) throws -> Void = { _ in }
  ) throws -> Trace {
    guard ids.count <= contextLength else {
      throw EvaluationFault.tooLong(tokens: ids.count, context: contextLength)
    }
    try checkTokens(ids)
    var kept = 0
    while kept < min(ids.count, records.count), records[kept].id == ids[kept],
      records[kept].probe.isSuperset(of: probe)
    { kept += 1 }
    cut(to: kept)
    while records.count < ids.count {
      try checkCancellation()
      // `makeWay` may have let another text in.
      let common = zip(records, ids).prefix { $0.id == $1 && $0.probe.isSuperset(of: probe) }.count
      cut(to: common)
      // It may have been one that goes on from this.
      guard common < ids.count else { break }
      let end = min(records.count + ForwardPass.chunk, ids.count)
      try extend(by: ids, to: end, probe: probe)
      if end < ids.count { try progress(trace(probe)) }
    }
    return trace(probe)
  }

  /// Records of the tokens of a text, evaluated only where the last text was another; a longer text
  /// that begins with it stays evaluated.
  ///
  /// - Throws: as ``evaluate(_:probe:progress:)``.
  func records(of ids: [TokenID]) throws -> ArraySlice<TokenRecord> {
    if records.count >= ids.count, zip(records, ids).allSatisfy({ $0.id == $1 }) {
      return records[..<ids.count]
    }
    return try evaluate(ids).records[...]
  }

  /// - Throws: `EvaluationFault.noSuchToken` for the first that the vocabulary does not have.
  func checkTokens(_ ids: some Sequence<TokenID>) throws(EvaluationFault) {
    let vocabulary = model.shape.vocabularySize
    for id in ids where id < 0 || id >= vocabulary {
      throw .noSuchToken(id: Int(id), vocabulary: vocabulary)
    }
  }

  /// Logits after a token: `[vocabulary]`, not normalised.
  public func logits(after record: TokenRecord) -> [Float] {
    if let last = lastLogits, last.record === record { return last.logits }
    let logits = logits(ofHidden: [record.hidden])[0]
    lastLogits = (record, logits)
    return logits
  }

  /// The logit lens: what a layer's residual stream would say if it were the last, `[vocabulary]`
  /// (nostalgebraist 2020): the unembedding of its final norm.
  ///
  /// - Throws: `EvaluationFault.notRecorded` when the trace has no residual stream there.
  public func lensLogits(layer: Int, at index: Int, in trace: Trace) throws -> [Float] {
    guard let residual = trace.residual(layer: layer, at: index) else {
      throw EvaluationFault.notRecorded("the residual stream of layer \(layer) at token \(index)")
    }
    return logits(ofHidden: [pass.finalNorm(residual)])[0]
  }

  /// The logit lens of all layers at several tokens: `[token][layer]`, weights read once for many.
  ///
  /// - Throws: `EvaluationFault.notRecorded` when the trace has no residual stream there, or
  ///   `CancellationError`.
  public func layerDistributions(
    at indices: some Collection<Int>, in trace: Trace
  ) throws -> [[LayerDistribution]] {
    try indices.map { index in
      guard let record = trace.records.indices.contains(index) ? trace.records[index] : nil else {
        throw EvaluationFault.notRecorded("token \(index)")
      }
      if let known = layerCache[ObjectIdentifier(record)] { return known.layers }
      try checkCancellation()
      let layers = try layerDistributions(at: index, in: trace)
      if layerCache.count >= Self.layerCacheSize { layerCache = [:] }
      layerCache[ObjectIdentifier(record)] = (record, layers)
      return layers
    }
  }

  private func layerDistributions(
    at index: Int, in trace: Trace
  ) throws(EvaluationFault) -> [LayerDistribution] {
    let size = model.shape.vocabularySize
    var hidden: [[Float]] = []
    for layer in 0..<model.shape.layers {
      guard let residual = trace.residual(layer: layer, at: index) else {
        throw EvaluationFault.notRecorded("the residual stream of layer \(layer) at token \(index)")
      }
      hidden.append(pass.finalNorm(residual))
    }
    var distributions: [LayerDistribution] = []
    for start in stride(from: 0, to: hidden.count, by: Self.logitTile) {
      let tile = Array(hidden[start..<min(start + Self.logitTile, hidden.count)])
      pass.logits(ofHidden: tile, into: logitRows)
      let rows = UnsafeBufferPointer(start: logitRows, count: tile.count * size)
      distributions += DistributionSummary.summarise(
        rows, next: tile.map { _ in nil }, vocabulary: size, team: team
      ).map { LayerDistribution(entropy: $0.entropy, top: $0.top) }
    }
    return distributions
  }

  /// Seconds that a plain pass over `ids` takes, without records and with the logits of the last
  /// token alone, as other programs count it. The cache is emptied before and after.
  ///
  /// - Parameter probe: what is recorded all the same, and then thrown away.
  /// - Throws: `EvaluationFault.tooLong`, or `CancellationError`.
  public func timePass(
    _ ids: [TokenID], oneByOne: Bool, recording probe: Probe = []
  ) throws -> Double {
    guard ids.count <= contextLength else {
      throw EvaluationFault.tooLong(tokens: ids.count, context: contextLength)
    }
    cut(to: 0)
    defer { cache.cut(to: 0) }
    var parts: [TokenRecord.Parts] = []
    let clock = ContinuousClock()
    let begin = clock.now
    let step = oneByOne ? 1 : ForwardPass.chunk
    for start in stride(from: 0, to: ids.count, by: step) {
      let end = min(start + step, ids.count)
      let count = end - start
      let target =
        oneByOne || end == ids.count
        ? ForwardPass.LogitTarget(tokens: count - 1..<count, logits: logitRows) : nil
      if probe.isEmpty {
        try pass.run(
          ids[start..<end], cache: cache, recorder: NoRecorder(), target: target,
          isCancelled: isCancelled)
      } else {
        let recorder = TraceRecorder(
          shape: model.shape, probe: probe, ids: ids, start: start, tokens: count)
        try pass.run(
          ids[start..<end], cache: cache, recorder: recorder, target: target,
          isCancelled: isCancelled)
        parts += (0..<count).map(recorder.parts)
      }
    }
    return (clock.now - begin) / .seconds(1)
  }

  // MARK: Parts

  private func trace(_ probe: Probe) -> Trace {
    Trace(shape: model.shape, probe: probe, records: records)
  }

  private func cut(to count: Int) {
    guard count < records.count else { return }
    records.removeSubrange(count...)
    cache.cut(to: count)
  }

  private func logits(ofHidden vectors: [[Float]]) -> [[Float]] {
    let size = model.shape.vocabularySize
    var rows: [[Float]] = []
    for start in stride(from: 0, to: vectors.count, by: Self.logitTile) {
      let tile = Array(vectors[start..<min(start + Self.logitTile, vectors.count)])
      pass.logits(ofHidden: tile, into: logitRows)
      for row in tile.indices {
        rows.append(Array(UnsafeBufferPointer(start: logitRows + row * size, count: size)))
      }
    }
    return rows
  }

  /// Evaluates `ids[records.count..<end]` and appends their records.
  private func extend(by ids: [TokenID], to end: Int, probe: Probe) throws {
    let start = records.count
    let count = end - start
    // The distribution that the first of them was drawn from.
    var arrival: Arrival?
    if let last = records.last {
      let summary = lastLogits.flatMap { $0.record === last ? $0.logits : nil }
      let logits = summary ?? self.logits(ofHidden: [last.hidden])[0]
      arrival = logits.withUnsafeBufferPointer { Arrival(of: ids[start], in: $0, last.logSumExp) }
    }
    let first = ForwardPass.LogitTarget(
      tokens: 0..<min(count, Self.logitTile), logits: logitRows)
    let recorder: TraceRecorder?
    if probe.isEmpty {
      recorder = nil
      try pass.run(
        ids[start..<end], cache: cache, recorder: NoRecorder(), target: first,
        isCancelled: isCancelled)
    } else {
      let listening = TraceRecorder(
        shape: model.shape, probe: probe, ids: ids, start: start, tokens: count)
      recorder = listening
      try pass.run(
        ids[start..<end], cache: cache, recorder: listening, target: first,
        isCancelled: isCancelled)
    }
    let size = model.shape.vocabularySize
    for tile in stride(from: 0, to: count, by: Self.logitTile) {
      let tokens = tile..<min(tile + Self.logitTile, count)
      if tokens != first.tokens { pass.logits(of: tokens, into: logitRows) }
      let rows = UnsafeBufferPointer(start: logitRows, count: tokens.count * size)
      let next = tokens.map { start + $0 + 1 < ids.count ? ids[start + $0 + 1] : nil }
      let summaries = DistributionSummary.summarise(rows, next: next, vocabulary: size, team: team)
      for (token, summary) in zip(tokens, summaries) {
        records.append(
          TokenRecord(
            id: ids[start + token], logProbability: arrival?.logProbability, rank: arrival?.rank,
            entropy: summary.entropy, logSumExp: summary.logSumExp, top: summary.top,
            hidden: pass.hidden(token: token),
            parts: recorder?.parts(token: token) ?? TokenRecord.Parts()))
        arrival = summary.next
      }
      if tokens.upperBound == count, let last = records.last {
        lastLogits = (last, Array(rows.suffix(size)))
      }
    }
  }
}
