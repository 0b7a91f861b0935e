public import ArgumentParser
public import Cells
import Foundation
import Tokenization
import Workbench

extension ColorDepth: ExpressibleByArgument {}

/// `tessera [SESSION | FILE]`: the workbench, which is what runs when no command is named.
struct WorkbenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workbench",
    abstract: "Open the workbench (also without naming it: tessera [FILE]).")

  @Argument(
    help: "A text to look at, or a session to go on with.", completion: .file())
  var file: String?

  @Flag(help: "Go on with the session that was open last.")
  var resume = false

  @Option(help: "The look: ink, paper, mono, or a theme of your own.")
  var theme = "ink"

  @Option(help: "Colours to use: none, 16, 256 or 24bit (by default what the terminal has).")
  var colors: ColorDepth?

  @Option(
    help: "A tokenizer to lay beside the model's, by name or file; may be given several times.",
    completion: .file())
  var tokenizer: [String] = []

  @OptionGroup var options: EnsembleOptions

  /// What stands on the screen when nothing was given.
  static let sample = """
    The capital of France is Paris, and the capital of Bayern is München.
    What is the capital of Portugal? The capital of Portugal is
    """

  func run() throws {
    guard !(resume && file != nil) else {
      throw CommandFault(.usage, "--resume takes no file: it goes on with the last session")
    }
    let themes = ThemeStore()
    let (theme, warnings) = try themes.theme(named: ArgumentBytes.text(of: theme))
    let keys = try Self.keymap()
    var start = RunLoop.Start(
      text: Array(Self.sample.utf8), modelName: ArgumentBytes.text(of: options.model[0]),
      theme: theme, themes: themes, keymap: keys.keymap, colors: colors,
      notice: (warnings + keys.warnings).first)
    start.tokenizers = try tokenizers()
    var options = options
    if let path = try resume ? SessionStore.latest() : file.map(ArgumentBytes.text) {
      let bytes = try InputFile.read(path)
      if SessionFile.looksLikeSession(bytes) {
        let session = try SessionFile(bytes, file: path)
        start.resumed = (session, path, bytes)
        start.text = []
        options.model[0] = session.header.model
        start.modelName = session.header.model
      } else if resume {
        throw CommandFault(.badData, "\(path), line 1: is not the header of a session")
      } else {
        guard bytes.count <= Document.longest else {
          throw CommandFault(
            .badData, "\(path): has \(bytes.count) bytes, a text has at most \(Document.longest)")
        }
        start.text = bytes
      }
    }
    // Said before the screen is taken: which model is missing, and how to get it.
    let names = try options.model.map { try options.run.installed($0).name }
    start.modelName = names[0]
    start.ensemble = EnsembleSettings(
      models: names, combination: options.combination, weights: options.weights)
    let chosen = options
    try RunLoop.run(
      start,
      load: {
        let model = try chosen.run.load(chosen.model[0])
        return (model, try chosen.run.evaluator(of: model))
      },
      companions: {
        try chosen.model.dropFirst().map { name in
          try chosen.run.evaluator(of: chosen.run.load(name))
        }
      })
  }

  /// The tokenizers that were named; that they are there is said before the screen is taken.
  private func tokenizers() throws -> [String] {
    guard tokenizer.count < TokenizerComparison.most else {
      throw CommandFault(
        .usage, "--tokenizer: at most \(TokenizerComparison.most - 1) stand beside the model's")
    }
    let names = tokenizer.map(ArgumentBytes.text)
    for name in names { try NamedTokenizer.check(name) }
    return names
  }

  /// The keys of the commands, with those of the user's key file, if there is one.
  private static func keymap() throws -> (keymap: Keymap, warnings: [String]) {
    let path = UserFolders.configuration + "/keys.toml"
    guard let data = FileManager.default.contents(atPath: path) else { return (Keymap(), []) }
    guard data.count <= 1 << 20 else {
      throw CommandFault(.badData, "\(path): is longer than a key file can be")
    }
    return Keymap.reading(try KeyFile(String(decoding: data, as: UTF8.self), file: path))
  }
}
