import Foundation
import Inference
import Tokenization
import Workbench

/// Generates token by token, from the end of the prompt or from the token before it.
struct TokenGeneration {
  let model: Model
  let prompt: GenerateCommand.Prompt
  /// Whether the prompt's last token is taken back and drawn anew.
  let heals: Bool
  let options: EnsembleOptions
  let sampling: SamplerOptions
  let banned: [[UInt8]]
  let format: GenerateCommand.Format
  let limit: Int
  let stops: [[UInt8]]

  func run() throws {
    let tokenizer = model.tokenizer
    let evaluator = try options.run.evaluator(of: model)
    evaluator.isCancelled = { Interruption.signal != nil }
    let banned = Set(banned.flatMap { tokenizer.encode($0).map(\.id) })
    let settings = sampling.settings(banned: banned)
    let ids = tokenizer.encode(prompt.whole).map(\.id)
    // A special token at the end, or a prompt of one token, is nothing that could be healed.
    let healing = heals ? TokenHealing(ids, rule: CanonicalRule(tokenizer)) : nil
    let taken = healing == nil ? 0 : tokenizer.text(of: ids).spans.last?.count ?? 0
    var writer = GenerationWriter(
      format: format, model: model, prompt: prompt.text, start: prompt.text.count - taken,
      repeated: taken, after: (healing?.ids ?? ids).last,
      settings: sampling.settings(banned: []))
    let conditions = StopConditions(limit: limit, texts: stops)
    var decoder = Decoder(settings)
    if let healing {
      decoder.chain = SamplerChain(
        healing.settings(settings, vocabularySize: model.shape.vocabularySize))
    }
    do {
      var trace = try evaluator.evaluate(healing?.ids ?? ids)
      var generated: [TokenID] = []
      func reason() -> StopReason? {
        conditions.reason(
          generated: generated, vocabulary: tokenizer.vocabulary, total: trace.records.count,
          context: evaluator.contextLength)
      }
      while reason() == nil {
        let (step, longer) = try decoder.step(after: trace, with: evaluator)
        decoder.chain = SamplerChain(settings)
        trace = longer
        generated.append(step.token)
        try writer.write(step, record: trace.records[step.index])
      }
      try writer.finish(reason())
    } catch is CancellationError {
      // What there is stays; the signal says how the process ends.
      try writer.finish(nil)
      try Interruption.check()
      throw CancellationError()
    }
  }
}
