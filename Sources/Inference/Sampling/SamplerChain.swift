import CKernels
public import Tokenization

/// A step of the way from logits to the set from which a token is drawn, in the order of the cases.
public enum SamplerStage: String, Sendable, CaseIterable, Codable {
  /// The model's own distribution.
  case model
  /// Repetition, frequency and presence penalties, and banned tokens.
  case penalties
  /// The k likeliest.
  case topK = "top-k"
  /// Locally typical candidates.
  case typical
  /// The nucleus.
  case topP = "top-p"
  /// Likely enough relative to the likeliest.
  case minP = "min-p"
  /// Logits divided by the temperature.
  case temperature
}

/// What a stage left of the candidates.
public struct StageResult: Sendable, Hashable {
  /// The stage.
  public let stage: SamplerStage
  /// The stage's setting for reading, for instance `0.95`; empty for the model's distribution.
  public let setting: String
  /// The likeliest candidates after the stage, best first, with probabilities that sum to 1 over
  /// all that were kept; at most ``SamplerChain/shownCandidates``.
  public let candidates: [Candidate]
  /// How many candidates are left.
  public let kept: Int
  /// Entropy of what is left, in nats.
  public let entropy: Float

  /// The result of a stage.
  public init(
    stage: SamplerStage, setting: String, candidates: [Candidate], kept: Int, entropy: Float
  ) {
    self.stage = stage
    self.setting = setting
    self.candidates = candidates
    self.kept = kept
    self.entropy = entropy
  }
}

/// The token that was drawn.
public struct Choice: Sendable, Hashable {
  /// The token.
  public let id: TokenID
  /// Its probability after all stages.
  public let probability: Float
  /// How many candidates it was drawn from.
  public let kept: Int
}

/// The sampler: a chain of stages, each of which narrows or reshapes the candidates.
public struct SamplerChain: Sendable {
  /// How the chain is set.
  public let settings: SamplerSettings
  /// How many candidates a ``StageResult`` shows at most.
  public static let shownCandidates = 64

  /// A chain with the given settings.
  public init(_ settings: SamplerSettings) { self.settings = settings }

  /// What each active stage leaves, starting with the model's distribution.
  ///
  /// - Parameters:
  ///   - logits: `[vocabulary]`, not normalised.
  ///   - history: the tokens before, for the penalties.
  public func stages(logits: [Float], history: [TokenID]) -> [StageResult] {
    var results: [StageResult] = []
    _ = narrowed(logits: logits.span, history: history) { stage, set in
      results.append(set.result(stage, setting: setting(of: stage)))
    }
    return results
  }

  /// Draws a token.
  ///
  /// - Parameters:
  ///   - logits: `[vocabulary]`, not normalised.
  ///   - history: the tokens before, for the penalties.
  ///   - generator: gives the random number; unused at temperature 0.
  public func sample(
    logits: [Float], history: [TokenID], generator: inout SeededGenerator
  ) -> Choice {
    sample(logits: logits.span, history: history, generator: &generator)
  }

  /// Draws a token, from logits that lie anywhere.
  func sample(
    logits: Span<Float>, history: [TokenID], generator: inout SeededGenerator
  ) -> Choice {
    if narrowsNothing, settings.temperature > 0 {
      let start = generator
      if let choice = drawn(from: logits, unit: generator.nextUnit()) { return choice }
      generator = start
    }
    let set = narrowed(logits: logits, history: history)
    let probabilities = set.probabilities()
    let target = settings.temperature <= 0 ? 0 : generator.nextUnit()
    var sum = 0.0
    for (entry, probability) in zip(set.entries, probabilities) {
      sum += probability
      if target < sum {
        return Choice(id: entry.id, probability: Float(probability), kept: set.entries.count)
      }
    }
    // Rounding can leave the sum a little below the target: the draw then belongs to the last.
    let last = set.entries.count - 1
    return Choice(
      id: set.entries[last].id, probability: Float(probabilities[last]), kept: last + 1)
  }

