import Foundation
import ModelFiles
import Tokenization

/// A model as Hugging Face distributes it: a folder with `config.json` and safetensors.
struct ModelFolder {
  let path: String
  /// What the model is.
  let kind: ModelKind
  let tensors: SafetensorsFolder
  let weights: SafetensorsWeights
  let architecture: Architecture

  /// Whether a path is that of such a folder.
  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// Bytes that a chat template of its own file may have.
  private static let largestTemplate = 1 << 20

  /// Opens a folder and checks its configuration against its tensors' names.
  ///
  /// - Throws: `FileFault` when something is missing, broken, or of a kind that cannot be run.
  static func open(path: String) throws(FileFault) -> ModelFolder {
    let (kind, config, tied) = try configuration(in: path)
    return try open(SafetensorsFolder.open(path: path), kind: kind, config: config, tied: tied)
  }

  /// The same, with tensors that have been opened.
  static func open(_ tensors: SafetensorsFolder) throws(FileFault) -> ModelFolder {
    let (kind, config, tied) = try configuration(in: tensors.path)
    return try open(tensors, kind: kind, config: config, tied: tied)
  }

  private static func open(
    _ tensors: SafetensorsFolder, kind: ModelKind, config: ConfigFile, tied: Bool
  ) throws(FileFault) -> ModelFolder {
    let path = tensors.path
    let weights = try SafetensorsWeights(tensors, kind: kind, tied: tied)
    guard let embedding = weights.storedShape("token_embd.weight"), embedding.count == 2,
      embedding[0] > 0
    else { throw FileFault(path: path, what: "the tensor of the embedding is missing") }
    return ModelFolder(
      path: path, kind: kind, tensors: tensors, weights: weights,
      architecture: try Architecture(config, kind: kind, vocabularySize: embedding[0]))
  }

  /// What `config.json` says the model is, and the part of it that describes the text model.
  private static func configuration(
    in path: String
  ) throws(FileFault) -> (kind: ModelKind, config: ConfigFile, tied: Bool) {
    let whole = try ConfigFile.read(path: path + "/config.json")
    guard let name = try whole.string("model_type") else {
      throw whole.fault("model_type", "is missing")
    }
    // Gemma 3 beside an encoder of images, which is left out.
    let nested = name == "gemma3" ? try whole.nested("text_config") : nil
    guard let kind = ModelKind.known[nested == nil ? name : "gemma3_text"] else {
      throw whole.fault(
        "model_type", "is \(name), and such models cannot be run yet",
        remedy: "this version runs \(ModelKind.knownNames)")
    }
    let config = nested ?? whole
    let usual = try whole.bool("tie_word_embeddings", default: kind.tied)
    let tied = try config.bool("tie_word_embeddings", default: usual)
    return (kind, config, tied)
  }

  /// The tokenizer of the folder, which ends a generation where the model's settings say so.
  ///
  /// Embeddings often have more rows than there are entries, and sometimes lack rows for entries
  /// that stand for images.
  ///
  /// - Throws: `FileFault` when there is none, it cannot be read, or it belongs to another model.
  func tokenizer() throws(FileFault) -> Tokenizer {
    let file = path + "/tokenizer.json"
    guard FileManager.default.fileExists(atPath: file) else {
      throw FileFault(path: path, what: "has no tokenizer.json")
    }
    let tokenizer = try Tokenizer.open(path: file)
    let vocabulary = tokenizer.vocabulary
    let rows = architecture.shape.vocabularySize
    if rows < vocabulary.count,
      !(rows..<vocabulary.count).allSatisfy({ vocabulary.isSpecial(TokenID($0)) })
    {
      throw FileFault(
        path: file, what: "has \(vocabulary.count) entries, the embedding \(rows) rows")
    }
    return tokenizer.ending(at: try Self.endTokens(in: path))
  }

  /// The chat template that stands beside the tokenizer: in `chat_template.jinja`, or in
  /// `tokenizer_config.json`, of several the one called `default`. `nil` where there is none.
  ///
  /// - Throws: `FileFault` when a file is broken.
  static func chatTemplate(in path: String) throws(FileFault) -> ChatTemplate? {
    guard let source = try chatTemplateSource(in: path) else { return nil }
    let settings = path + "/tokenizer_config.json"
    guard FileManager.default.fileExists(atPath: settings) else { return ChatTemplate(source) }
    let config = try ConfigFile.read(path: settings)
    var tokens: [String: String] = [:]
    for name in ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token"] {
      // As text, or as an object that says more of the token.
      let value = config.object[name]
      tokens[name] = value?.string ?? value?["content"]?.string
    }
    return ChatTemplate(source, specialTokens: tokens)
  }

  private static func chatTemplateSource(in path: String) throws(FileFault) -> String? {
    let own = path + "/chat_template.jinja"
    if FileManager.default.fileExists(atPath: own) {
      let file = try MappedFile(path: own)
      guard file.count <= largestTemplate else {
        throw FileFault(path: own, what: "has more than \(largestTemplate >> 10) KiB")
      }
      return String(decoding: try file.bytes(in: 0..<file.count), as: UTF8.self)
    }
    let settings = path + "/tokenizer_config.json"
    guard FileManager.default.fileExists(atPath: settings) else { return nil }
    let config = try ConfigFile.read(path: settings)
    guard let several = try config.list("chat_template") else {
      return try config.string("chat_template")
    }
    for template in several where try template.string("name") == "default" {
      return try template.string("template")
    }
    return nil
  }

  /// The tokens after which a generation is over: those of `generation_config.json`, or else of
  /// `config.json`.
  ///
  /// - Throws: `FileFault` when a file is broken.
  static func endTokens(in path: String) throws(FileFault) -> [TokenID] {
    var config = try ConfigFile.read(path: path + "/config.json")
    let generation = path + "/generation_config.json"
    if FileManager.default.fileExists(atPath: generation) {
      let own = try ConfigFile.read(path: generation)
      if own.has("eos_token_id") { config = own }
    }
    return try config.integers("eos_token_id").compactMap { TokenID(exactly: $0) }
  }

  /// The block type that holds the most weights.
  static func mainType(of tensors: SafetensorsFolder) -> String {
    var elements: [String: Int] = [:]
    for tensor in tensors.tensors where tensor.shape.count > 1 {
      elements[tensor.typeName, default: 0] += tensor.elementCount
    }
    return elements.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? "F32"
  }
}
