import ArgumentParser
import Foundation
import Inference

/// `tessera bench record`: what it costs to record attention and the residual stream.
struct BenchRecord: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Time of a prompt with all attention and residuals recorded, over the time without.")

  @Option(help: "How many tokens the prompt has.")
  var tokens = 512
  @OptionGroup var bench: BenchOptions
  @OptionGroup var options: ModelOptions

  private struct Report: Encodable {
    let bench = "record"
    let model, precision: String
    let threads, tokens: Int
    /// Seconds of each run, in pairs.
    let plainSeconds, recordingSeconds: [Double]
    /// The second over the first, pair by pair.
    let runs: [Double]
    let timeRatio: Double

    enum CodingKeys: String, CodingKey {
      case bench, model, precision, threads, tokens, runs
      case plainSeconds = "plain_seconds"
      case recordingSeconds = "recording_seconds"
      case timeRatio = "time_ratio"
    }
  }

  func run() throws {
    let report = try BenchCommand.interruptible {
      let model = try options.load()
      let evaluator = try options.evaluator(of: model)
      evaluator.isCancelled = { Interruption.signal != nil }
      let ids = BenchCommand.ids(max(1, tokens), of: model)
      let probe: Probe = [.attention, .residual]
      _ = try evaluator.timePass(ids, oneByOne: false, recording: probe)
      let pairs = try (0..<bench.runs).map { _ in
        (
          plain: try evaluator.timePass(ids, oneByOne: false),
          recording: try evaluator.timePass(ids, oneByOne: false, recording: probe)
        )
      }
      let ratios = pairs.map { $0.recording / $0.plain }
      return Report(
        model: model.name, precision: options.precision.rawValue, threads: evaluator.threads,
        tokens: ids.count, plainSeconds: pairs.map(\.plain),
        recordingSeconds: pairs.map(\.recording), runs: ratios,
        timeRatio: BenchCommand.median(ratios))
    }
    try BenchCommand.write(
      report, as: bench.format,
      line: String(
        format:
          "record %@ %@, %d threads, %d tokens: %.3f times the time (%.3f to %.3f in %d pairs)",
        report.model, report.precision, report.threads, report.tokens, report.timeRatio,
        report.runs.min() ?? 0, report.runs.max() ?? 0, report.runs.count))
  }
}
