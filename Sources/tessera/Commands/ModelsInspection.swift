import ArgumentParser
import Cells
import Foundation
import Inference
import ModelFiles
import Reports

/// `tessera models list`.
struct ModelsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The models that are installed, and those that can be pulled.")

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  @Option(help: "table or json.")
  var format = Format.table

  private struct Row: Encodable {
    let name: String
    let installed: Bool
    /// Whose folder it lies in.
    let origin: String?
    let path, architecture, quantisation: String?
    let bytes: Int?
    /// Files that it is split into.
    let parts: Int?
    /// Why it cannot be run.
    let obstacle: String?
    let license: String?

    enum CodingKeys: String, CodingKey {
      case name, installed, path, architecture, quantisation, bytes, parts, obstacle, license
      case origin = "found_in"
    }

    init(_ entry: ModelEntry) {
      name = entry.model.name
      installed = true
      origin = entry.model.origin.rawValue
      path = entry.model.path
      architecture = entry.architecture
      quantisation = entry.quantisation
      bytes = entry.model.byteCount
      parts = entry.model.parts
      obstacle = entry.obstacle
      license = nil
    }

    init(_ model: PublishedModel) {
      name = model.name
      installed = false
      bytes = model.byteCount
      license = model.license
      (origin, path, architecture, quantisation, parts, obstacle) = (nil, nil, nil, nil, nil, nil)
    }

    var state: String {
      guard installed else { return "can be pulled" }
      return obstacle == nil ? "can be run" : "cannot be run"
    }
  }

  func run() throws {
    let store = ModelStore()
    let found = store.found()
    var rows = found.map { Row(ModelEntry(reading: $0)) }
    rows += ModelCatalog.all.filter { model in !found.contains { $0.name == model.name } }
      .map { Row($0) }
    let output = StandardOutput()
    if format == .json { return try output.write(text: JSONText.line(["models": rows])) }
    var table = TextTable(
      [
        .left("name"), .right("MB"), .left("type"), .left("architecture"), .left("from"),
        .left("state"),
      ], charset: output.charset)
    // The last part alone is a name too, where no other model has it, and leaves room.
    func lastPart(_ name: String) -> String {
      name.split(separator: "/").last.map(String.init) ?? name
    }
    let parts = Dictionary(rows.map { (lastPart($0.name), 1) }, uniquingKeysWith: +)
    for row in rows {
      let last = lastPart(row.name)
      let size = row.bytes.map { String(format: "%.1f", Double($0) / 1e6) }
      table.add(
        [
          parts[last] == 1 ? last : row.name, size ?? "", row.quantisation ?? "",
          row.architecture ?? "", row.origin ?? "",
          row.state,
        ].map { VisibleText.safe($0, charset: output.charset) })
    }
    // The reasons stand below, where they have room.
    let reasons = rows.compactMap { row in
      row.obstacle.map { "\(row.name) cannot be run: \($0)" }
    }.map { VisibleText.safe($0, charset: output.charset) + "\n" }
    let pull = rows.allSatisfy(\.installed) ? "" : "\ntessera models pull NAME fetches a model.\n"
    try output.write(
      text: table.text(columns: output.columns) + (reasons.isEmpty ? "" : "\n") + reasons.joined()
        + pull)
  }
}

