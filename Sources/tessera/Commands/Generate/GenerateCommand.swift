public import ArgumentParser
import Cells
import Foundation
import Inference
import Tokenization
public import Workbench

extension DecodeStrategy: ExpressibleByArgument {}

/// `tessera generate`: goes on with a prompt.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Go on with a prompt.",
    discussion: """
      A prompt may stop within a word. plain goes on after the prompt's last token, whatever would \
      have stood there; heal takes the last token back and draws it anew among those that begin \
      with its bytes; bytes draws byte by byte from the exact distribution, so that the text does \
      not depend on where the prompt's tokens end.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, jsonl }

  @Option(help: "The prompt; - or nothing takes standard input.")
  var prompt: String?

  @Option(help: "What comes after the gap that is to be filled, for models that can.")
  var suffix: String?

  @Flag(help: "The prompt is what a user says: it is put into the model's chat template.")
  var chat = false

  @Option(help: "The system message, with --chat.")
  var system: String?

  @Option(help: "The most tokens that are generated (by default \(Self.standardTokens)).")
  var maxTokens: Int?

  @Option(help: "The most bytes, with --strategy bytes (by default \(Self.standardBytes)).")
  var maxBytes: Int?

  @Option(help: "plain, heal or bytes (by default plain; bytes with several models).")
  var strategy: DecodeStrategy?

  @Option(help: "A text at which to stop; may be given several times.")
  var stop: [String] = []

  @Option(help: "A text none of whose tokens is drawn; may be given several times.")
  var ban: [String] = []

  @Option(help: "text, json (one object at the end), or jsonl (an object for each step).")
  var format = Format.text

  @OptionGroup var sampling: SamplerOptions
  @OptionGroup var options: EnsembleOptions

  private static let standardTokens = 256
  private static let standardBytes = 1024

  /// The strategy: several models have nothing but bytes in common.
  private var chosen: DecodeStrategy { strategy ?? (options.model.count > 1 ? .bytes : .plain) }

  func validate() throws {
    guard 0...1_000_000 ~= maxTokens ?? 0 else {
      throw ValidationError("--max-tokens is a number from 0 to 1000000")
    }
    guard 0...1_000_000 ~= maxBytes ?? 0 else {
      throw ValidationError("--max-bytes is a number from 0 to 1000000")
    }
    guard chat || system == nil else { throw ValidationError("--system needs --chat") }
    guard !chat || suffix == nil else { throw ValidationError("give --chat or --suffix, not both") }
    if chosen == .bytes {
      guard maxTokens == nil else {
        throw ValidationError("--strategy bytes draws bytes: give --max-bytes, not --max-tokens")
      }
      guard ban.isEmpty else {
        throw ValidationError("--ban names tokens, and --strategy bytes draws bytes")
      }
    } else {
      guard maxBytes == nil else { throw ValidationError("--max-bytes needs --strategy bytes") }
      guard options.model.count == 1 else {
        throw ValidationError(
          "several models have no tokens in common: they decode with --strategy bytes")
      }
    }
  }

  func run() throws {
    let prompt = try promptBytes()
    Interruption.watch()
    let models = try options.load()
    let prompts = try models.map { model in
      let text = try text(of: prompt, for: model)
      return Prompt(opening: model.tokenizer.opening(of: text), text: text)
    }
    guard prompts.allSatisfy({ !$0.whole.isEmpty }) else {
      throw CommandFault(.usage, "the prompt is empty: give --prompt at least a letter")
    }
    let stops = stop.map { ArgumentBytes.bytes(of: $0) }.filter { !$0.isEmpty }
    if chosen == .bytes {
      try ByteGeneration(
        models: models, prompts: prompts, options: options, sampling: sampling, format: format,
        limit: maxBytes ?? Self.standardBytes, stops: stops
      ).run()
    } else {
      try TokenGeneration(
        model: models[0], prompt: prompts[0], heals: chosen == .heal, options: options,
        sampling: sampling, banned: ban.map { ArgumentBytes.bytes(of: $0) }, format: format,
        limit: maxTokens ?? Self.standardTokens, stops: stops
      ).run()
    }
  }

  /// A prompt as a model is used to seeing it.
  struct Prompt {
    /// The special tokens that the model expects before every text.
    let opening: [UInt8]
    let text: [UInt8]
    var whole: [UInt8] { opening + text }
  }

  private func promptBytes() throws(CommandFault) -> [UInt8] {
    guard let prompt, prompt != "-" else { return try TextOptions.standardInput() }
    return ArgumentBytes.bytes(of: prompt)
  }

  /// The prompt as a model is used to seeing it.
  private func text(of prompt: [UInt8], for model: Model) throws(CommandFault) -> [UInt8] {
    if chat { return try chatted(prompt, model) }
    guard let suffix else { return prompt }
    guard let markers = FillInMarkers(of: model.tokenizer.vocabulary) else {
      throw CommandFault(
        .badData,
        "\(model.path): has no markers for filling in the middle; leave out --suffix")
    }
    // What may belong to the first token of the gap is not cut off from it.
    let begun =
      chosen == .plain
      ? 0 : prompt.count - CanonicalRule(model.tokenizer).lastStableBoundary(in: prompt)
    return markers.prompt(before: prompt, after: ArgumentBytes.bytes(of: suffix), begun: begun)
  }

  private func chatted(_ prompt: [UInt8], _ model: Model) throws(CommandFault) -> [UInt8] {
    guard let template = model.chatTemplate else {
      throw CommandFault(.badData, "\(model.path): has no chat template; leave out --chat")
    }
    var messages: [ChatMessage] = []
    if let system { messages.append(ChatMessage(role: "system", ArgumentBytes.text(of: system))) }
    messages.append(ChatMessage(role: "user", String(decoding: prompt, as: UTF8.self)))
    do throws(TemplateFault) {
      let text = try template.render(messages, date: ChatDate(Date()))
      if let steering = messages.lazy.compactMap({ $0.steeringToken(of: model.tokenizer) }).first {
        ErrorOutput.write(
          line: "tessera: the prompt has the special token "
            + "\(VisibleText.safe(steering, charset: .unicode)), which steers the model")
      }
      return Array(text.utf8)
    } catch {
      throw CommandFault(
        .badData,
        error.kind == .refusal
          ? "\(model.path): the chat template turns this down: \(error.what)"
          : "\(model.path): \(error); leave out --chat")
    }
  }
}
