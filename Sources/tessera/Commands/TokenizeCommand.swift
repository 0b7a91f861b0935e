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

  @Flag(help: "Tell why each token begins where it does (table and json).")
  var explain = false

  func validate() throws {
    guard !(explain && format == .ids) else {
      throw ValidationError("--explain goes with table and json")
    }
  }

  func run() throws {
    let bytes = try text.bytes()
    let names = tokenizer.isEmpty ? [ModelCatalog.standard.name] : tokenizer
    let output = StandardOutput()
    for name in names {
      let named = try NamedTokenizer.open(ArgumentBytes.text(of: name))
      let (name, tokenizer) = (named.name, named.tokenizer)
      let tokens = tokenizer.encode(bytes)
      if names.count > 1, format == .table {
        let count = tokens.count
        try output.write(text: "\(VisibleText.safe(name)): \(count) tokens\n")
      }
      if explain {
        let report = CutReport(model: name, text: bytes, tokens: tokens, tokenizer: tokenizer)
        try output.write(
          text: format == .json
            ? report.json() : report.table(charset: output.charset, columns: output.columns))
        continue
      }
      let rows = TokenRow.rows(of: tokens, vocabulary: tokenizer.vocabulary)
      let report = TokenReport(model: name, text: bytes, tokens: rows)
      switch format {
      case .json: try output.write(text: report.json())
      case .ids: try output.write(text: report.ids)
      case .table:
        try output.write(text: report.table(charset: output.charset, columns: output.columns))
      }
    }
  }
}
