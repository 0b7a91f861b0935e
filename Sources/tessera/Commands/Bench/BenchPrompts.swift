import ArgumentParser
import Foundation
import Inference
import Tokenization

/// `tessera bench prompts`: how the ways to go on from a prompt that stops within a word compare.
///
/// From the beginnings of words of a text each strategy goes on greedily: plain and healing by tokens,
/// the exact one by bytes. What it says is cut within a word, and it goes on from there: as it did
/// before, if the cut changes nothing.
struct BenchPrompts: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompts",
    abstract: "How often a prompt cut within a word goes on as the uncut one does.")

  @Argument(help: "A text to cut (by default some prose).", completion: .file())
  var file: String?
  @Option(help: "How many prompts.")
  var count = 200
  @Option(help: "How many bytes of the continuations are compared.")
  var bytes = 16
  @Option(help: "Where the cuts are drawn from.")
  var seed: UInt64 = 0
  @Option(help: "table or json.")
  var format = BenchCommand.Format.table
  @OptionGroup var options: ModelOptions

  /// The longest prompt, in bytes.
  private static let longest = 400

  func validate() throws {
    guard 1...100_000 ~= count else {
      throw ValidationError("--count is a number from 1 to 100000")
    }
    guard 1...256 ~= bytes else { throw ValidationError("--bytes is a number from 1 to 256") }
  }

  private struct Report: Encodable {
    let bench = "prompts"
    let model, precision: String
    let prompts, bytes: Int
    /// How many continuations are the uncut one's, by strategy.
    let equal: [String: Int]
    /// How many bytes agree on average, by strategy.
    let agreeing: [String: Double]
  }

  func run() throws {
    let text =
      try file.map { try InputFile.read(ArgumentBytes.text(of: $0)) }
      ?? Array(BenchCommand.prose.utf8)
    let report = try BenchCommand.interruptible {
      let model = try options.load()
      let evaluator = try options.evaluator(of: model)
      evaluator.isCancelled = { Interruption.signal != nil }
      let cutter = PromptCutter(evaluator: evaluator, bytes: bytes)
      var equal: [String: Int] = [:]
      var agreeing: [String: Int] = [:]
      var generator = SeededGenerator(seed: seed)
      var starts = text.indices.filter { index in
        index > 16 && text[index] == UInt8(ascii: " ") && text[index - 1] != UInt8(ascii: " ")
      }
      starts.shuffle(using: &generator)
      var prompts = 0
      for start in starts where prompts < count {
        let begin = max(0, start - Self.longest)
        let from = text[begin..<start].firstIndex(of: UInt8(ascii: " ")) ?? begin
        let prompt = Array(text[(begin == 0 ? 0 : from)..<start])
        guard let trials = try cutter.trials(after: prompt, &generator) else { continue }
        prompts += 1
        for (strategy, trial) in trials {
          let common = zip(trial.found, trial.wanted).prefix { $0 == $1 }.count
          equal[strategy, default: 0] += common == trial.wanted.count ? 1 : 0
          agreeing[strategy, default: 0] += common
        }
      }
      guard prompts > 0 else { throw CommandFault(.badData, "no word of the text can be cut") }
      return Report(
        model: model.name, precision: options.precision.rawValue, prompts: prompts, bytes: bytes,
        equal: equal, agreeing: agreeing.mapValues { Double($0) / Double(prompts) })
    }
    let parts = report.equal.sorted { $0.key < $1.key }.map { strategy, equal in
      String(
        format: "%@ %d (%.1f bytes agree)", strategy, equal, report.agreeing[strategy] ?? 0)
    }
    try BenchCommand.write(
      report, as: format,
      line: "prompts \(report.model): of \(report.prompts) cut within a word, as the uncut one for "
        + "\(report.bytes) bytes: \(parts.joined(separator: ", "))")
  }
}

/// Cuts what a model says, and has it go on from there in each way.
private struct PromptCutter {
  let evaluator: Evaluator
  let bytes: Int
  private let rule: CanonicalRule
  private let covers: ByteCovers

