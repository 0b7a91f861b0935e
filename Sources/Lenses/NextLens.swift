import Foundation
import Inference
import Tokenization

extension DistributionReading.Entry {
  /// A candidate with what its vocabulary entry says. A logit that is not finite (a temperature
  /// near 0 makes such) is not known, since JSON has no number for it.
  init(_ candidate: Candidate, vocabulary: Vocabulary) {
    self.init(
      id: candidate.id, piece: vocabulary.text(of: candidate.id),
      bytes: vocabulary.bytes(of: candidate.id),
      logit: candidate.logit.isFinite ? candidate.logit : nil,
      probability: Double(candidate.probability))
  }
}

extension SamplerSettings {
  /// The settings that a lens's parameters name.
  init(_ parameters: LensParameters) {
    self.init()
    func number(_ name: String) -> Float { Float(parameters.number(name) ?? 0) }
    temperature = number("temperature")
    topK = parameters.integer("top-k") ?? 0
    topP = number("top-p")
    minP = number("min-p")
    typicalP = number("typical")
    repetitionPenalty = number("repetition")
    frequencyPenalty = number("frequency")
    presencePenalty = number("presence")
  }
}

extension Lens {
  /// The distribution of the next token.
  static let next = Lens(
    id: "next", title: "Next token", paper: "Holtzman et al. 2019 for the sampler's stages",
    summary: "The likeliest tokens after a token, before and after each stage of the sampler.",
    parameters: [
      LensParameter("token", .token, standard: "-1", "the token after which"),
      LensParameter("temperature", .number(0...100), standard: "1", "divides the logits"),
      LensParameter("top-k", .integer(0...1_000_000), standard: "0", "keeps the k likeliest"),
      LensParameter("typical", .number(0...1), standard: "1", "keeps the locally typical"),
      LensParameter("top-p", .number(0...1), standard: "1", "keeps the nucleus"),
      LensParameter("min-p", .number(0...1), standard: "0", "keeps what is likely enough"),
      LensParameter("repetition", .number(0.01...100), standard: "1", "penalty, divides"),
      LensParameter("frequency", .number(-100...100), standard: "0", "penalty, for each time"),
      LensParameter("presence", .number(-100...100), standard: "0", "penalty, once"),
    ], kind: .distribution, runsModel: true
  ) { bench in
    let records = bench.trace.records
    let index = try bench.parameters.token("token", count: records.count)
    let record = records[index]
    let entry = { DistributionReading.Entry($0, vocabulary: bench.vocabulary) }
    let logits = bench.evaluator?.logits(after: record)
    let settings = bench.sampler ?? SamplerSettings(bench.parameters)
    let stages =
      logits.map {
        SamplerChain(settings).stages(logits: $0, history: records[...index].map(\.id))
      } ?? []
    let following = index + 1 < records.count ? records[index + 1] : nil
    let actual = following.flatMap { following -> DistributionReading.Actual? in
      guard let logProbability = following.logProbability, let rank = following.rank else {
        return nil
      }
      let candidate = Candidate(
        id: following.id, logit: logProbability + record.logSumExp,
        probability: exp(logProbability))
      return DistributionReading.Actual(entry: entry(candidate), rank: rank)
    }
    return .distribution(
      DistributionReading(
        index: index, entropy: Entropy.bits(record), candidates: record.top.map(entry),
        actual: actual,
        stages: stages.map { stage in
          DistributionReading.Stage(
            name: stage.stage.rawValue, setting: stage.setting, kept: stage.kept,
            entropy: Double(stage.entropy) / M_LN2, candidates: stage.candidates.map(entry))
        }))
  }
}
