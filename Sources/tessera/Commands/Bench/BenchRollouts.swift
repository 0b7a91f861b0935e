import ArgumentParser
import Foundation
import Inference
import Tokenization

/// `tessera bench rollouts`: continuations decoded together, over one after another.
struct BenchRollouts: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollouts",
    abstract: "Tokens a second of several continuations decoded together, over one by one.")

  @Option(help: "How many continuations.")
  var count = 8
  @Option(help: "How many tokens each has.")
  var tokens = 64
  @Option(help: "How many tokens the prompt has.")
  var prompt = 32
  @OptionGroup var bench: BenchOptions
  @OptionGroup var options: ModelOptions

  func validate() throws {
    guard 1...256 ~= count else { throw ValidationError("--count is a number from 1 to 256") }
    guard tokens > 0, prompt > 0 else {
      throw ValidationError("--tokens and --prompt are numbers from 1")
    }
  }

  private struct Report: Encodable {
    let bench = "rollouts"
    let model, precision: String
    let threads, count, tokens, prompt: Int
    /// Tokens a second of each run, in pairs.
    let together, oneByOne: [Double]
    /// The first over the second, pair by pair.
    let runs: [Double]
    let speedRatio: Double

    enum CodingKeys: String, CodingKey {
      case bench, model, precision, threads, count, tokens, prompt, runs
      case together = "together_tokens_per_second"
      case oneByOne = "one_by_one_tokens_per_second"
      case speedRatio = "speed_ratio"
    }
  }

  /// Tokens a second of `count` continuations, each with a seed of its own.
  private func rate(
    _ ids: [TokenID], _ seeds: Range<Int>, with evaluator: Evaluator
  ) throws -> Double {
    var settings = SamplerSettings()
    settings.seed = UInt64(seeds.lowerBound)
    // The prompt is not counted.
    _ = try evaluator.evaluate(ids)
    let begin = ContinuousClock.now
    let rollouts = try Rollouts(
      after: ids, count: seeds.count, maxTokens: tokens, settings: settings, with: evaluator)
    while rollouts.goesOn {
      try evaluator.checkCancellation()
      try rollouts.step()
    }
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    return Double(rollouts.rollouts.reduce(0) { $0 + $1.tokens.count }) / seconds
  }

  func run() throws {
    let report = try BenchCommand.interruptible {
      let model = try options.load()
      let evaluator = try options.evaluator(of: model)
      evaluator.isCancelled = { Interruption.signal != nil }
      let ids = BenchCommand.ids(prompt, of: model)
      _ = try rate(ids, 0..<count, with: evaluator)
      let pairs = try (0..<bench.runs).map { _ in
        (
          together: try rate(ids, 0..<count, with: evaluator),
          // Their harmonic mean: the time of all over the tokens of all.
          oneByOne: Double(count)
            / (try (0..<count).reduce(0) { $0 + 1 / (try rate(ids, $1..<$1 + 1, with: evaluator)) })
        )
      }
      let ratios = pairs.map { $0.together / $0.oneByOne }
      return Report(
        model: model.name, precision: options.precision.rawValue, threads: evaluator.threads,
        count: count, tokens: tokens, prompt: prompt, together: pairs.map(\.together),
        oneByOne: pairs.map(\.oneByOne), runs: ratios, speedRatio: BenchCommand.median(ratios))
    }
    try BenchCommand.write(
      report, as: bench.format,
      line: String(
        format: "rollouts %@ %@, %d threads, %d of %d tokens: %.2f times as many tokens a second "
          + "(%.2f to %.2f in %d pairs), %.1f together",
        report.model, report.precision, report.threads, count, tokens, report.speedRatio,
        report.runs.min() ?? 0, report.runs.max() ?? 0, report.runs.count,
        BenchCommand.median(report.together)))
  }
}
