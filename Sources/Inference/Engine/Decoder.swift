public import Tokenization

/// A step of decoding.
public struct DecodeStep: Sendable {
  /// Where the token stands in the text, in tokens.
  public let index: Int
  /// The token that was taken.
  public let token: TokenID
  /// Its probability after all stages of the sampler; 1 for a forced token.
  public let probability: Float
  /// How many candidates it was drawn from; 1 for a forced token.
  public let kept: Int
  /// How long the step took, in seconds.
  public let seconds: Double

  /// A step from its parts.
  public init(index: Int, token: TokenID, probability: Float, kept: Int, seconds: Double) {
    self.index = index
    self.token = token
    self.probability = probability
    self.kept = kept
    self.seconds = seconds
  }
}

/// Plain decoding: one token after another, each drawn by the sampler from the model's distribution.
public struct Decoder: Sendable {
  /// The sampler.
  public var chain: SamplerChain
  private var generator: SeededGenerator

  /// A decoder that draws with the settings' seed.
  public init(_ settings: SamplerSettings) {
    chain = SamplerChain(settings)
    generator = SeededGenerator(seed: settings.seed)
  }

  /// Draws the token after a trace and evaluates it.
  ///
  /// - Parameters:
  ///   - trace: the text so far, as this evaluator gave it; not empty.
  ///   - forced: takes this token instead of drawing one.
  /// - Returns: the step, and the trace with the new token.
  /// - Throws: `EvaluationFault.tooLong` when the context is full, or `CancellationError`.
  public mutating func step(
    after trace: Trace, forced: TokenID? = nil, with evaluator: Evaluator
  ) throws -> (step: DecodeStep, trace: Trace) {
    let begin = ContinuousClock.now
    guard let last = trace.records.last else {
      throw EvaluationFault.notRecorded("a token to go on from")
    }
    let ids = trace.ids
    let choice =
      forced.map { Choice(id: $0, probability: 1, kept: 1) }
      ?? chain.sample(
        logits: evaluator.logits(after: last), history: ids, generator: &generator)
    let longer = try evaluator.evaluate(ids + [choice.id], probe: trace.probe)
    let step = DecodeStep(
      index: ids.count, token: choice.id, probability: choice.probability, kept: choice.kept,
      seconds: (ContinuousClock.now - begin) / .seconds(1))
    return (step, longer)
  }
}
