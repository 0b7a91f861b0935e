import ArgumentParser
import Cells
import Foundation
import Inference
import Reports
import Tokenization
import Workbench

/// `tessera generate`: goes on with a prompt.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Go on with a prompt.")

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, jsonl }
  enum Strategy: String, ExpressibleByArgument, CaseIterable { case plain }

  @Option(help: "The prompt; - or nothing takes standard input.")
  var prompt: String?

  @Flag(help: "The prompt is what a user says: it is put into the model's chat template.")
  var chat = false

  @Option(help: "The system message, with --chat.")
  var system: String?

  @Option(help: "The most tokens that are generated.")
  var maxTokens = 256

  @Option(help: "How tokens are found.")
  var strategy = Strategy.plain

  @Option(help: "A text at which to stop; may be given several times.")
  var stop: [String] = []

  @Option(help: "A text none of whose tokens is drawn; may be given several times.")
  var ban: [String] = []

  @Option(help: "text, json (one object at the end), or jsonl (an object for each token).")
  var format = Format.text

  @OptionGroup var sampling: SamplerOptions
  @OptionGroup var options: ModelOptions

  func validate() throws {
    guard 0...1_000_000 ~= maxTokens else {
      throw ValidationError("--max-tokens is a number from 0 to 1000000")
    }
    guard chat || system == nil else { throw ValidationError("--system needs --chat") }
  }

  func run() throws {
    let prompt = try promptBytes()
    Interruption.watch()
    let model = try options.load()
    let vocabulary = model.tokenizer.vocabulary
    let text = try chatted(prompt, model)
    let tokens = model.tokenizer.encode(text)
    guard !tokens.isEmpty else {
      throw CommandFault(.usage, "the prompt is empty: give --prompt at least a letter")
    }
    let evaluator = try options.evaluator(of: model)
    evaluator.isCancelled = { Interruption.signal != nil }
    let banned = ban.flatMap { model.tokenizer.encode(ArgumentBytes.bytes(of: $0)).map(\.id) }
    let conditions = StopConditions(
      limit: maxTokens, texts: stop.map { ArgumentBytes.bytes(of: $0) }.filter { !$0.isEmpty })
    var writer = GenerationWriter(
      format: format, model: model, prompt: text, start: text.count, settings: sampling)
    var decoder = Decoder(sampling.settings(banned: Set(banned)))
    do {
      var trace = try evaluator.evaluate(tokens.map(\.id))
      var generated: [TokenID] = []
      var reason = conditions.reason(
        generated: [], vocabulary: vocabulary, total: trace.records.count,
        context: evaluator.contextLength)
      while reason == nil {
        let (step, longer) = try decoder.step(after: trace, with: evaluator)
        trace = longer
        generated.append(step.token)
        reason = conditions.reason(
          generated: generated, vocabulary: vocabulary, total: trace.records.count,
          context: evaluator.contextLength)
        try writer.write(step, record: trace.records[step.index])
      }
      try writer.finish(reason)
    } catch is CancellationError {
      // What there is stays; the signal says how the process ends.
      try writer.finish(nil)
      try Interruption.check()
      throw CancellationError()
    }
  }

  private func promptBytes() throws(CommandFault) -> [UInt8] {
    guard let prompt, prompt != "-" else { return try TextOptions.standardInput() }
    return ArgumentBytes.bytes(of: prompt)
  }

  private func chatted(_ prompt: [UInt8], _ model: Model) throws(CommandFault) -> [UInt8] {
    guard chat else { return prompt }
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
