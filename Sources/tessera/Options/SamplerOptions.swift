import ArgumentParser
import Inference
import Tokenization

/// How tokens are drawn, on the command line.
struct SamplerOptions: ParsableArguments {
  @Option(help: "Divides the logits; 0 always takes the likeliest token.")
  var temperature: Float = SamplerSettings.standard.temperature
  @Option(help: "Keeps the k likeliest; 0 keeps all.")
  var topK = SamplerSettings.standard.topK
  @Option(help: "Keeps the likeliest that have this share together; 1 keeps all.")
  var topP: Float = SamplerSettings.standard.topP
  @Option(help: "Keeps what has this share of the likeliest's probability; 0 keeps all.")
  var minP: Float = SamplerSettings.standard.minP
  @Option(help: "Keeps the locally typical that have this share together; 1 keeps all.")
  var typical: Float = 1
  @Option(help: "Divides the logits of tokens that occurred; 1 is neutral.")
  var repetitionPenalty: Float = 1
  @Option(help: "Subtracted from a logit each time that the token occurred.")
  var frequencyPenalty: Float = 0
  @Option(help: "Subtracted from a logit once if the token occurred.")
  var presencePenalty: Float = 0
  @Option(help: "Seed of the draws.")
  var seed: UInt64 = 0

  func validate() throws {
    func check(_ name: String, _ value: Float, _ range: ClosedRange<Float>) throws {
      guard range.contains(value) else {
        throw ValidationError(
          "--\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
      }
    }
    try check("temperature", temperature, 0...100)
    try check("top-p", topP, 0...1)
    try check("min-p", minP, 0...1)
    try check("typical", typical, 0...1)
    try check("repetition-penalty", repetitionPenalty, 0.01...100)
    try check("frequency-penalty", frequencyPenalty, -100...100)
    try check("presence-penalty", presencePenalty, -100...100)
    guard topK >= 0 else { throw ValidationError("--top-k is a number from 0") }
  }

  func settings(banned: Set<TokenID>) -> SamplerSettings {
    SamplerSettings(
      temperature: temperature, topK: topK, topP: topP, minP: minP, typicalP: typical,
      repetitionPenalty: repetitionPenalty, frequencyPenalty: frequencyPenalty,
      presencePenalty: presencePenalty, seed: seed, banned: banned)
  }
}
