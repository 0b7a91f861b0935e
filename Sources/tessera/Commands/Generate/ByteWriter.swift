import Foundation
import Inference
import Reports
import Workbench

/// Writes bytes that are generated, in one of the formats, as they come.
struct ByteWriter {
  let format: GenerateCommand.Format
  let models: [String]
  let weights: [Double]
  let combination: ByteDecoder.Combination
  let prompt: [UInt8]
  let settings: SamplerSettings
  private let output = StandardOutput()
  private var generated = GeneratedText()
  private var text: [UInt8] = []
  private var steps: [Step] = []
  private var seconds = 0.0

  init(
    format: GenerateCommand.Format, models: [String], weights: [Double],
    combination: ByteDecoder.Combination, prompt: [UInt8], settings: SamplerSettings
  ) {
    self.format = format
    self.models = models
    self.weights = weights
    self.combination = combination
    self.prompt = prompt
    self.settings = settings
  }

  /// What one model makes of a byte.
  private struct Opinion: Encodable {
    let model: String
    let probability: Double
  }

  /// A byte in JSON.
  private struct Step: Encodable {
    var model: String?
    let offset: Int
    /// `null` where the text ends.
    let byte: UInt8?
    let probability: Float
    let kept: Int
    let combined: Double
    let opinions: [Opinion]

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encodeIfPresent(model, forKey: .model)
      try container.encode(offset, forKey: .offset)
      try container.encode(byte, forKey: .byte)
      try container.encode(probability, forKey: .probability)
      try container.encode(kept, forKey: .kept)
      try container.encode(combined, forKey: .combined)
      try container.encode(opinions, forKey: .opinions)
    }

    enum CodingKeys: String, CodingKey {
      case model, offset, byte, probability, kept, combined, opinions
    }
  }

  /// Whether there is nothing yet.
  var isEmpty: Bool { text.isEmpty }

  /// What the steps are about.
  private var name: String { models.joined(separator: " + ") }

  /// Writes a byte.
  mutating func write(_ step: ByteStep) throws {
    seconds += step.seconds
    let row = Step(
      model: format == .jsonl ? name : nil, offset: prompt.count + text.count, byte: step.byte,
      probability: step.probability, kept: step.kept, combined: step.combined,
      opinions: zip(models, step.opinions).map { Opinion(model: $0, probability: $1) })
    if let byte = step.byte { text.append(byte) }
    switch format {
    case .jsonl: try output.write(text: JSONText.line(row))
    case .json: steps.append(row)
    case .text:
      if let byte = step.byte { try generated.write([byte]) }
    }
  }

  private struct Whole: Encodable {
    let model: String
    let models: [String]
    let weights: [Double]
    let ensemble: String?
    let prompt, text: String
    let bytes: [Step]
    let stop: String
    let settings: SamplerSettings
    let modelSteps: Int
    let bytesPerSecond: Double?

    enum CodingKeys: String, CodingKey {
      case model, models, weights, ensemble, prompt, text, bytes, stop, settings
      case modelSteps = "model_steps"
      case bytesPerSecond = "bytes_per_second"
    }
  }

  /// Writes what comes at the end; `reason` is `nil` after an interruption.
  mutating func finish(_ reason: StopReason?, modelSteps: Int) throws {
    switch format {
    case .jsonl: break
    case .text: try generated.finish()
    case .json:
      try output.write(
        text: JSONText.line(
          Whole(
            model: name, models: models, weights: weights,
            ensemble: models.count > 1 ? combination.rawValue : nil,
            prompt: String(decoding: prompt, as: UTF8.self),
            text: String(decoding: text, as: UTF8.self), bytes: steps,
            stop: reason?.key(limit: "max-bytes") ?? "interrupted", settings: settings,
            modelSteps: modelSteps,
            bytesPerSecond: seconds > 0 ? Double(text.count) / seconds : nil)))
    }
  }
}
