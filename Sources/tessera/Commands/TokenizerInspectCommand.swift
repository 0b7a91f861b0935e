import ArgumentParser
import Foundation
import Reports
import Tokenization

/// `tessera tokenizer inspect T…`: what tokenizers are like, or one of their entries.
struct TokenizerInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Measure tokenizers by their entries and on texts, or explain an entry.",
    discussion: """
      A word is a run of letters, numbers and marks; in scripts written without spaces each letter is \
      one. Parity is tokens over those of the first texts, in files that both have under the same \
      name. An entry of whole characters is unreachable when neither its own text, nor that text \
      after a few others, is encoded with it.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, html }

  @Argument(help: "Tokenizers: installed models, or files.", completion: .file())
  var tokenizers: [String]

  @Option(help: "Texts: a folder or a file, as PATH or NAME=PATH; may be given several times.")
  var texts: [String] = []

  @Option(help: "Explain an entry: its id, or its text.")
  var token: String?

  @Option(help: "table, json or html.")
  var format = Format.table

  @Option(help: "The colours of html: ink, paper, mono, or a theme of your own.")
  var theme = "paper"

  func validate() throws {
    guard !tokenizers.isEmpty else { throw ValidationError("inspect takes a tokenizer") }
  }

  func run() throws {
    let theme = try ThemeStore().theme(named: ArgumentBytes.text(of: theme)).theme
    let opened = try NamedTokenizer.open(all: tokenizers)
    if let token {
      return try explain(ArgumentBytes.bytes(of: token), opened)
    }
    let kinds = try texts.map { try TextFolder.read(ArgumentBytes.text(of: $0)) }
    Interruption.watch()
    var line = ProgressLine()
    defer { line.clear() }
    let report = try QualityReport(opened.map { ($0.name, $0.tokenizer) }, texts: kinds) {
      try Interruption.check()
      line.show("\($0) (Ctrl-C stops)")
    }
    line.clear()
    let output = StandardOutput()
    switch format {
    case .table:
      try output.write(text: report.table(charset: output.charset, columns: output.columns))
    case .json: try output.write(text: report.json())
    case .html: try output.write(text: report.html(look: ScreenColors(theme: theme)))
    }
  }

  private func explain(_ wanted: [UInt8], _ opened: [NamedTokenizer]) throws {
    guard format != .html else {
      throw CommandFault(.usage, "an entry is explained as table or json")
    }
    let output = StandardOutput()
    for (name, tokenizer) in opened.map({ ($0.name, $0.tokenizer) }) {
      let number = TokenID(String(decoding: wanted, as: UTF8.self))
      guard
        let id = number.flatMap({ tokenizer.vocabulary.contains($0) ? $0 : nil })
          ?? tokenizer.vocabulary.id(of: wanted),
        let explained = tokenizer.explain(id, index: VocabularyIndex(tokenizer.vocabulary))
      else {
        let text = PieceText.visible(wanted)
        throw CommandFault(
          .usage, "\(name) has no entry \(text); ids are below \(tokenizer.vocabulary.count)")
      }
      let report = ExplanationReport(
        tokenizer: name, explained: explained, vocabulary: tokenizer.vocabulary)
      switch format {
      case .json: try output.write(text: report.json())
      case .table, .html: try output.write(text: report.text(charset: output.charset))
      }
    }
  }
}

/// Texts of one kind in a folder.
enum TextFolder {
  /// The most bytes that the texts of one kind may have together.
  static let longest = 256 << 20
  /// The most files of one kind.
  static let mostFiles = 100_000

  /// Reads `NAME=PATH`, or `PATH`, whose last part is then the name: all files in a folder and the
  /// folders in it, hidden ones left out, or one file.
  ///
  /// - Throws: `CommandFault`: `noInput`, `badData`.
  static func read(_ pair: String) throws(CommandFault) -> QualityReport.Texts {
    let (name, path) = parts(of: pair)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandFault(.noInput, "\(path): there is no such file or folder")
    }
    guard isFolder.boolValue else {
      return QualityReport.Texts(
        name: name, files: [((path as NSString).lastPathComponent, try InputFile.read(path))])
    }
    var files: [(path: String, bytes: [UInt8])] = []
    var total = 0
    for file in try paths(in: path) {
      let bytes = try InputFile.read(path + "/" + file)
      total += bytes.count
      guard total <= longest else {
        throw CommandFault(.badData, "\(path): the files have more than \(longest >> 20) MiB")
      }
      files.append((file, bytes))
    }
    guard !files.isEmpty else { throw CommandFault(.noInput, "\(path): has no files") }
    return QualityReport.Texts(name: name, files: files)
  }

  /// The name and the path of a pair; a path that exists is one, also where it has the sign in it.
  private static func parts(of pair: String) -> (name: String, path: String) {
    if let mark = pair.firstIndex(of: "="), mark != pair.startIndex,
      !FileManager.default.fileExists(atPath: pair)
    {
      return (String(pair[..<mark]), String(pair[pair.index(after: mark)...]))
    }
    return ((pair as NSString).lastPathComponent, pair)
  }

  private static func paths(in folder: String) throws(CommandFault) -> [String] {
    guard let walk = FileManager.default.enumerator(atPath: folder) else {
      throw CommandFault(.noInput, "\(folder): cannot be opened")
    }
    var found: [String] = []
    while let next = walk.nextObject() as? String {
      guard !next.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { continue }
      var isFolder: ObjCBool = false
      guard
        FileManager.default.fileExists(atPath: folder + "/" + next, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      found.append(next)
      guard found.count <= mostFiles else {
        throw CommandFault(.badData, "\(folder): has more than \(mostFiles) files")
      }
    }
    return found.sorted()
  }
}
