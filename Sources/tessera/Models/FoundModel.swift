import Foundation

/// A model that lies somewhere on this machine, as its folder tells, before any file was opened.
struct FoundModel: Equatable {
  /// Who put it there.
  enum Origin: String {
    case tessera = "Tessera"
    case huggingFace = "Hugging Face"
    case ollama = "Ollama"
    case lmStudio = "LM Studio"
  }

  /// What people call it: `smollm2-135m`, `org/model`, `llama3.2:1b`.
  var name: String
  /// A GGUF file, the first of several, or a Hugging Face folder.
  var path: String
  var origin: Origin
  /// Files that it is split into.
  var parts = 1
  /// Bytes of its weights.
  var byteCount: Int
  /// Why it cannot even be opened; `nil` when it may be.
  var fault: String?

  /// Whether `word` names it: its name, the last part of it, or the name without `:latest`.
  func isCalled(_ word: String) -> Bool {
    var names = [name]
    if name.hasSuffix(":latest") { names.append(String(name.dropLast(":latest".count))) }
    return names.contains { $0 == word || $0.hasSuffix("/" + word) }
  }
}

extension FoundModel {
  /// The models in a folder that was walked through: each GGUF file, files that belong together as
  /// one, and the folder itself when it has a `config.json` and safetensors.
  ///
  /// - Parameter name: what the folder is called; empty for the root, which is no model.
  static func models(
    in folder: FolderWalk.Folder, called name: String, origin: Origin
  ) -> [FoundModel] {
    var models: [FoundModel] = []
    let weights = folder.files.filter { $0.hasSuffix(".safetensors") }
    if !name.isEmpty, !weights.isEmpty, folder.files.contains("config.json") {
      models.append(
        FoundModel(
          name: name, path: folder.path, origin: origin, parts: weights.count,
          byteCount: weights.reduce(0) { $0 + size(of: folder.path + "/" + $1) }))
    }
    let prefix = name.isEmpty ? "" : name + "/"
    var shards: [String: [String]] = [:]
    for file in folder.files where file.hasSuffix(".gguf") {
      let stem = String(file.dropLast(".gguf".count))
      if let whole = wholeName(ofShard: stem) {
        shards[whole, default: []].append(file)
      } else {
        models.append(
          FoundModel(
            name: prefix + stem, path: folder.path + "/" + file, origin: origin,
            byteCount: size(of: folder.path + "/" + file)))
      }
    }
    for (whole, files) in shards {
      models.append(
        FoundModel(
          name: prefix + whole, path: folder.path + "/" + files[0], origin: origin,
          parts: files.count,
          byteCount: files.reduce(0) { $0 + size(of: folder.path + "/" + $1) },
          fault: "models split into several GGUF files cannot be run yet"))
    }
    return models
  }

  /// The name without `-00001-of-00003`; `nil` for a file that is no part.
  static func wholeName(ofShard stem: String) -> String? {
    guard let match = stem.wholeMatch(of: /(.+)-[0-9]{5}-of-[0-9]{5}/) else { return nil }
    return String(match.1)
  }

  static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }
}
