import Foundation
import Tokenization

/// A tokenizer, and what people call it.
struct NamedTokenizer {
  var name: String
  var tokenizer: Tokenizer

  /// What `--tokenizer` takes, for help.
  static let help = """
    An installed model, a file with a tokenizer (GGUF, tokenizer.json or a folder with one, \
    tekken.json, .tiktoken, encoder.json, SentencePiece .model, vocab.txt), or bytes
    """

  /// What `--tokenizer` means: an installed model, `bytes`, or a path.
  ///
  /// Throws `unavailable` for a name that nothing has, `noInput` for a path where nothing is, and
  /// `FileFault` for a file that is no tokenizer.
  static func open(_ nameOrPath: String) throws -> NamedTokenizer {
    if let model = ModelStore().installed(named: nameOrPath) {
      return NamedTokenizer(name: model.name, tokenizer: try Tokenizer.open(path: model.path))
    }
    if nameOrPath == TokenizerFile.bytesName {
      return NamedTokenizer(name: nameOrPath, tokenizer: .bytes())
    }
    guard access(nameOrPath, F_OK) == 0 else {
      // The store says what is missing, and how to get it.
      let model = try ModelStore().resolve(nameOrPath)
      return NamedTokenizer(name: model.name, tokenizer: try Tokenizer.open(path: model.path))
    }
    guard access(nameOrPath, R_OK) == 0 else {
      throw CommandFault(.noInput, "\(nameOrPath): \(String(cString: strerror(errno)))")
    }
    return NamedTokenizer(
      name: name(ofPath: nameOrPath), tokenizer: try Tokenizer.open(path: nameOrPath))
  }

  /// The name of a file, or of the folder of a file that is called as in every folder.
  static func name(ofPath path: String) -> String {
    let parts = path.split(separator: "/").map(String.init)
    guard let last = parts.last else { return path }
    if parts.count > 1, Self.generalNames.contains(last) {
      return parts[parts.count - 2]
    }
    return last.hasSuffix(".gguf") ? String(last.dropLast(".gguf".count)) : last
  }

  private static let generalNames = [
    "tokenizer.json", "encoder.json", "vocab.bpe", "tekken.json", "tokenizer.model", "vocab.txt",
  ]

  /// Throws what `open` would where there is no such tokenizer, without reading any.
  static func check(_ nameOrPath: String) throws {
    if nameOrPath == TokenizerFile.bytesName || access(nameOrPath, R_OK) == 0 { return }
    _ = try ModelStore().resolve(nameOrPath)
  }

  /// Opens several arguments; those that would have the same name are told apart by a number.
  static func open(all arguments: [String]) throws -> [NamedTokenizer] {
    var opened: [NamedTokenizer] = []
    for argument in arguments {
      var next = try open(ArgumentBytes.text(of: argument))
      let same = opened.count { $0.name == next.name || $0.name.hasPrefix(next.name + " (") }
      if same > 0 { next.name += " (\(same + 1))" }
      opened.append(next)
    }
    return opened
  }
}
