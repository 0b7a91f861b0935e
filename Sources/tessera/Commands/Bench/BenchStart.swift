import ArgumentParser
import Foundation
import Inference

/// `tessera bench start`: from nothing to the first token, in this process.
struct BenchStart: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Seconds to load a model, evaluate a prompt and draw the first token.")

  @Option(help: "How many tokens the prompt has.")
  var tokens = 32
  @OptionGroup var bench: BenchOptions
  @OptionGroup var options: ModelOptions

  /// One start.
  private struct Phases {
    let load, prompt, first: Double
    var total: Double { load + prompt + first }
  }

  private struct Report: Encodable {
    let bench = "start"
    let model, precision: String
    let threads, tokens: Int
    /// Seconds of each start.
    let runs: [Double]
    /// Medians: all of it, and its parts.
    let seconds, loadSeconds, promptSeconds, firstTokenSeconds: Double

    enum CodingKeys: String, CodingKey {
      case bench, model, precision, threads, tokens, runs, seconds
      case loadSeconds = "load_seconds"
      case promptSeconds = "prompt_seconds"
      case firstTokenSeconds = "first_token_seconds"
    }
  }

  func run() throws {
    let report = try BenchCommand.interruptible {
      var name = ""
      let count = max(1, tokens)
      let starts = try (0..<bench.runs).map { _ in
        let begin = ContinuousClock.now
        let model = try options.load()
        let evaluator = try options.evaluator(of: model)
        evaluator.isCancelled = { Interruption.signal != nil }
        let loaded = ContinuousClock.now
        let trace = try evaluator.evaluate(BenchCommand.ids(count, of: model))
        let evaluated = ContinuousClock.now
        var decoder = Decoder(.greedy)
        _ = try decoder.step(after: trace, with: evaluator)
        let end = ContinuousClock.now
        name = model.name
        return Phases(
          load: (loaded - begin) / .seconds(1), prompt: (evaluated - loaded) / .seconds(1),
          first: (end - evaluated) / .seconds(1))
      }
      return Report(
        model: name, precision: options.precision.rawValue, threads: options.threadCount,
        tokens: count, runs: starts.map(\.total),
        seconds: BenchCommand.median(starts.map(\.total)),
        loadSeconds: BenchCommand.median(starts.map(\.load)),
        promptSeconds: BenchCommand.median(starts.map(\.prompt)),
        firstTokenSeconds: BenchCommand.median(starts.map(\.first)))
    }
    try BenchCommand.write(
      report, as: bench.format,
      line: String(
        format: "start %@ %@, %d threads, %d tokens: %.0f ms (%.0f to %.0f in %d runs), of which "
          + "load %.0f, prompt %.0f, first token %.0f",
        report.model, report.precision, report.threads, report.tokens, report.seconds * 1000,
        (report.runs.min() ?? 0) * 1000, (report.runs.max() ?? 0) * 1000, report.runs.count,
        report.loadSeconds * 1000, report.promptSeconds * 1000, report.firstTokenSeconds * 1000))
  }
}
