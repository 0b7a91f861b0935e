import Foundation
import Tokenization

/// Tokenizers by the names that people give: an installed model, or a file.
enum TokenizerStore {
  /// A tokenizer, and what it is called.
  struct Opened {
    var name: String
    var tokenizer: Tokenizer
  }

  /// Opens a tokenizer: an installed model's, that of a file or a folder, or `bytes`.
  ///
  /// - Throws: `CommandFault` where there is none, `FileFault` where the file is bad.
  static func open(_ nameOrPath: String) throws -> Opened {
    switch try find(nameOrPath) {
    case .bytes: return Opened(name: nameOrPath, tokenizer: .bytes())
    case .file(let name, let path):
      return Opened(name: name, tokenizer: try Tokenizer.open(path: path))
    }
  }

  /// Throws what `open` would where there is no such tokenizer, without reading it.
  static func check(_ nameOrPath: String) throws { _ = try find(nameOrPath) }

  private enum Place {
    case bytes
    case file(name: String, path: String)
  }

  private static func find(_ nameOrPath: String) throws -> Place {
    let models = ModelStore()
    if let model = models.installed(named: nameOrPath) {
      return .file(name: model.name, path: model.path)
    }
    if nameOrPath == TokenizerFile.bytesName { return .bytes }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: nameOrPath, isDirectory: &isFolder) else {
      let model = try models.resolve(nameOrPath)
      return .file(name: model.name, path: model.path)
    }
    return .file(name: name(of: nameOrPath), path: nameOrPath)
  }

  /// What a file is called: by its own name, or where that says only what it is, by its folder's.
  private static func name(of path: String) -> String {
    let parts = path.split(separator: "/").map(String.init)
    guard let last = parts.last else { return path }
    let isGeneral = [
      "tokenizer.json", "tekken.json", "encoder.json", "vocab.json", "vocab.bpe", "merges.txt",
      "tokenizer.model", "vocab.txt",
    ].contains(last)
    if isGeneral, parts.count > 1 { return parts[parts.count - 2] }
    let stem = last.split(separator: ".", omittingEmptySubsequences: false)
    return stem.count > 1 && !stem[0].isEmpty ? stem.dropLast().joined(separator: ".") : last
  }

  /// Opens several; those that would have the same name are told apart by a number.
  static func open(all names: [String]) throws -> [Opened] {
    var opened: [Opened] = []
    for name in names {
      var next = try open(ArgumentBytes.text(of: name))
      let same = opened.count { $0.name == next.name || $0.name.hasPrefix(next.name + " (") }
      if same > 0 { next.name += " (\(same + 1))" }
      opened.append(next)
    }
    return opened
  }
}
