public import ArgumentParser
import Cells
import Foundation
import Reports
public import Tokenization

extension Perturbation: ExpressibleByArgument {}

/// `tessera tokenizer compare T1 T2…`: one text under several tokenizers.
struct TokenizerCompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Lay several tokenizers on one text, aligned by byte.",
    discussion: """
      A boundary is a byte offset inside the text at which a token begins. Agreement is the share of \
      boundaries that a tokenizer and the first one both have, of those that one of them has. Under a \
      perturbation, a boundary stays when the changed text has one at the same place.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, html, svg, ansi }

  @Argument(
    help: "Two to six tokenizers: installed models, or files.", completion: .file())
  var tokenizers: [String]

  @Option(help: "A file with the text (by default standard input).", completion: .file())
  var file: String?

  @Option(help: "The text itself.")
  var text: String?

  @Option(
    name: .customLong("perturb"),
    help: "A perturbation: typos, upper, lower, spaces, nfc or nfd (by default all).")
  var perturbations: [Perturbation] = []

  @Flag(help: "Leave the perturbations out.")
  var plain = false

  @Option(help: "What the typos depend on.")
  var seed: UInt64 = 1

  @Option(help: "table, json, html, svg or ansi; the last three are pictures.")
  var format = Format.table

  @Option(help: "The colours of pictures: ink, paper, mono, or a theme of your own.")
  var theme = "ink"

  func validate() throws {
    guard 2...TokenizerComparison.most ~= tokenizers.count else {
      throw ValidationError("compare takes two to \(TokenizerComparison.most) tokenizers")
    }
    guard file == nil || text == nil else {
      throw ValidationError("give --text or --file, not both")
    }
  }

  func run() throws {
    let bytes = try TextOptions.bytes(text: text, file: file)
    let theme = try ThemeStore().theme(named: ArgumentBytes.text(of: theme)).theme
    var comparison = TokenizerComparison(bytes)
    for opened in try NamedTokenizer.open(all: tokenizers) {
      comparison.add(opened.tokenizer, name: opened.name)
    }
    let kinds = plain ? [] : perturbations.isEmpty ? Perturbation.allCases : perturbations
    let report = ComparisonReport(comparison, perturbations: kinds, seed: seed)
    let output = StandardOutput()
    switch format {
    case .json: try output.write(text: report.json())
    case .table:
      try output.write(text: report.table(charset: output.charset, columns: output.columns))
    case .html, .svg:
      let picture = report.picture(
        theme: theme, depth: .trueColor, charset: .unicode, columns: 100)
      let colors = ScreenColors(theme: theme)
      let title = comparison.sides.map(\.name).joined(separator: ", ")
      let make = format == .svg ? ScreenReport.svg : ScreenReport.html
      try output.write(text: make(picture.grid, title, colors, picture.notes))
    case .ansi:
      let picture = report.picture(
        theme: theme, depth: .ansi256, charset: output.charset, columns: output.columns ?? 80)
      try output.write(text: ScreenReport.ansi(picture.grid))
    }
  }
}
