import Foundation
public import ModelFiles
public import Tokenization

/// A language model that can be run: its weights, its shape and its tokenizer.
public final class Model: Sendable {
  /// The name under which it was asked for.
  public let name: String
  /// Where it was read from.
  public let path: String
  /// Size of the file, in bytes.
  public let fileSize: Int
  /// The block type of most of its weights, or the one that was asked for, for instance `Q4_1`.
  public let quantisation: String
  /// Its dimensions.
  public let shape: ModelShape
  /// Its tokenizer.
  public let tokenizer: Tokenizer
  /// Its chat template; `nil` when the file has none.
  public let chatTemplate: ChatTemplate?
  /// How activations are held.
  public let precision: Precision
  /// Bytes of weights that one decoded token reads, as they lie in memory.
  public var bytesPerToken: Int { weights.bytesPerToken }

  let weights: Weights

  /// Opens a model and prepares its weights.
  ///
  /// - Parameters:
  ///   - path: a GGUF file, or a Hugging Face folder with `config.json`, safetensors and
  ///     `tokenizer.json`.
  ///   - name: what to call it.
  ///   - precision: how activations are held.
  ///   - requantise: rounds the matrices to this type, or where their rows are no whole number of its
  ///     blocks to the one that `BlockType.fitting(columns:)` names; the model then shares nothing
  ///     with its file. `nil` runs them as they are stored.
  ///   - threads: how many threads prepare the weights.
  /// - Throws: `FileFault` when the file is broken, or is of a kind that cannot be run.
  public static func load(
    path: String, name: String, precision: Precision = .i16, requantise: BlockType? = nil,
    threads: Int = 1
  ) throws(FileFault) -> Model {
    guard ModelFolder.isFolder(path) else {
      return try Model(
        file: GGUFFile.open(path: path), name: name, precision: precision,
        requantise: requantise, threads: threads)
    }
    let folder = try ModelFolder.open(path: path)
    guard !folder.kind.isEncoder else {
      throw FileFault(
        path: path,
        what:
          "is an encoder (\(folder.kind.name)): it gives texts vectors and cannot go on with them")
    }
    return try Model(
      folder: folder, tokenizer: folder.tokenizer(), name: name, precision: precision,
      requantise: requantise,
      threads: threads)
  }

  private init(
    file: GGUFFile, name: String, precision: Precision, requantise: BlockType?, threads: Int
  ) throws(FileFault) {
    let architecture = try Architecture(file)
    let team = ThreadTeam(count: threads)
    defer { team.stop() }
    let tokenizer = try Tokenizer(gguf: file)
    guard tokenizer.vocabulary.count == architecture.shape.vocabularySize else {
      throw FileFault(
        path: file.path,
        what: "the tokenizer has \(tokenizer.vocabulary.count) entries, the embedding "
          + "\(architecture.shape.vocabularySize)")
    }
    self.name = name
    self.path = file.path
    self.fileSize = file.file.count
    self.shape = architecture.shape
    self.tokenizer = tokenizer
    self.precision = precision
    chatTemplate = try ChatTemplate(file: file)
    let stored = GGUFWeights(file: file)
    weights = try Weights(
      source: requantise.map { RequantisedWeights(stored, to: $0, team: team) } ?? stored,
      architecture: architecture, precision: precision, team: team)
    quantisation = requantise?.name ?? Self.mainType(of: file)
  }

  /// Prepares the weights of a Hugging Face folder.
  init(
    folder: ModelFolder, tokenizer: Tokenizer, name: String, precision: Precision,
    requantise: BlockType? = nil, threads: Int
  ) throws(FileFault) {
    let team = ThreadTeam(count: threads)
    defer { team.stop() }
    self.name = name
    path = folder.path
    fileSize = folder.tensors.byteCount
    shape = folder.architecture.shape
    self.tokenizer = tokenizer
    self.precision = precision
    chatTemplate = try ModelFolder.chatTemplate(in: folder.path)
    let stored = folder.weights
    weights = try Weights(
      source: requantise.map { RequantisedWeights(stored, to: $0, team: team) } ?? stored,
      architecture: folder.architecture, precision: precision, team: team)
    quantisation = requantise?.name ?? ModelFolder.mainType(of: folder.tensors)
  }

  /// The block type that holds the most weights.
  static func mainType(of file: GGUFFile) -> String {
    var elements: [String: Int] = [:]
    for tensor in file.tensors where tensor.shape.count > 1 {
      elements[tensor.typeName, default: 0] += tensor.shape.reduce(1, *)
    }
    return elements.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? "F32"
  }
}
