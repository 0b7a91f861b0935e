public import Inference
public import Tokenization

/// A way to look at a text through a model.
public struct Lens: Sendable {
  /// Computes a reading; called on the thread that owns the bench's evaluator.
  public typealias Run = @Sendable (LensBench) throws -> Reading

  /// The name on the command line and in JSON, as `logit-lens`.
  public let id: String
  /// The name for people.
  public let title: String
  /// Where the method comes from.
  public let paper: String
  /// What it shows, in a sentence.
  public let summary: String
  /// What can be chosen.
  public let parameters: [LensParameter]
  /// What the trace has to have recorded.
  public let needs: Probe
  /// The shape of its readings.
  public let kind: Reading.Kind
  /// Whether it runs the model beyond the trace, so that it needs an evaluator.
  public let runsModel: Bool
  /// Computes a reading.
  ///
  /// Throws ``LensFault``, `EvaluationFault`, or `CancellationError`.
  public let run: Run

  /// A lens.
  public init(
    id: String, title: String, paper: String, summary: String, parameters: [LensParameter] = [],
    needs: Probe = [], kind: Reading.Kind, runsModel: Bool = false, run: @escaping Run
  ) {
    self.id = id
    self.title = title
    self.paper = paper
    self.summary = summary
    self.parameters = parameters
    self.needs = needs
    self.kind = kind
    self.runsModel = runsModel
    self.run = run
  }
}

/// What a lens works with: a trace, its parameters, the model, and whom to tell of its progress.
///
/// It belongs to one thread, as the evaluator does.
public struct LensBench {
  /// The evaluated text.
  public let trace: Trace
  /// Names the tokens.
  public let vocabulary: Vocabulary
  /// The lens's parameters.
  public let parameters: LensParameters
  /// Runs the model; lenses that follow from the trace alone do without.
  public let evaluator: Evaluator?
  /// How a screen draws tokens, where that is more than the parameters say (banned tokens).
  public let sampler: SamplerSettings?
  /// Byte probabilities that were kept from earlier readings on the same evaluator.
  let bytes: ByteDesk?

  private let onProgress: (Double) -> Void
  private let onPartial: (Reading) -> Void

  /// A bench.
  ///
  /// - Parameters:
  ///   - sampler: how tokens are drawn; `nil` leaves it to the parameters.
  ///   - bytes: byte probabilities kept from earlier readings on the same evaluator.
  ///   - progress: told how much is done, 0…1.
  ///   - partial: given readings of which parts have no values yet.
  public init(
    trace: Trace, vocabulary: Vocabulary, parameters: LensParameters, evaluator: Evaluator? = nil,
    sampler: SamplerSettings? = nil, bytes: ByteDesk? = nil,
    progress: @escaping (Double) -> Void = { _ in },
    partial: @escaping (Reading) -> Void = { _ in }
  ) {
    self.trace = trace
    self.vocabulary = vocabulary
    self.parameters = parameters
    self.evaluator = evaluator
    self.sampler = sampler
    self.bytes = bytes
    onProgress = progress
    onPartial = partial
  }

  /// Says how much is done, 0…1.
  public func progress(_ fraction: Double) { onProgress(fraction) }

  /// Shows what there is so far.
  public func partial(_ reading: Reading) { onPartial(reading) }

  /// Asked in every loop of a lens.
  ///
  /// - Throws: `CancellationError` when the reading is no longer wanted.
  public func checkCancellation() throws { try evaluator?.checkCancellation() }

  /// The pieces of the text's tokens, to label rows and columns.
  public var pieces: [String] { trace.records.map { vocabulary.text(of: $0.id) } }

  /// The names of the layers, as readings write them.
  public var layerLabels: [String] { (0..<trace.shape.layers).map { "L\($0)" } }

  /// The names of the heads of a layer, as readings write them.
  public var headLabels: [String] { (0..<trace.shape.heads).map { "H\($0)" } }
}
