import ArgumentParser
import Foundation
import Inference
import Tokenization

/// `tessera bench bytes`: what the exact distribution of every next byte costs.
struct BenchBytes: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bytes",
    abstract: "Time of a byte by exact distributions, over that of a token of plain decoding.")

  @Argument(help: "A text to go through (by default some prose).", completion: .file())
  var file: String?
  @Option(help: "How many bytes of it.")
  var bytes = 480
  @OptionGroup var bench: BenchOptions
  @OptionGroup var options: ModelOptions

  func validate() throws {
    guard 1...1_000_000 ~= bytes else {
      throw ValidationError("--bytes is a number from 1 to 1000000")
    }
  }

  private struct Report: Encodable {
    let bench = "bytes"
    let model, precision: String
    let threads, bytes, tokens: Int
    let stepsPerByte, bitsPerByte, tokenBitsPerByte: Double
    /// Of each run, in pairs.
    let secondsPerByte, secondsPerToken: [Double]
    /// The first over the second, pair by pair.
    let runs: [Double]
    let timeRatio: Double

    enum CodingKeys: String, CodingKey {
      case bench, model, precision, threads, bytes, tokens, runs
      case stepsPerByte = "model_steps_per_byte"
      case bitsPerByte = "bits_per_byte"
      case tokenBitsPerByte = "token_bits_per_byte"
      case secondsPerByte = "seconds_per_byte"
      case secondsPerToken = "seconds_per_token"
      case timeRatio = "time_ratio"
    }
  }

  /// What going through a text byte by byte came to.
  private struct Walk {
    var seconds = 0.0
    var bits = 0.0
    var steps = 0
  }

  func run() throws {
    let text = Array(
      try
        (file.map { try InputFile.read(ArgumentBytes.text(of: $0)) }
        ?? Array(BenchCommand.prose.utf8)).prefix(bytes))
    let report = try BenchCommand.interruptible {
      let model = try options.load()
      let evaluator = try options.evaluator(of: model)
      evaluator.isCancelled = { Interruption.signal != nil }
      let rule = CanonicalRule(model.tokenizer)
      let opening = model.tokenizer.opening(of: text)
      let ids = model.tokenizer.encode(opening + text).map(\.id)
      _ = try walk(text.prefix(64), after: opening, rule, evaluator)
      var walks: [Walk] = []
      var tokens: [Double] = []
      for _ in 0..<bench.runs {
        walks.append(try walk(text[...], after: opening, rule, evaluator))
        tokens.append(try evaluator.timePass(ids, oneByOne: true) / Double(ids.count))
      }
      let covers = ByteCovers(evaluator, rule: rule)
      try covers.begin(opening + text)
      let count = Double(text.count)
      let ratios = zip(walks, tokens).map { $0.seconds / count / $1 }
      return Report(
        model: model.name, precision: options.precision.rawValue, threads: evaluator.threads,
        bytes: text.count, tokens: ids.count, stepsPerByte: Double(walks[0].steps) / count,
        bitsPerByte: walks[0].bits / count,
        tokenBitsPerByte: -(try covers.logProbabilityByTokens()) / M_LN2 / count,
        secondsPerByte: walks.map { $0.seconds / count }, secondsPerToken: tokens, runs: ratios,
        timeRatio: BenchCommand.median(ratios))
    }
    try BenchCommand.write(
      report, as: bench.format,
      line: String(
        format: "bytes %@ %@, %d threads, %d bytes: %.2f ms a byte, %.2f times a token of plain "
          + "decoding (%.2f to %.2f in %d pairs), %.3f model steps a byte, %.4f bits a byte, by "
          + "tokens %.4f",
        report.model, report.precision, report.threads, report.bytes,
        BenchCommand.median(report.secondsPerByte) * 1000, report.timeRatio,
        report.runs.min() ?? 0, report.runs.max() ?? 0, report.runs.count, report.stepsPerByte,
        report.bitsPerByte, report.tokenBitsPerByte))
  }

  /// Goes through a text as one that is not known yet: each distribution before its byte is told.
  private func walk(
    _ text: ArraySlice<UInt8>, after opening: [UInt8], _ rule: CanonicalRule,
    _ evaluator: Evaluator
  ) throws -> Walk {
    let covers = ByteCovers(evaluator, rule: rule)
    var walk = Walk()
    // An evaluation of something else leaves nothing to be found again.
    _ = try evaluator.timePass([0], oneByOne: true)
    let begin = ContinuousClock.now
    try covers.begin(opening)
    for (offset, byte) in text.enumerated() {
      try evaluator.checkCancellation()
      if offset > 0, offset.isMultiple(of: ByteDecoder.horizon) { try covers.settle() }
      let exact = try covers.canonical(at: opening.count + offset)
      walk.bits -= log2(exact.probabilities[Int(byte)])
      covers.append(byte)
    }
    walk.seconds = (ContinuousClock.now - begin) / .seconds(1)
    walk.steps = covers.modelSteps
    return walk
  }
}
