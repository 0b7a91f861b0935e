public import ArgumentParser
import Cells
import Foundation
public import Inference
import Reports
import Tokenization

extension ByteDefinition: ExpressibleByArgument {}

/// `tessera bytes`: the exact distribution of the next byte, at any byte of a text.
struct BytesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bytes",
    abstract: "What byte could follow a text, also within a token or a character.",
    discussion: """
      canonical sums over all sequences of tokens that the tokenizer itself would produce; naive \
      takes for granted that a token ends where the text ends; all sums over every sequence that \
      spells the text, but for those whose share falls below --least-share.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  @OptionGroup var text: TextOptions

  @Option(help: "After how many bytes of the text (by default after all).")
  var at: Int?

  @Flag(help: "Go through the whole text: the surprisal of each byte, and the sums.")
  var each = false

  @Option(help: "canonical, naive or all; may be given several times (by default the first two).")
  var definition: [ByteDefinition] = []

  @Option(help: "How many outcomes are told (by default 20 in a table, in JSON all).")
  var top: Int?

  @Option(help: "The share below which a sequence of tokens is left out.")
  var leastShare: Double?

  @Option(help: "table, or json (an object a line).")
  var format = Format.table

  @OptionGroup var options: ModelOptions

  /// What is left out where nothing else is asked for: `canonical` has few sequences, `all` has
  /// exponentially many.
  static func leastShare(_ definition: ByteDefinition) -> Double {
    definition == .all ? 1e-4 : ByteCovers.standardLeastShare
  }

  func validate() throws {
    guard top.map({ $0 > 0 }) ?? true else { throw ValidationError("--top is a number from 1") }
    guard leastShare.map({ 0..<1 ~= $0 }) ?? true else {
      throw ValidationError("--least-share is a number from 0 to below 1")
    }
    guard !each || at == nil else { throw ValidationError("give --at or --each, not both") }
  }

  func run() throws {
    let bytes = try text.bytes()
    let offset = at ?? bytes.count
    guard 0...bytes.count ~= offset else {
      throw CommandFault(.usage, "--at is a number from 0 to \(bytes.count), the text's length")
    }
    Interruption.watch()
    let model = try options.load()
    let evaluator = try options.evaluator(of: model)
    evaluator.isCancelled = { Interruption.signal != nil }
    let covers = ByteCovers(evaluator)
    let before = model.tokenizer.opening(of: bytes)
    let opening = before.count
    do {
      try covers.begin(before + bytes)
      if each {
        try ByteWalk(
          model: model, covers: covers, opening: opening, format: format, leastShare: leastShare
        ).run()
      } else {
        try tell(covers, model, bytes, offset, opening)
      }
    } catch is CancellationError {
      try Interruption.check()
      throw CancellationError()
    } catch let fault as ByteFault {
      throw CommandFault(.badData, fault.description)
    }
  }

  private func tell(
    _ covers: ByteCovers, _ model: Model, _ bytes: [UInt8], _ offset: Int, _ opening: Int
  ) throws {
    let wanted = definition.isEmpty ? [.canonical, .naive] : definition
    let distributions = try wanted.map { definition in
      let least = leastShare ?? Self.leastShare(definition)
      switch definition {
      case .naive: return try covers.naive(at: opening + offset)
      case .canonical:
        covers.leastShare = least
        return try covers.canonical(at: opening + offset)
      case .all: return try covers.all(at: opening + offset, leastShare: least)
      }
    }
    let report = BytesReport(
      model: model.name, text: Array(bytes[..<offset]), distributions: distributions,
      vocabulary: model.tokenizer.vocabulary, top: top, opening: opening)
    let output = StandardOutput()
    switch format {
    case .json: try output.write(text: report.json())
    case .table: try output.write(text: report.table(charset: output.charset))
    }
  }
}

/// Goes through a text byte by byte.
private struct ByteWalk {
  let model: Model
  let covers: ByteCovers
  /// How many bytes stand before the text because the model expects them.
  let opening: Int
  let format: BytesCommand.Format
  let leastShare: Double?

  private struct Row: Encodable {
    let model: String
    let offset, byte: Int
    let surprisal, invalidMass, droppedMass: Double
    let modelSteps: Int

    enum CodingKeys: String, CodingKey {
      case model, offset, byte, surprisal
      case invalidMass = "invalid_mass"
      case droppedMass = "dropped_mass"
      case modelSteps = "model_steps"
    }
  }

  private struct Summary: Encodable {
    let model: String
    let bytes, tokens, modelSteps: Int
    let bitsPerByte, tokenBitsPerByte, seconds: Double

    enum CodingKeys: String, CodingKey {
      case model, bytes, tokens, seconds
      case modelSteps = "model_steps"
      case bitsPerByte = "bits_per_byte"
      case tokenBitsPerByte = "token_bits_per_byte"
    }
  }

  func run() throws {
    let output = StandardOutput()
    let text = covers.text[opening...]
    covers.leastShare = leastShare ?? BytesCommand.leastShare(.canonical)
    var table = TextTable(
      [
        .right("offset"), .left("byte"), .right("bits"), .right("not counted"), .right("steps"),
      ], charset: output.charset)
    let begin = ContinuousClock.now
    var bits = 0.0
    let steps = covers.modelSteps
    for (offset, byte) in text.enumerated() {
      try Interruption.check()
      let exact = try covers.canonical(at: opening + offset)
      let surprisal = -log2(exact.probabilities[Int(byte)])
      bits += surprisal
      let row = Row(
        model: model.name, offset: offset, byte: Int(byte), surprisal: surprisal,
        invalidMass: exact.invalidMass, droppedMass: exact.droppedMass,
        modelSteps: exact.modelSteps)
      switch format {
      case .json: try output.write(text: JSONText.line(row))
      case .table:
        table.add([
          "\(offset)", PieceText.visible([byte], charset: output.charset),
          String(format: "%.3f", surprisal),
          String(format: "%.2f %%", exact.invalidMass * 100), "\(exact.modelSteps)",
        ])
      }
    }
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    let tokenBits = try -covers.logProbabilityByTokens() / M_LN2
    let count = Double(max(1, text.count))
    let summary = Summary(
      model: model.name, bytes: text.count, tokens: model.tokenizer.encode(Array(text)).count,
      modelSteps: covers.modelSteps - steps, bitsPerByte: bits / count,
      tokenBitsPerByte: tokenBits / count, seconds: seconds)
    switch format {
    case .json: try output.write(text: JSONText.line(summary))
    case .table:
      try output.write(text: table.text)
      try output.write(
        text: String(
          format: "%d bytes: %.4f bits per byte, by tokens %.4f; %.3f model steps per byte\n",
          text.count, summary.bitsPerByte, summary.tokenBitsPerByte,
          Double(summary.modelSteps) / count))
    }
  }
}
