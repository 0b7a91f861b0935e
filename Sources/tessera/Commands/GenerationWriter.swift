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
  private var stream = UTF8Stream()
  private var end: Int
  private var text: [UInt8] = []
  private var steps: [Step] = []
  private var seconds = 0.0

  init(
    format: GenerateCommand.Format, model: Model, prompt: [UInt8], start: Int,
    settings: SamplerOptions
  ) {
    self.format = format
    self.model = model
    self.prompt = prompt
    self.settings = settings.settings(banned: [])
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
    let bytes = vocabulary.bytes(of: step.token)
    seconds += step.seconds
    let row = Step(
      model: format == .jsonl ? model.name : nil, index: step.index, id: step.token,
      piece: vocabulary.text(of: step.token), bytes: bytes, start: end, end: end + bytes.count,
      special: vocabulary.isSpecial(step.token), probability: step.probability, kept: step.kept,
      surprisal: record.logProbability.map { max(0, -Double($0) / M_LN2) })
    end += bytes.count
    text += bytes
    switch format {
    case .jsonl: try output.write(text: JSONText.line(row))
    case .json: steps.append(row)
    case .text:
      // An end-of-generation token ends the text, and is none of it.
      guard !vocabulary.endOfGeneration.contains(step.token) else { return }
      if output.isTerminal {
        try output.write(text: Self.shown(stream.push(bytes)))
      } else {
        try output.write(bytes)
      }
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
    case .text:
      if output.isTerminal { try output.write(text: Self.shown(stream.finish()) + "\n") }
    case .json:
      let stop =
        switch reason {
        case .endOfText: "end"
        case .stopText: "stop-text"
        case .limit: "max-tokens"
        case .contextFull: "context"
        case .paused, .failed, nil: "interrupted"
        }
      try output.write(
        text: JSONText.line(
          Whole(
            model: model.name, prompt: String(decoding: prompt, as: UTF8.self),
            text: String(decoding: text, as: UTF8.self), tokens: steps, stop: stop,
            settings: settings,
            tokensPerSecond: seconds > 0 ? Double(steps.count) / seconds : nil)))
    }
  }

  /// Text for a terminal: line feeds and tabs as they are, all else that could steer it as symbols.
  private static func shown(_ text: String) -> String {
    VisibleText.segments(of: Array(text.utf8)).map { segment in
      switch segment.kind {
      case .newline: "\n"
      case .tab: "\t"
      default: segment.text
      }
    }.joined()
  }
}
