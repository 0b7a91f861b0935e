import ArgumentParser
import Cells
import Foundation
import ModelFiles
import Reports
import Tokenization

/// `tessera tokenizer mixture`: the text that merges were learned from, by categories.
struct TokenizerMixtureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mixture",
    abstract: "Infer from a tokenizer's merges what text it was trained on.",
    discussion: """
      The categories are samples of what the text may have been made of: languages, code, \
      domains. Each merge was of the pair that was most frequent at that moment; which mixtures \
      of the samples agree with that, merge after merge, is a linear programme (Hayase et al. \
      2024), solved by GLPK. The answer is in shares of bytes. What no category resembles is \
      divided among those given.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  @Argument(help: "A tokenizer of byte-level BPE: an installed model or a file.")
  var tokenizer: String

  @Option(
    help:
      "A category: NAME=PATH, a file or folder with a sample. Two or more, one name perhaps often.")
  var category: [String]

  @Option(help: "How many merges are looked at, from the first on.")
  var merges = 3000

  @Option(help: "What of the samples is cut into words on its own, line or file.")
  var unit = TextUnit.line

  @Option(help: "How many threads read (by default one for each processor).")
  var threads: Int?

  @Option(help: "table or json.")
  var format = Format.table

  func validate() throws {
    guard threads.map({ 1...256 ~= $0 }) ?? true else {
      throw ValidationError("--threads is a number from 1 to 256")
    }
    guard 1...10_000_000 ~= merges else {
      throw ValidationError("--merges is a number from 1 to 10000000")
    }
  }

  func run() throws {
    let categories = try self.categories()
    let named = try NamedTokenizer.open(ArgumentBytes.text(of: tokenizer))
    Interruption.watch()
    var line = ProgressLine()
    defer { line.clear() }
    let result = try MixtureInference.infer(
      named.tokenizer, categories, merges: merges, unit: unit,
      threads: threads ?? ProcessInfo.processInfo.activeProcessorCount
    ) { progress in
      try Interruption.check()
      line.show(TrainingPaths.describe(progress))
    }
    line.clear()
    let report = MixtureReport(tokenizer: named.name, result)
    let output = StandardOutput()
    switch format {
    case .json: try output.write(text: report.json())
    case .table:
      try output.write(text: report.table(charset: output.charset, columns: output.columns))
    }
  }

  private func categories() throws -> [MixtureInference.Category] {
    var names: [String] = []
    var paths: [String: [String]] = [:]
    for argument in category {
      guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else {
        throw CommandFault(
          .usage, "--category \(ArgumentBytes.text(of: argument)) is not NAME=FOLDER")
      }
      let name = ArgumentBytes.text(of: String(argument[..<sign]))
      if paths[name] == nil { names.append(name) }
      paths[name, default: []].append(String(argument[argument.index(after: sign)...]))
    }
    return try names.map {
      MixtureInference.Category(name: $0, text: try TrainingPaths.text(paths[$0] ?? []))
    }
  }
}
