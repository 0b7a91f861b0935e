import ArgumentParser
import Cells
import Foundation
import Inference
import Lenses
import Reports
import Tokenization

/// `tessera lens ID`: a text through a lens; `tessera lens list`: what lenses there are.
struct LensCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lens", abstract: "Look at a text through a lens, or list the lenses.",
    discussion: LensCatalog.all.map { "\($0.id): \($0.summary)" }.joined(separator: "\n"))

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, json, csv, svg, html, ansi
  }

  @Argument(
    help: "The lens, or list.", completion: .list(["list"] + LensCatalog.all.map(\.id)))
  var lens: String

  @OptionGroup var text: TextOptions

  @Option(name: .long, help: "A parameter of the lens, as key=value; may be given several times.")
  var set: [String] = []

  @Option(help: "table, json, csv, svg, html or ansi.")
  var format = Format.table

  @Option(help: "The colours of svg, html and ansi: ink, paper, mono, or a theme of your own.")
  var theme = "ink"

  @OptionGroup var options: ModelOptions

  func run() throws {
    guard lens != "list" else { return try list() }
    let chosen = try findLens()
    let parameters = try LensParameters(of: chosen, values())
    let bytes = try text.bytes()
    let theme = try ThemeStore().theme(named: ArgumentBytes.text(of: theme)).theme
    Interruption.watch()
    var line = ProgressLine()
    defer { line.clear() }
    let model = try options.load()
    let evaluator = try options.evaluator(of: model)
    evaluator.isCancelled = { Interruption.signal != nil }
    let tokens = model.tokenizer.encodePrompt(bytes)
    let reading: Reading
    do {
      line.show("evaluating \(tokens.count) tokens (Ctrl-C stops)")
      let trace = try evaluator.evaluate(tokens.map(\.id), probe: chosen.needs)
      let progress = Progress(line)
      reading = try chosen.run(
        LensBench(
          trace: trace, vocabulary: model.tokenizer.vocabulary, parameters: parameters,
          evaluator: evaluator,
          progress: { progress.show("\(chosen.title) \(Int($0 * 100)) % (Ctrl-C stops)") }))
      line = progress.line
    } catch is CancellationError {
      try Interruption.check()
      throw CancellationError()
    }
    line.clear()
    let rows = TokenRow.rows(of: tokens, vocabulary: model.tokenizer.vocabulary)
    let base = TokenReport(model: model.name, text: bytes, tokens: rows)
    try write(
      LensReport(base: base, lens: chosen, parameters: parameters, reading: reading), theme)
  }

  /// A progress line that closures can share.
  private final class Progress {
    var line: ProgressLine
    init(_ line: ProgressLine) { self.line = line }
    func show(_ text: String) { line.show(text) }
  }

  private func findLens() throws(CommandFault) -> Lens {
    if let found = LensCatalog.all.first(where: { $0.id == lens }) { return found }
    let ids = LensCatalog.all.map(\.id)
    let hint =
      NearestNames.question(lens, in: ids) ?? "there are \(ids.joined(separator: ", "))"
    throw CommandFault(.usage, "no lens is called \(VisibleText.safe(lens)); \(hint)")
  }

  private func values() throws(CommandFault) -> [String: String] {
    var values: [String: String] = [:]
    for pair in set {
      guard let mark = pair.firstIndex(of: "="), mark != pair.startIndex else {
        throw CommandFault(.usage, "--set \(VisibleText.safe(pair)): it takes key=value")
      }
      values[String(pair[..<mark])] = String(pair[pair.index(after: mark)...])
    }
    return values
  }

  private func write(_ report: LensReport, _ theme: Theme) throws {
    let output = StandardOutput()
    let width = output.columns ?? 100
    switch format {
    case .json: try output.write(text: report.json())
    case .csv: try output.write(text: report.csv())
    case .table: try output.write(text: report.table(charset: output.charset, columns: width))
    case .ansi:
      try output.write(
        text: report.ansi(
          theme: theme, depth: .ansi256, charset: .unicode, columns: min(width, 200)))
    case .svg: try output.write(text: report.svg(theme: theme, columns: min(width, 200)))
    case .html: try output.write(text: report.html(theme: theme, columns: min(width, 200)))
    }
  }

  private func list() throws {
    let output = StandardOutput()
    if format == .json {
      try output.write(text: JSONText.line(["lenses": LensCatalog.all.map(LensRow.init)]))
      return
    }
    var table = TextTable(
      [.left("lens"), .left("reading"), .left("what it shows")], charset: output.charset)
    for lens in LensCatalog.all { table.add([lens.id, lens.kind.rawValue, lens.summary]) }
    try output.write(text: table.text)
    for lens in LensCatalog.all where !lens.parameters.isEmpty {
      try output.write(text: "\n\(lens.id) takes\n")
      for parameter in lens.parameters {
        let kind = "\(parameter.kind.description); \(parameter.standard) by default"
        try output.write(text: "  \(parameter.name): \(parameter.summary) (\(kind))\n")
      }
    }
  }

  /// A lens in the listing's JSON.
  private struct LensRow: Encodable {
    struct Parameter: Encodable {
      let name, values, standard, summary: String
    }

    let id, title, paper, summary, kind: String
    let parameters: [Parameter]

    init(_ lens: Lens) {
      id = lens.id
      title = lens.title
      paper = lens.paper
      summary = lens.summary
      kind = lens.kind.rawValue
      parameters = lens.parameters.map {
        Parameter(
          name: $0.name, values: $0.kind.description, standard: $0.standard, summary: $0.summary)
      }
    }
  }
}
