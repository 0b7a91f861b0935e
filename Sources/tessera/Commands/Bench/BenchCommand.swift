import ArgumentParser
import Foundation
import Inference
import ModelFiles
import Reports
import Tokenization

/// `tessera bench`: how fast it is here.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure speed on this machine.",
    subcommands: [
      BenchDecode.self, BenchPrefill.self, BenchRecord.self, BenchRollouts.self, BenchStart.self,
      BenchMemory.self, BenchBytes.self, BenchPrompts.self, BenchTokenize.self,
      BenchRetokenize.self, BenchRender.self,
    ])

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  /// The middle of some numbers.
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard let last = sorted.last else { return 0 }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2
      : sorted.indices.contains(middle) ? sorted[middle] : last
  }

  /// Runs what can be interrupted, and ends as an interrupted command does when it was.
  static func interruptible<R>(_ body: () throws -> R) throws -> R {
    Interruption.watch()
    do {
      return try body()
    } catch is CancellationError {
      try Interruption.check()
      throw CancellationError()
    }
  }

  /// Tokens of some prose, as often as it takes.
  static func ids(_ count: Int, of model: Model) -> [TokenID] {
    let prose = model.tokenizer.encode(Array(prose.utf8)).map(\.id)
    return (0..<count).map { prose[$0 % prose.count] }
  }

  /// Writes a report as JSON, or the line that says the same to people.
  static func write(_ report: some Encodable, as format: Format, line: String) throws {
    try StandardOutput().write(text: format == .json ? JSONText.line(report) : line + "\n")
  }

  /// Ordinary prose, to measure on.
  static let prose = """
    The river had risen in the night, and the lower meadow was a sheet of grey water with the tops \
    of the fence posts standing out of it in a line. Nobody was surprised. It rose every spring, \
    and every spring the two brothers who kept the ferry drew it up to the second mark and went \
    home. What was new this year was the light on the far bank, steady and yellow, where no house \
    had ever stood. By noon three people had asked about it, and by evening the ferry went across.

    """
}

/// Options of benches that run a model.
struct BenchOptions: ParsableArguments {
  @Option(help: "How often it is measured.")
  var runs = 5

  @Option(help: "table or json.")
  var format = BenchCommand.Format.table

  func validate() throws {
    guard 1...1000 ~= runs else { throw ValidationError("--runs is a number from 1 to 1000") }
  }
}

/// What a bench of a model answers.
private struct ModelBenchReport: Encodable {
  let bench, model, precision: String
  let threads, tokens: Int
  let runs: [Double]
  let tokensPerSecond: Double
  let bytesPerToken: Int

  enum CodingKeys: String, CodingKey {
    case bench, model, precision, threads, tokens, runs
    case tokensPerSecond = "tokens_per_second"
    case bytesPerToken = "bytes_per_token"
  }

  /// Measures passes over a text.
  static func measure(
    _ bench: String, tokens: Int, options: ModelOptions, runs: Int
  ) throws -> ModelBenchReport {
    try BenchCommand.interruptible {
      let model = try options.load()
      let evaluator = try options.evaluator(of: model)
      evaluator.isCancelled = { Interruption.signal != nil }
      let ids = BenchCommand.ids(tokens, of: model)
      let oneByOne = bench == "decode"
      // The first pass brings weights and code into memory.
      _ = try evaluator.timePass(Array(ids.prefix(16)), oneByOne: oneByOne)
      let rates = try (0..<runs).map { _ in
        Double(tokens) / (try evaluator.timePass(ids, oneByOne: oneByOne))
      }
      return ModelBenchReport(
        bench: bench, model: model.name, precision: options.precision.rawValue,
        threads: evaluator.threads, tokens: tokens, runs: rates,
        tokensPerSecond: BenchCommand.median(rates), bytesPerToken: model.bytesPerToken)
    }
  }

  func write(_ format: BenchCommand.Format) throws {
    let output = StandardOutput()
    guard format == .table else { return try output.write(text: JSONText.line(self)) }
    let (low, high) = (runs.min() ?? 0, runs.max() ?? 0)
    try output.write(
      text: String(
        format: "%@ %@ %@, %d threads, %d tokens: %.1f tokens/s (%.1f to %.1f in %d runs), "
          + "%.1f MB of weights a token\n",
        bench, model, precision, threads, tokens, tokensPerSecond, low, high, runs.count,
        Double(bytesPerToken) / 1e6))
  }
}

/// `tessera bench decode`.
struct BenchDecode: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode", abstract: "Tokens a second, one after the other.")

  @Option(help: "How many tokens are decoded.")
  var tokens = 128
  @OptionGroup var bench: BenchOptions
  @OptionGroup var options: ModelOptions

  func run() throws {
    try ModelBenchReport.measure(
      "decode", tokens: max(1, tokens), options: options, runs: bench.runs
    )
    .write(bench.format)
  }
}

/// `tessera bench prefill`.
struct BenchPrefill: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prefill", abstract: "Tokens a second, all of a prompt at once.")

  @Option(help: "How many tokens the prompt has.")
  var tokens = 512
  @OptionGroup var bench: BenchOptions
  @OptionGroup var options: ModelOptions

  func run() throws {
    try ModelBenchReport.measure(
      "prefill", tokens: max(1, tokens), options: options, runs: bench.runs
    ).write(bench.format)
  }
}

/// `tessera bench tokenize`.
struct BenchTokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Bytes a second into tokens, on one thread.")

  @Argument(help: "A file to tokenize (by default some prose, again and again).")
  var file: String?
  @OptionGroup var bench: BenchOptions
  @Option(help: "\(NamedTokenizer.help).", completion: .file())
  var tokenizer: String?
  @Option(help: "The same as --tokenizer.", completion: .file())
  var model = ModelCatalog.standard.name

  private struct Report: Encodable {
    let bench = "tokenize"
    let model: String
    /// How long opening the tokenizer took.
    let loadSeconds: Double
    let bytes, tokens: Int
    let runs: [Double]
    let bytesPerSecond: Double

    enum CodingKeys: String, CodingKey {
      case bench, model, bytes, tokens, runs
      case loadSeconds = "load_seconds"
      case bytesPerSecond = "bytes_per_second"
    }
  }

  func run() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let named = try NamedTokenizer.open(ArgumentBytes.text(of: self.tokenizer ?? model))
    let loading = (clock.now - start) / .seconds(1)
    let tokenizer = named.tokenizer
    let text =
      try file.map { try InputFile.read(ArgumentBytes.text(of: $0)) }
      ?? Array(String(repeating: BenchCommand.prose, count: 8000).utf8)
    var count = 0
    let rates = (0..<bench.runs).map { _ in
      let time = clock.measure { count = tokenizer.encode(text).count }
      return Double(text.count) / (time / .seconds(1))
    }
    let report = Report(
      model: named.name, loadSeconds: loading, bytes: text.count, tokens: count, runs: rates,
      bytesPerSecond: BenchCommand.median(rates))
    let output = StandardOutput()
    guard bench.format == .table else { return try output.write(text: JSONText.line(report)) }
    try output.write(
      text: String(
        format: "tokenize %@, 1 thread, %d bytes, %d tokens: %.1f MB/s (%.1f to %.1f in %d runs), "
          + "opened in %.0f ms\n",
        report.model, report.bytes, count, report.bytesPerSecond / 1e6, (rates.min() ?? 0) / 1e6,
        (rates.max() ?? 0) / 1e6, rates.count, loading * 1000))
  }
}
