public import Tokenization

/// How the next token is drawn from the model's distribution.
///
/// The stages run in the order of ``SamplerStage``; a stage whose setting is neutral does nothing.
public struct SamplerSettings: Sendable, Hashable, Codable {
  /// Divides the logits; 0 takes the likeliest token.
  public var temperature: Float
  /// Keeps the k likeliest candidates; 0 keeps all.
  public var topK: Int
  /// Keeps the smallest set of likeliest candidates with at least this probability together; 1
  /// keeps all (nucleus sampling, Holtzman et al. 2019).
  public var topP: Float
  /// Keeps candidates at least this likely relative to the likeliest; 0 keeps all (Nguyen et al.
  /// 2024).
  public var minP: Float
  /// Keeps the candidates whose surprisal is nearest to the entropy, up to this probability
  /// together; 1 keeps all (locally typical sampling, Meister et al. 2022).
  public var typicalP: Float
  /// Divides positive and multiplies negative logits of tokens that occurred; 1 is neutral (Keskar
  /// et al. 2019).
  public var repetitionPenalty: Float
  /// Subtracted from a logit for each occurrence of the token; 0 is neutral.
  public var frequencyPenalty: Float
  /// Subtracted from the logit of each token that occurred; 0 is neutral.
  public var presencePenalty: Float
  /// How many of the last tokens the penalties look at; 0 looks at all.
  public var penaltyWindow: Int
  /// Seed of the generator that draws.
  public var seed: UInt64
  /// Tokens that are never drawn.
  public var banned: Set<TokenID>

  private enum CodingKeys: String, CodingKey {
    case temperature, seed, banned
    case topK = "top_k"
    case topP = "top_p"
    case minP = "min_p"
    case typicalP = "typical_p"
    case repetitionPenalty = "repetition_penalty"
    case frequencyPenalty = "frequency_penalty"
    case presencePenalty = "presence_penalty"
    case penaltyWindow = "penalty_window"
  }

  /// Settings; what is not given is neutral.
  public init(
    temperature: Float = 1, topK: Int = 0, topP: Float = 1, minP: Float = 0, typicalP: Float = 1,
    repetitionPenalty: Float = 1, frequencyPenalty: Float = 0, presencePenalty: Float = 0,
    penaltyWindow: Int = 64, seed: UInt64 = 0, banned: Set<TokenID> = []
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.typicalP = typicalP
    self.repetitionPenalty = repetitionPenalty
    self.frequencyPenalty = frequencyPenalty
    self.presencePenalty = presencePenalty
    self.penaltyWindow = penaltyWindow
    self.seed = seed
    self.banned = banned
  }

  /// The settings with which the workbench starts: mild nucleus sampling.
  public static let standard = SamplerSettings(temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05)

  /// Always the likeliest token.
  public static let greedy = SamplerSettings(temperature: 0)
}
