public import Inference
public import Tokenization

/// The models that decode: the text's own, and those that decode together with it, which are opened
/// when they are first needed. It belongs to the evaluators' thread.
public final class DecodeModels {
  /// A model with what is remembered of its vocabulary.
  struct Member {
    let evaluator: Evaluator
    let rule: CanonicalRule

    var tokenizer: Tokenizer { evaluator.model.tokenizer }
  }

  let evaluator: Evaluator
  private let openCompanions: () throws -> [Evaluator]
  private var companions: [Member]?
  /// The last decoder of bytes, and what it was made for: a run that goes on where another stopped
  /// need not find out again what that one knew.
  private var latest: (decoder: ByteDecoder, ensemble: EnsembleSettings, sampler: SamplerSettings)?

  /// Models of which only the first is open.
  public init(_ evaluator: Evaluator, companions: @escaping () throws -> [Evaluator] = { [] }) {
    self.evaluator = evaluator
    openCompanions = companions
  }

  /// Which sequences the text's own tokenizer produces.
  public private(set) lazy var rule = CanonicalRule(evaluator.model.tokenizer)

  /// A decoder of bytes that goes on with a text, as each model is used to seeing it.
  ///
  /// - Throws: what opening a model throws, `EvaluationFault`, `CancellationError`.
  func decoder(for request: DecodeRequest) throws -> ByteDecoder {
    if let latest, latest.ensemble == request.ensemble, latest.sampler == request.sampler,
      latest.decoder.text == request.text
    {
      return latest.decoder
    }
    let decoder = try newDecoder(for: request)
    latest = (decoder, request.ensemble, request.sampler)
    return decoder
  }

  private func newDecoder(for request: DecodeRequest) throws -> ByteDecoder {
    let own = Member(evaluator: evaluator, rule: rule)
    let members = [own] + (request.ensemble.models.count > 1 ? try others() : [])
    // What only the text's own model expects is not the others'.
    let opening = own.tokenizer.opening(of: [])
    let body = Array(
      request.text.starts(with: opening) ? request.text[opening.count...] : request.text[...])
    let prompts = members.enumerated().map { index, member in
      index == 0 ? request.text : member.tokenizer.opening(of: body) + body
    }
    let covers = members.map { ByteCovers($0.evaluator, rule: $0.rule) }
    return try ByteDecoder(
      prompts, models: covers, weights: request.ensemble.weights,
      combination: request.ensemble.combination, settings: request.sampler)
  }

  private func others() throws -> [Member] {
    if let companions { return companions }
    let opened = try openCompanions().map { companion in
      companion.isCancelled = { [unowned evaluator] in evaluator.isCancelled() }
      return Member(evaluator: companion, rule: CanonicalRule(companion.model.tokenizer))
    }
    companions = opened
    return opened
  }
}
