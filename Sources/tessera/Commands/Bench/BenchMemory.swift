import ArgumentParser
import Foundation
import Inference

/// `tessera bench memory`: the most memory that a full context takes.
struct BenchMemory: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memory",
    abstract:
      "The most memory of the process when a text fills the context, beyond the model's file.",
    discussion: """
      Counted is the greatest resident set of the whole process: weights, cache, scratch memory, \
      records of all tokens, the tokenizer, code. Packed weights stand in the place of the file's \
      pages, which leave memory as they are packed; so the size of the file is taken away once.
      """)

  @Option(help: "table or json.")
  var format = BenchCommand.Format.table
  @OptionGroup var options: ModelOptions

  private struct Report: Encodable {
    let bench = "memory"
    let model, precision: String
    let threads, tokens: Int
    let peakBytes, fileBytes, beyondFileBytes: Int

    enum CodingKeys: String, CodingKey {
      case bench, model, precision, threads, tokens
      case peakBytes = "peak_bytes"
      case fileBytes = "file_bytes"
      case beyondFileBytes = "beyond_file_bytes"
    }
  }

  /// The greatest resident set of this process so far, in bytes.
  private static func peak() -> Int {
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }

  func run() throws {
    let report = try BenchCommand.interruptible {
      let model = try options.load()
      let evaluator = try options.evaluator(of: model)
      evaluator.isCancelled = { Interruption.signal != nil }
      let ids = BenchCommand.ids(evaluator.contextLength, of: model)
      let trace = try evaluator.evaluate(ids)
      let peak = Self.peak()
      return Report(
        model: model.name, precision: options.precision.rawValue, threads: evaluator.threads,
        tokens: trace.records.count, peakBytes: peak, fileBytes: model.fileSize,
        beyondFileBytes: peak - model.fileSize)
    }
    try BenchCommand.write(
      report, as: format,
      line: String(
        format: "memory %@ %@, %d tokens: %.1f MB at most, %.1f MB beyond the file's %.1f MB",
        report.model, report.precision, report.tokens, Double(report.peakBytes) / 1e6,
        Double(report.beyondFileBytes) / 1e6, Double(report.fileBytes) / 1e6))
  }
}