  /// Where a continuation is cut at the latest.
  private static let cutBytes = 24

  init(evaluator: Evaluator, bytes: Int) {
    self.evaluator = evaluator
    self.bytes = bytes
    rule = CanonicalRule(evaluator.model.tokenizer)
    covers = ByteCovers(evaluator, rule: rule)
  }

  private var tokenizer: Tokenizer { evaluator.model.tokenizer }

  /// For each strategy what follows a cut of its own continuation, before and after the cut; `nil`
  /// where no word can be cut in one of them, or the text ends.
  func trials(
    after prompt: [UInt8], _ generator: inout SeededGenerator
  ) throws -> [String: (wanted: [UInt8], found: [UInt8])]? {
    let opened = tokenizer.opening(of: prompt) + prompt
    let ids = tokenizer.encode(opened).map(\.id)
    guard !ids.isEmpty else { return nil }
    let length = bytes + Self.cutBytes
    let byTokens = try greedily(after: ids, bytes: length)
    let byBytes = try byteByByte(after: opened, bytes: length)
    let ends = Set(byTokens.tokens.map(\.upperBound))
    guard byTokens.bytes.count >= length, byBytes.count == length,
      let place = place(in: byTokens.bytes, besides: ends, &generator),
      let exact = self.place(in: byBytes, besides: [], &generator)
    else { return nil }
    let wanted = Array(byTokens.bytes[place..<place + bytes])
    let cut = opened + byTokens.bytes[..<place]
    let cutIDs = tokenizer.encode(cut).map(\.id)
    guard let healing = TokenHealing(cutIDs, rule: rule) else { return nil }
    let healed = try greedily(
      after: healing.ids, healing: healing, bytes: bytes + healing.bytes.count)
    return [
      "plain": (wanted, try greedily(after: cutIDs, bytes: bytes).bytes),
      "heal": (wanted, Array(healed.bytes.dropFirst(healing.bytes.count))),
      "bytes": (
        Array(byBytes[exact..<exact + bytes]),
        try byteByByte(after: opened + byBytes[..<exact], bytes: bytes)
      ),
    ]
  }

  /// A place between two letters among the first bytes of a continuation.
  private func place(
    in said: [UInt8], besides ends: Set<Int>, _ generator: inout SeededGenerator
  ) -> Int? {
    (1..<Self.cutBytes).filter {
      isLetter(said[$0 - 1]) && isLetter(said[$0]) && !ends.contains($0)
    }.randomElement(using: &generator)
  }

  private func byteByByte(after prompt: [UInt8], bytes: Int) throws -> [UInt8] {
    let decoder = try ByteDecoder([prompt], models: [covers], weights: [1], settings: .greedy)
    while decoder.generated.count < bytes, try decoder.step().byte != nil {}
    return decoder.generated
  }

  /// The likeliest tokens one after the other until there are so many bytes, or the text ends.
  private func greedily(
    after ids: [TokenID], healing: TokenHealing? = nil, bytes: Int
  ) throws -> (bytes: [UInt8], tokens: [Range<Int>]) {
    let vocabulary = tokenizer.vocabulary
    var trace = try evaluator.evaluate(ids)
    var said: [UInt8] = []
    var tokens: [Range<Int>] = []
    var settings = SamplerSettings.greedy
    if let healing {
      settings = healing.settings(
        settings, vocabularySize: evaluator.model.shape.vocabularySize)
    }
    while said.count < bytes {
      var decoder = Decoder(settings)
      let (step, longer) = try decoder.step(after: trace, with: evaluator)
      trace = longer
      settings = .greedy
      if vocabulary.isSpecial(step.token) { break }
      let start = said.count
      said += vocabulary.bytes(of: step.token)
      tokens.append(start..<said.count)
    }
    return (said, tokens)
  }

  private func isLetter(_ byte: UInt8) -> Bool {
    0x41...0x5A ~= byte || 0x61...0x7A ~= byte
  }
}
