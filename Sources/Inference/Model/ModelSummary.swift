public import ModelFiles
import Tokenization

/// What a model says of itself, read without its weights.
public struct ModelSummary: Sendable {
  /// Where the file or folder is.
  public let path: String
  /// Its size, in bytes; of a folder, that of the tensors' files.
  public let fileSize: Int
  /// The version of GGUF; `nil` for a folder of safetensors.
  public let version: Int?
  /// The architecture's name; `nil` when the file has none.
  public let architecture: String?
  /// The block type of most of its weights.
  public let quantisation: String
  /// How many weights it has.
  public let parameters: Int
  /// How many tensors, and how many bytes, it has of each storage type, by the type's name.
  public let tensors: [String: (count: Int, bytes: Int)]
  /// Its dimensions; `nil` when they cannot be read.
  public let shape: ModelShape?
  /// How its tokenizer cuts words, as the file calls it; `nil` when the file has none.
  public let preTokenizer: String?
  /// How it pools vectors, when it is an encoder; `nil` for a model that goes on with texts.
  public let pooling: Pooling?
  /// How many entries its vocabulary has; `nil` when it cannot be read.
  public let vocabularySize: Int?
  /// How a conversation is written; `nil` when the file has no template.
  public let chatTemplate: ChatTemplate?
  /// The keys of its metadata, in order, with their values for reading.
  public let metadata: [(key: String, value: String)]
  /// Why it cannot be run; `nil` when it can.
  public let obstacle: String?

  /// Reads a GGUF file, or a Hugging Face folder.
  ///
  /// - Throws: `FileFault` when it is neither, or a broken one.
  public static func read(path: String) throws(FileFault) -> ModelSummary {
    ModelFolder.isFolder(path)
      ? try ModelSummary(folder: path) : ModelSummary(try GGUFFile.open(path: path))
  }

  /// What speaks against running a model.
  private struct Obstacles {
    var found: [String] = []

    mutating func attempt<Value>(_ body: () throws(FileFault) -> Value) -> Value? {
      do {
        return try body()
      } catch {
        found.append(error.what)
        return nil
      }
    }
  }

  private init(folder path: String) throws(FileFault) {
    let config = try ConfigFile.read(path: path + "/config.json")
    let tensors = try SafetensorsFolder.open(path: path)
    var obstacles = Obstacles()
    let folder = obstacles.attempt { () throws(FileFault) in
      let folder = try ModelFolder.open(tensors)
      try folder.weights.checkTypes()
      return folder
    }
    self.path = path
    fileSize = tensors.byteCount
    version = nil
    architecture = try config.string("model_type")
    quantisation = ModelFolder.mainType(of: tensors)
    let all = tensors.tensors
    parameters = all.reduce(0) { $0 + $1.elementCount }
    self.tensors = Dictionary(all.map { ($0.typeName, (1, $0.byteCount)) }) {
      ($0.0 + $1.0, $0.1 + $1.1)
    }
    shape = folder?.architecture.shape
    let tokenizer = obstacles.attempt { () throws(FileFault) in
      folder?.kind.isEncoder == false ? try folder?.tokenizer() : nil
    }
    preTokenizer = (tokenizer ?? nil)?.name
    pooling =
      folder?.kind.isEncoder == true
      ? obstacles.attempt { () throws(FileFault) in try Pooling(folder: path) } : nil
    vocabularySize = shape?.vocabularySize
    chatTemplate =
      obstacles.attempt { () throws(FileFault) in try ModelFolder.chatTemplate(in: path) } ?? nil
    metadata = config.valuesForReading
    obstacle = obstacles.found.first
  }

  private init(_ file: GGUFFile) {
    var obstacles = Obstacles()
    pooling = nil
    path = file.path
    fileSize = file.file.count
    version = file.version
    architecture = try? file.string("general.architecture")
    shape = obstacles.attempt { () throws(FileFault) in try Architecture(file).shape }
    vocabularySize = obstacles.attempt { () throws(FileFault) in
      try Tokenizer(gguf: file).vocabulary.count
    }
    preTokenizer = try? file.string("tokenizer.ggml.pre")
    chatTemplate = obstacles.attempt { () throws(FileFault) in try ChatTemplate(file: file) } ?? nil
    for tensor in file.tensors where tensor.type == nil {
      _ = obstacles.attempt { () throws(FileFault) in try tensor.runnableType(in: file) }
      break
    }
    var tensors: [String: (count: Int, bytes: Int)] = [:]
    var parameters = 0
    for tensor in file.tensors {
      let known = tensors[tensor.typeName] ?? (0, 0)
      tensors[tensor.typeName] = (known.count + 1, known.bytes + tensor.byteCount)
      parameters += tensor.elementCount
    }
    self.tensors = tensors
    self.parameters = parameters
    quantisation = Model.mainType(of: file)
    metadata = file.keys.map { ($0, file.valueForReading($0)) }
    obstacle = obstacles.found.first
  }
}