/// `tessera models info NAME`.
struct ModelsInfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "What a model says of itself.")

  @Argument(
    help: "The name of a model that is here, a GGUF file, or a Hugging Face folder.",
    completion: .file())
  var model: String

  @Option(help: "table or json.")
  var format = ModelsListCommand.Format.table

  private struct Report: Encodable {
    struct Shape: Encodable {
      let layers, width, heads, keyValueHeads, headWidth, feedForwardWidth: Int
      let vocabularySize, contextLength: Int

      enum CodingKeys: String, CodingKey {
        case layers, width, heads
        case keyValueHeads = "key_value_heads"
        case headWidth = "head_width"
        case feedForwardWidth = "feed_forward_width"
        case vocabularySize = "vocabulary_size"
        case contextLength = "context_length"
      }
    }

    struct Tensors: Encodable {
      let type: String
      let count, bytes: Int
    }

    let model, path: String
    let bytes, parameters: Int
    let ggufVersion: Int?
    /// How an encoder pools vectors; nothing for other models.
    let pooling: String?
    let architecture: String?
    let quantisation: String
    let shape: Shape?
    let tokenizer: String?
    let chatTemplate: String?
    let obstacle: String?
    let tensors: [Tensors]
    let metadata: [String: String]

    enum CodingKeys: String, CodingKey {
      case model, path, bytes, parameters, architecture, pooling, quantisation, shape, tokenizer
      case obstacle
      case tensors, metadata
      case ggufVersion = "gguf_version"
      case chatTemplate = "chat_template"
    }
  }

  func run() throws {
    let installed = try ModelStore().resolve(ArgumentBytes.text(of: model))
    let summary = try ModelSummary.read(path: installed.path)
    let report = Self.report(summary, name: installed.name)
    let output = StandardOutput()
    if format == .json { return try output.write(text: JSONText.line(report)) }
    var table = TextTable([.left("what"), .left("value")], charset: output.charset)
    for (name, value) in Self.lines(report) {
      table.add([name, VisibleText.safe(value, charset: output.charset)])
    }
    for (key, value) in summary.metadata {
      table.add([
        VisibleText.safe(key, charset: output.charset),
        VisibleText.safe(value, charset: output.charset),
      ])
    }
    try output.write(text: table.text)
  }

  private static func report(_ summary: ModelSummary, name: String) -> Report {
    let template = summary.chatTemplate.map { template in
      template.obstacle.map { "cannot be written: \($0)" } ?? "can be written"
    }
    return Report(
      model: name, path: summary.path, bytes: summary.fileSize, parameters: summary.parameters,
      ggufVersion: summary.version, pooling: summary.pooling.map(describe),
      architecture: summary.architecture,
      quantisation: summary.quantisation,
      shape: summary.shape.map {
        Report.Shape(
          layers: $0.layers, width: $0.width, heads: $0.heads, keyValueHeads: $0.keyValueHeads,
          headWidth: $0.headWidth, feedForwardWidth: $0.feedForwardWidth,
          vocabularySize: $0.vocabularySize, contextLength: $0.contextLength)
      }, tokenizer: summary.preTokenizer, chatTemplate: template, obstacle: summary.obstacle,
      tensors: summary.tensors.map {
        Report.Tensors(type: $0.key, count: $0.value.count, bytes: $0.value.bytes)
      }.sorted { ($0.bytes, $0.type) > ($1.bytes, $1.type) },
      metadata: Dictionary(summary.metadata.map { ($0.key, $0.value) }) { first, _ in first })
  }

  private static func describe(_ pooling: Pooling) -> String {
    pooling.mode.rawValue + (pooling.normalises ? ", normalised" : "")
  }

  private static func lines(_ report: Report) -> [(String, String)] {
    var lines = [
      ("model", report.model), ("file", report.path), ("size", "\(report.bytes) bytes"),
      ("parameters", "\(report.parameters)"),
      ("runs", report.obstacle.map { "no: \($0)" } ?? "yes"),
      ("architecture", report.architecture ?? "unknown"), ("quantisation", report.quantisation),
    ]
    if let pooling = report.pooling {
      lines.append(("gives", "vectors of texts, by pooling: \(pooling)"))
    }
    if let shape = report.shape {
      lines += [
        ("layers", "\(shape.layers)"), ("width", "\(shape.width)"),
        ("heads", "\(shape.heads), \(shape.keyValueHeads) for keys and values"),
        ("vocabulary", "\(shape.vocabularySize) entries"), ("context", "\(shape.contextLength)"),
      ]
    }
    lines += [
      ("tokenizer", report.tokenizer ?? "none"), ("chat template", report.chatTemplate ?? "none"),
    ]
    return lines
      + report.tensors.map { ("tensors \($0.type)", "\($0.count), \($0.bytes) bytes") }
  }
}
