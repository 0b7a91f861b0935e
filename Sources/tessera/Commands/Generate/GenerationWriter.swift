import Cells
import Foundation
import Inference
import Reports
import Tokenization
import Workbench

/// Writes what is generated, in one of the formats, as it comes.
struct GenerationWriter {
  private let format: GenerateCommand.Format
  private let model: Model
  private let prompt: [UInt8]
  private let settings: SamplerSettings
  private let output = StandardOutput()
  private var generated = GeneratedText()
  private var end: Int
  /// How many bytes of the prompt the first tokens spell once more.
  private var repeated: Int
  /// The token before the next.
  private var last: TokenID?
  private var text: [UInt8] = []
  private var steps: [Step] = []
  private var seconds = 0.0

  init(
    format: GenerateCommand.Format, model: Model, prompt: [UInt8], start: Int, repeated: Int,
    after last: TokenID?, settings: SamplerSettings
  ) {
    self.format = format
    self.model = model
    self.prompt = prompt
    self.settings = settings
    self.repeated = repeated
    self.last = last
    end = start
  }

  /// A token in JSON.
  private struct Step: Encodable {
    var model: String?
    let index: Int
    let id: TokenID
    let piece: String
    let bytes: [UInt8]
    let start, end: Int
    let special: Bool
    let probability: Float
    let kept: Int
    let surprisal: Double?
  }

  /// Writes a token.
  mutating func write(_ step: DecodeStep, record: TokenRecord) throws {
    let vocabulary = model.tokenizer.vocabulary
    let said = model.tokenizer.bytes(of: step.token, after: last)
    last = step.token
    seconds += step.seconds
    let row = Step(
      model: format == .jsonl ? model.name : nil, index: step.index, id: step.token,
      piece: vocabulary.text(of: step.token), bytes: vocabulary.bytes(of: step.token),
      start: end, end: end + said.count,
      special: vocabulary.isSpecial(step.token), probability: step.probability, kept: step.kept,
      surprisal: record.logProbability.map { max(0, -Double($0) / M_LN2) })
    end += said.count
    let new = said.dropFirst(repeated)
    repeated -= said.count - new.count
    text += new
    switch format {
    case .jsonl: try output.write(text: JSONText.line(row))
    case .json: steps.append(row)
    case .text:
      // An end-of-generation token ends the text, and is none of it.
      guard !vocabulary.endOfGeneration.contains(step.token) else { return }
      try generated.write(Array(new))
    }
  }

  private struct Whole: Encodable {
    let model: String
    let prompt, text: String
    let tokens: [Step]
    let stop: String
    let settings: SamplerSettings
    let tokensPerSecond: Double?

    enum CodingKeys: String, CodingKey {
      case model, prompt, text, tokens, stop, settings
      case tokensPerSecond = "tokens_per_second"
    }
  }

  /// Writes what comes at the end; `reason` is `nil` after an interruption.
  mutating func finish(_ reason: StopReason?) throws {
    switch format {
    case .jsonl: break
    case .text: try generated.finish()
    case .json:
      try output.write(
        text: JSONText.line(
          Whole(
            model: model.name, prompt: String(decoding: prompt, as: UTF8.self),
            text: String(decoding: text, as: UTF8.self), tokens: steps,
            stop: reason?.key(limit: "max-tokens") ?? "interrupted",
            settings: settings,
            tokensPerSecond: seconds > 0 ? Double(steps.count) / seconds : nil)))
    }
  }
}
