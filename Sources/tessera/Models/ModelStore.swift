import Foundation

/// Where models are kept and how they are found.
struct ModelStore {
  /// A GGUF file or a Hugging Face folder, and the name by which people call it.
  struct InstalledModel: Equatable {
    var name: String
    var path: String
  }

  /// Folders that are looked through, in order; `models pull` installs into the first.
  let folders: [String]

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
  }

  /// Every model in the folders by name; where two folders have the same name, the first wins.
  func installed() -> [InstalledModel] {
    var found: [String: InstalledModel] = [:]
    for folder in folders {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for file in files where !file.hasPrefix(".") {
        let path = folder + "/" + file
        guard file.hasSuffix(".gguf") || Self.isModelFolder(path) else { continue }
        let name = file.hasSuffix(".gguf") ? String(file.dropLast(".gguf".count)) : file
        if found[name] == nil && Self.isReadableFile(path) {
          found[name] = InstalledModel(name: name, path: path)
        }
      }
    }
    return found.values.sorted { $0.name < $1.name }
  }

  /// The installed model of exactly this name.
  func installed(named name: String) -> InstalledModel? {
    guard !name.isEmpty, !name.contains("/") else { return nil }
    return folders.lazy.flatMap { ["\($0)/\(name).gguf", "\($0)/\(name)"] }
      .first { Self.isReadableFile($0) && ($0.hasSuffix(".gguf") || Self.isModelFolder($0)) }
      .map { InstalledModel(name: name, path: $0) }
  }

  /// The file or folder that `--model` means: an installed name, or a path.
  ///
  /// Throws `unavailable` for a model that is not installed, with the command that installs it,
  /// and `noInput` for a path where nothing is.
  func resolve(_ nameOrPath: String) throws(CommandFault) -> InstalledModel {
    if let model = installed(named: nameOrPath) { return model }
    if nameOrPath.contains("/") || nameOrPath.hasSuffix(".gguf") || Self.exists(nameOrPath) {
      try Self.checkReadable(nameOrPath)
      let file = nameOrPath.split(separator: "/").last.map(String.init) ?? nameOrPath
      let name = file.hasSuffix(".gguf") ? String(file.dropLast(".gguf".count)) : file
      return InstalledModel(name: name, path: nameOrPath)
    }
    throw notInstalled(nameOrPath)
  }

  private func notInstalled(_ name: String) -> CommandFault {
    if let model = ModelCatalog.model(named: name) {
      return CommandFault(
        .unavailable,
        "model \(model.name) is not installed; install it: tessera models pull \(model.name)")
    }
    let known = installed().map(\.name) + ModelCatalog.all.map(\.name)
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

  private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func isReadableFile(_ path: String) -> Bool {
    (try? checkReadable(path)) != nil
  }
}
