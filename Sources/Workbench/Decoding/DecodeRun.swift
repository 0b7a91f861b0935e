import Inference
import Tokenization

/// A run of decoding, a token or a byte at each turn. It belongs to the evaluators' thread.
public final class DecodeRun {
  private let request: DecodeRequest
  private let models: DecodeModels
  private var trace: Trace?
  private var generated: [TokenID] = []
  private var bytes: ByteDecoder?
  /// How many bytes the decoder had generated for runs before this.
  private var before = 0

  /// A run that has not begun.
  public init(_ request: DecodeRequest, with models: DecodeModels) {
    self.request = request
    self.models = models
  }

  /// Takes the next step.
  ///
  /// - Returns: what came of it, and whether the run is over.
  /// - Throws: `EvaluationFault`, `ByteFault`, `CancellationError`, what opening a model throws.
  public func step() throws -> (messages: [Message], isOver: Bool) {
    var (message, reason) = request.strategy == .bytes ? try stepByte() : try stepToken()
    if request.isStep, reason == nil { reason = .limit(1) }
    let ended = reason.map { Message.decodeEnded(generation: request.generation, $0) }
    return ([message, ended].compactMap { $0 }, reason != nil)
  }

  private func stepToken() throws -> (Message?, StopReason?) {
    let evaluator = models.evaluator
    // A special token at the end, or a text of one token, is nothing that could be healed.
    let healing =
      trace == nil && request.heals ? TokenHealing(request.ids, rule: models.rule) : nil
    let before = try trace ?? evaluator.evaluate(healing?.ids ?? request.ids, probe: request.probe)
    var settings = request.settings(at: before.records.count)
    if let healing {
      settings = healing.settings(
        settings, vocabularySize: evaluator.model.shape.vocabularySize)
    }
    var decoder = Decoder(settings)
    let (step, longer) = try decoder.step(after: before, with: evaluator)
    trace = longer
    generated.append(step.token)
    let message =
      healing == nil
      ? Message.decoded(generation: request.generation, step, longer)
      : .healed(generation: request.generation, step, longer)
    return (
      message,
      request.stop.reason(
        generated: generated, vocabulary: evaluator.model.tokenizer.vocabulary,
        total: longer.records.count, context: evaluator.contextLength)
    )
  }

  private func stepByte() throws -> (Message?, StopReason?) {
    do {
      let decoder = try bytes ?? models.decoder(for: request)
      if bytes == nil { before = decoder.generated.count }
      bytes = decoder
      let step = try decoder.step(seed: request.settings(at: decoder.text.count).seed)
      return (
        .decodedByte(generation: request.generation, step),
        request.stop.reason(
          generated: Array(decoder.generated[before...]), ended: step.byte == nil,
          limit: request.stop.byteLimit)
      )
    } catch EvaluationFault.tooLong(_, let context) {
      return (nil, .contextFull(context))
    }
  }
}
