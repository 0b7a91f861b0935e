public import ArgumentParser
import Cells
import Foundation
import ModelFiles
import Reports
public import Tokenization

extension TrainedKind: ExpressibleByArgument {}
extension TrainingWords: ExpressibleByArgument {}
extension TextUnit: ExpressibleByArgument {}

/// `tessera tokenizer train`: learns a tokenizer from text.
struct TokenizerTrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Learn a tokenizer from files or folders of text.",
    discussion: """
      bpe and unigram are written as tokenizer.json, which Hugging Face tokenizers reads too; lib \
      (Less is Better), whose entries may be several words, as JSON of Tessera's own. In folders, \
      hidden files, symbolic links and binary files are left out. Text need not be UTF-8: bytes \
      that are not are learned as bytes.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  @Argument(help: "Files, or folders of files, with text.", completion: .file())
  var paths: [String]

  @Option(name: .shortAndLong, help: "The file to write.", completion: .file())
  var output: String

  @Option(help: "What to learn: bpe, unigram or lib.")
  var kind = TrainedKind.bpe

  @Option(help: "Entries of the vocabulary, special tokens and the 256 bytes among them.")
  var vocabulary = 32_000

  @Option(help: "bpe: pairs that occur less often are not merged.")
  var minimumFrequency = 2

  @Option(help: "A special token; may be given several times. They have the first ids.")
  var special: [String] = []

  @Option(
    help:
      "bpe and unigram: how text is cut into words (\(names(TrainingWords.allCases)))."
  )
  var words = TrainingWords.gpt2

  @Option(help: "bpe and unigram: what is cut on its own, line or file.")
  var unit = TextUnit.line

  @Option(help: "lib: how often the text is read.")
  var passes = TrainingSettings().passes

  @Option(help: "lib: where randomness begins.")
  var seed: UInt64 = 1

  @Option(help: "How many threads work (by default one for each processor).")
  var threads: Int?

  @Option(help: "table or json: what is said of the result.")
  var format = Format.table

  private static func names(_ all: [some RawRepresentable<String>]) -> String {
    all.map(\.rawValue).joined(separator: ", ")
  }

  func validate() throws {
    guard threads.map({ 1...256 ~= $0 }) ?? true else {
      throw ValidationError("--threads is a number from 1 to 256")
    }
    guard 1...1000 ~= passes else { throw ValidationError("--passes is a number from 1 to 1000") }
    guard minimumFrequency >= 0 else {
      throw ValidationError("--minimum-frequency is not negative")
    }
  }

  func run() throws {
    let text = try TrainingPaths.text(paths)
    let target = ArgumentBytes.text(of: output)
    try checkOutput(target, text)
    var settings = TrainingSettings()
    settings.kind = kind
    settings.vocabularySize = vocabulary
    settings.minimumFrequency = minimumFrequency
    settings.specialTokens = special.map { ArgumentBytes.text(of: $0) }
    settings.words = words
    settings.unit = unit
    settings.passes = passes
    settings.seed = seed
    settings.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    Interruption.watch()
    var line = ProgressLine()
    defer { line.clear() }
    let trained = try TokenizerTraining.train(text, settings) { progress in
      try Interruption.check()
      line.show(TrainingPaths.describe(progress))
    }
    try Interruption.check()
    do {
      try trained.save(to: target)
    } catch {
      throw CommandFault(.cannotCreate, error.description)
    }
    line.clear()
    let report = TrainingReportCard(
      trained, output: target, files: text.files.count, binaryFiles: text.binaryCount)
    try StandardOutput().write(text: format == .json ? report.json() : report.line)
  }

  /// Throws when the result could not be written, or would overwrite what is learned from.
  private func checkOutput(_ path: String, _ text: TrainingText) throws(CommandFault) {
    do throws(FileFault) {
      try WholeFile.check(path)
    } catch {
      throw CommandFault(.cannotCreate, error.description)
    }
    var target = stat()
    guard stat(path, &target) == 0 else { return }
    for file in text.files {
      var source = stat()
      if stat(file.path, &source) == 0, source.st_ino == target.st_ino,
        source.st_dev == target.st_dev
      {
        throw CommandFault(.usage, "\(path) is one of the texts to learn from; name another output")
      }
    }
  }
}
