import ArgumentParser
import Cells
import Foundation
import Reports
import Tokenization

/// `tessera tokenize`: the tokens of a text.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Cut a text into tokens.")

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, ids }

  @OptionGroup var text: TextOptions

  @Option(
    name: .long, help: "\(NamedTokenizer.help); may be given several times.", completion: .file())
  var tokenizer: [String] = []

  @Option(help: "table, json (an object a line), or ids.")
  var format = Format.table

  func run() throws {
    let bytes = try text.bytes()
    let names = tokenizer.isEmpty ? [ModelCatalog.standard.name] : tokenizer
    let output = StandardOutput()
    for name in names {
      let named = try NamedTokenizer.open(ArgumentBytes.text(of: name))
      let tokenizer = named.tokenizer
      let rows = TokenRow.rows(of: tokenizer.encode(bytes), vocabulary: tokenizer.vocabulary)
      let report = TokenReport(model: named.name, text: bytes, tokens: rows)
      switch format {
      case .json: try output.write(text: report.json())
      case .ids: try output.write(text: report.ids)
      case .table:
        if names.count > 1 {
          try output.write(text: "\(VisibleText.safe(named.name)): \(rows.count) tokens\n")
        }
        try output.write(text: report.table(charset: output.charset, columns: output.columns))
      }
    }
  }
}
