import Foundation
import Inference
import Tokenization
import Workbench

/// Generates byte by byte, with one model or with several.
struct ByteGeneration {
  let models: [Model]
  /// For each model the prompt as it is used to seeing it.
  let prompts: [GenerateCommand.Prompt]
  let options: EnsembleOptions
  let sampling: SamplerOptions
  let format: GenerateCommand.Format
  let limit: Int
  let stops: [[UInt8]]

  func run() throws {
    let covers = try models.map { model in
      let evaluator = try options.run.evaluator(of: model)
      evaluator.isCancelled = { Interruption.signal != nil }
      return ByteCovers(evaluator)
    }
    let settings = sampling.settings(banned: [])
    let conditions = StopConditions(texts: stops)
    var writer = ByteWriter(
      format: format, models: models.map(\.name), weights: options.weights,
      combination: options.combination, prompt: prompts[0].text, settings: settings)
    do {
      let decoder = try ByteDecoder(
        prompts.map(\.whole), models: covers, weights: options.weights,
        combination: options.combination,
        settings: settings)
      var reason: StopReason?
      var hasEnded = false
      repeat {
        reason = conditions.reason(
          generated: decoder.generated, ended: hasEnded, limit: limit)
        guard reason == nil else { break }
        do {
          let step = try decoder.step()
          hasEnded = step.byte == nil
          try writer.write(step)
        } catch EvaluationFault.tooLong(_, let context) where !decoder.generated.isEmpty {
          reason = .contextFull(context)
        }
      } while reason == nil
      try writer.finish(reason, modelSteps: decoder.modelSteps)
    } catch is CancellationError {
      // What there is stays; the signal says how the process ends.
      try writer.finish(nil, modelSteps: covers.reduce(0) { $0 + $1.modelSteps })
      try Interruption.check()
      throw CancellationError()
    } catch let fault as ByteFault {
      // A model may also be at a loss for what another one drew: what there is stays.
      if !writer.isEmpty {
        try writer.finish(.failed, modelSteps: covers.reduce(0) { $0 + $1.modelSteps })
      }
      throw CommandFault(.badData, fault.description)
    }
  }
}
