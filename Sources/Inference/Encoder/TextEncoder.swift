public import ModelFiles
public import Tokenization

/// A model that gives texts vectors (BERT, Devlin et al. 2019): its tokens attend to each other in
/// both directions.
///
/// It owns scratch memory, and belongs to one thread. It is not `Sendable`.
public final class TextEncoder {
  /// The name under which it was asked for.
  public let name: String
  /// The folder it was read from.
  public let path: String
  /// How the vectors of tokens become that of their text.
  public let pooling: Pooling
  /// Its dimensions; its context length is the most tokens that a text may have.
  public var shape: ModelShape { weights.shape }
  /// Asked once per layer.
  public var isCancelled: () -> Bool = { false }

  private let weights: Weights
  private let team: ThreadTeam
  /// What longer texts replace: its memory grows with the longest text so far.
  private var pass: ForwardPass?
  private var cache: KVCache?

  /// The least room that is made.
  private static let smallestRoom = 64

  /// Opens a Hugging Face folder of an encoder.
  ///
  /// - Parameters:
  ///   - path: a folder with `config.json` and safetensors; `modules.json` of Sentence
  ///     Transformers says how vectors are pooled, and without it the mean is taken.
  ///   - name: what to call it.
  ///   - threads: how many threads run, the caller's included.
  /// - Throws: `FileFault` when something is missing, broken, or of a kind that is no encoder.
  public static func load(
    path: String, name: String, threads: Int = 1
  ) throws(FileFault) -> TextEncoder {
    let folder = try ModelFolder.open(path: path)
    guard folder.kind.isEncoder else {
      throw FileFault(path: path, what: "is a \(folder.kind.name) model, which is no encoder")
    }
    return try TextEncoder(folder, name: name, threads: threads)
  }

  private init(_ folder: ModelFolder, name: String, threads: Int) throws(FileFault) {
    self.name = name
    path = folder.path
    pooling = try Pooling(folder: folder.path)
    team = ThreadTeam(count: threads)
    do throws(FileFault) {
      weights = try Weights(
        source: folder.weights, architecture: folder.architecture, precision: .f32, team: team)
    } catch {
      team.stop()
      throw error
    }
  }

  deinit { team.stop() }

  /// The vectors of a text.
  ///
  /// - Parameters:
  ///   - ids: its tokens, with those that begin and end a text (`[CLS]`, `[SEP]`).
  ///   - second: where the second of two texts begins, whose tokens are marked as such.
  /// - Throws: `EvaluationFault`, or `CancellationError`.
  public func encode(_ ids: [TokenID], second: Int? = nil) throws -> EncodedText {
    guard ids.count <= shape.contextLength else {
      throw EvaluationFault.tooLong(tokens: ids.count, context: shape.contextLength)
    }
    if let id = ids.first(where: { $0 < 0 || $0 >= shape.vocabularySize }) {
      throw EvaluationFault.noSuchToken(id: Int(id), vocabulary: shape.vocabularySize)
    }
    var hidden: [Float] = []
    if !ids.isEmpty {
      let (pass, cache) = try room(for: ids.count)
      let last = max(0, weights.architecture.segments - 1)
      let segments = ids.indices.map { $0 < second ?? ids.count ? 0 : min(1, last) }
      try pass.run(
        ids[...], as: Batch(everything: segments),
        in: ForwardPass.Caches(text: cache, target: cache, first: 0), recorder: NoRecorder(),
        isCancelled: isCancelled)
      hidden.reserveCapacity(ids.count * shape.width)
      for token in ids.indices { hidden += pass.hidden(token: token) }
    }
    return EncodedText(hidden: hidden, pooled: pooling.pool(hidden, width: shape.width))
  }

  /// Scratch memory for so many tokens.
  private func room(for count: Int) throws(EvaluationFault) -> (ForwardPass, KVCache) {
    if let pass, let cache, count <= pass.context { return (pass, cache) }
    var capacity = Self.smallestRoom
    while capacity < count { capacity *= 2 }
    let cache = try KVCache(shape: shape, precision: .f32, capacity: capacity)
    let pass = ForwardPass(weights: weights, context: capacity, team: team, chunk: capacity)
    (self.pass, self.cache) = (pass, cache)
    return (pass, cache)
  }
}