  /// Whether all candidates are kept, with the logits that the model gave them but for the
  /// temperature.
  private var narrowsNothing: Bool {
    isUnbiased && settings.topK <= 0 && settings.typicalP >= 1 && settings.topP >= 1
      && settings.minP <= 0
  }

  /// Whether no token is favoured or forbidden.
  private var isUnbiased: Bool {
    settings.repetitionPenalty == 1 && settings.frequencyPenalty == 0
      && settings.presencePenalty == 0 && settings.banned.isEmpty
  }

  /// Draws from all candidates without a list of them; `nil` where none has a finite logit.
  private func drawn(from logits: Span<Float>, unit: Double) -> Choice? {
    logits.withUnsafeBufferPointer { logits in
      guard let base = logits.baseAddress else { return nil }
      var probability: Float = 0
      let count = Int32(logits.count)
      // A temperature near zero leaves the best and nothing else.
      let scale = min(1 / settings.temperature, .greatestFiniteMagnitude)
      let index = ck_draw(base, count, scale, unit, &probability)
      guard index >= 0 else { return nil }
      return Choice(id: TokenID(index), probability: probability, kept: logits.count)
    }
  }

  /// How many of the best candidates there can be left; `nil` where that is not known beforehand.
  private var mostKept: Int? {
    guard isUnbiased else { return nil }
    if settings.temperature <= 0, settings.typicalP >= 1 { return 1 }
    return settings.topK > 0 ? settings.topK : nil
  }

  private func setting(of stage: SamplerStage) -> String {
    switch stage {
    case .model: ""
    case .penalties:
      [
        settings.repetitionPenalty == 1 ? nil : "repetition \(settings.repetitionPenalty)",
        settings.frequencyPenalty == 0 ? nil : "frequency \(settings.frequencyPenalty)",
        settings.presencePenalty == 0 ? nil : "presence \(settings.presencePenalty)",
        settings.banned.isEmpty ? nil : "\(settings.banned.count) banned",
      ].compactMap { $0 }.joined(separator: ", ")
    case .topK: "\(settings.topK)"
    case .typical: "\(settings.typicalP)"
    case .topP: "\(settings.topP)"
    case .minP: "\(settings.minP)"
    case .temperature: settings.temperature <= 0 ? "greedy" : "\(settings.temperature)"
    }
  }

  /// Runs the stages and gives what is left; `report` sees the set after each active stage. Who does
  /// not look at stages is spared a list of candidates that cannot be left.
  private func narrowed(
    logits: Span<Float>, history: [TokenID],
    report: ((SamplerStage, inout CandidateSet) -> Void)? = nil
  ) -> CandidateSet {
    var set: CandidateSet
    if report == nil, let most = mostKept, most < logits.count / CandidateSet.fewOfMany {
      set = CandidateSet(best: most, of: logits)
    } else {
      set = CandidateSet(logits: logits)
    }
    report?(.model, &set)
    if !isUnbiased {
      let window = settings.penaltyWindow > 0 ? settings.penaltyWindow : history.count
      set.penalise(settings, history: history.suffix(window))
      report?(.penalties, &set)
    }
    if settings.topK > 0, settings.topK < set.entries.count {
      set.keepBest(settings.topK)
      report?(.topK, &set)
    }
    if settings.typicalP < 1 {
      set.keepTypical(settings.typicalP)
      report?(.typical, &set)
    }
    if settings.topP < 1 {
      set.keepNucleus(settings.topP)
      report?(.topP, &set)
    }
    if settings.minP > 0 {
      set.keepAtLeast(relative: settings.minP)
      report?(.minP, &set)
    }
    if settings.temperature <= 0 {
      set.keepBest(1)
      report?(.temperature, &set)
    } else if settings.temperature != 1 {
      set.divide(by: settings.temperature)
      report?(.temperature, &set)
    }
    return set
  }
}
