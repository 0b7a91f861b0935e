import Foundation

/// Where models are kept and how they are found.
struct ModelStore {
  /// A GGUF file or a Hugging Face folder, and the name by which people call it.
  struct InstalledModel: Equatable {
    var name: String
    var path: String
  }

  /// Folders of Tessera's, in order; `models pull` installs into the first.
  let folders: [String]
  private let search: ModelSearch

  /// The folders of `$TESSERA_MODELS` (separated by colons), then the user's data folder.
  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let chosen = (environment["TESSERA_MODELS"] ?? "").split(separator: ":").map(String.init)
    // The base directory specification: a relative path here is to be ignored.
    let data = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let home = environment["HOME"] ?? NSHomeDirectory()
    let standard = (data ?? home + "/.local/share") + "/tessera/models"
    folders = (chosen + [standard]).reduce(into: []) { folders, folder in
      if !folders.contains(folder) { folders.append(folder) }
    }
    search = ModelSearch(folders: folders, environment: environment)
  }

  /// Every model on this machine, in Tessera's folders and in those of others.
  func found() -> [FoundModel] { search.models() }

  /// The model of exactly this name in one of Tessera's folders.
  func installed(named name: String) -> InstalledModel? {
    guard !name.isEmpty, !name.contains("/") else { return nil }
    return folders.lazy.flatMap { ["\($0)/\(name).gguf", "\($0)/\(name)"] }
      .first { Self.isReadableFile($0) && ($0.hasSuffix(".gguf") || Self.isModelFolder($0)) }
      .map { InstalledModel(name: name, path: $0) }
  }

  /// The file or folder that `--model` means: the name of a model that is here, or a path.
  ///
  /// Throws `unavailable` for a model that is not installed, with the command that installs it,
  /// `usage` for a name that several models have, and `noInput` for a path where nothing is.
  func resolve(_ nameOrPath: String) throws(CommandFault) -> InstalledModel {
    if let model = installed(named: nameOrPath) { return model }
    let isFile = nameOrPath.hasSuffix(".gguf") || Self.exists(nameOrPath)
    if !isFile, let model = try named(nameOrPath) { return model }
    guard isFile || nameOrPath.contains("/") else { throw notInstalled(nameOrPath) }
    try Self.checkReadable(nameOrPath)
    let file = nameOrPath.split(separator: "/").last.map(String.init) ?? nameOrPath
    let name = file.hasSuffix(".gguf") ? String(file.dropLast(".gguf".count)) : file
    return InstalledModel(name: name, path: nameOrPath)
  }

  /// The model that is found by this name; `nil` when there is none.
  private func named(_ word: String) throws(CommandFault) -> InstalledModel? {
    let models = found()
    let called =
      models.first { $0.name == word }.map { [$0] } ?? models.filter { $0.isCalled(word) }
    guard let model = called.first else { return nil }
    guard called.count == 1 else {
      let names = called.prefix(5).map { "\($0.name) (\($0.origin.rawValue))" }
      throw CommandFault(
        .usage,
        "\(word) can mean \(names.joined(separator: ", "))"
          + (called.count > 5 ? " and \(called.count - 5) more" : "") + "; give one of these names")
    }
    if let fault = model.fault { throw CommandFault(.badData, "\(model.path): \(fault)") }
    return InstalledModel(name: model.name, path: model.path)
  }

  private func notInstalled(_ name: String) -> CommandFault {
    if let model = ModelCatalog.model(named: name) {
      return CommandFault(
        .unavailable,
        "model \(model.name) is not installed; install it: tessera models pull \(model.name)")
    }
    let known = found().map(\.name) + ModelCatalog.all.map(\.name)
    let hint =
      NearestNames.question(name, in: known)
      ?? "tessera models list shows what is here, or give the path of a GGUF file"
    return CommandFault(.unavailable, "no model named \(name); \(hint)")
  }

  /// Whether a path is that of a Hugging Face folder.
  private static func isModelFolder(_ path: String) -> Bool { exists(path + "/config.json") }

  /// Throws `noInput` where there is no file or model folder that can be read.
  static func checkReadable(_ path: String) throws(CommandFault) {
    var status = stat()
    guard stat(path, &status) == 0, access(path, R_OK) == 0 else {
      throw CommandFault(.noInput, "\(path): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT != S_IFDIR || isModelFolder(path) else {
      throw CommandFault(.noInput, "\(path): is a folder without config.json, not a model")
    }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func isReadableFile(_ path: String) -> Bool {
    (try? checkReadable(path)) != nil
  }
}
