import ArgumentParser
import Foundation
import Inference
import Reports
import Tokenization

/// `tessera bench retokenize`: what a key costs in a long text.
struct BenchRetokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retokenize",
    abstract: "Milliseconds until a long text's tokens are known again after a key.",
    discussion: """
      Letters, spaces and line ends are typed at places all over the text. After the last of them \
      its tokens are compared with those of encoding it anew.
      """)

  @Argument(help: "A file to type in (by default some prose, again and again).")
  var file: String?
  @Option(help: "How many bytes of it.")
  var bytes = 1 << 20
  @Option(help: "How many keys are typed.")
  var keys = 200
  @Option(help: "table or json.")
  var format = BenchCommand.Format.table
  @Option(help: "\(NamedTokenizer.help).", completion: .file())
  var tokenizer = ModelCatalog.standard.name

  func validate() throws {
    guard bytes > 0 else { throw ValidationError("--bytes is a number from 1") }
    guard keys > 0 else { throw ValidationError("--keys is a number from 1") }
  }

  private struct Report: Encodable {
    let bench = "retokenize"
    let model: String
    let bytes, tokens: Int
    let runs: [Double]
    let milliseconds: Double
  }

  func run() throws {
    let named = try NamedTokenizer.open(ArgumentBytes.text(of: tokenizer))
    var text =
      try file.map { try InputFile.read(ArgumentBytes.text(of: $0)) }
      ?? Array(
        String(repeating: BenchCommand.prose, count: bytes / BenchCommand.prose.utf8.count + 1)
          .utf8)
    text.removeSubrange(min(bytes, text.count)...)
    var tokens = named.tokenizer.encode(text)
    var generator = SeededGenerator(seed: 1)
    let typed = Array("etaoin shrdlu\n.".utf8)
    let clock = ContinuousClock()
    let runs = (0..<keys).map { key in
      let place = Int.random(in: 0...text.count, using: &generator)
      text.insert(typed[key % typed.count], at: place)
      let old = tokens
      tokens = []
      let begin = clock.now
      tokens =
        named.tokenizer.retokenize(
          old, text: text, edit: Edit(start: place, oldEnd: place, newEnd: place + 1)
        ).tokens
      return (clock.now - begin) / .milliseconds(1)
    }
    guard tokens == named.tokenizer.encode(text) else {
      throw CommandFault(.software, "the tokens after all keys are not those of the text")
    }
    let report = Report(
      model: named.name, bytes: text.count, tokens: tokens.count, runs: runs,
      milliseconds: BenchCommand.median(runs))
    try BenchCommand.write(
      report, as: format,
      line: String(
        format: "retokenize %@, %d bytes, %d tokens: %.3f ms a key (%.3f to %.3f, %d keys)",
        report.model, report.bytes, report.tokens, report.milliseconds, runs.min() ?? 0,
        runs.max() ?? 0, runs.count))
  }
}
