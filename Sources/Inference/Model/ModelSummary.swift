public import ModelFiles
import Tokenization

/// What a model file says of itself, read without its weights.
public struct ModelSummary: Sendable {
  /// Where the file is.
  public let path: String
  /// Its size, in bytes.
  public let fileSize: Int
  /// The version of GGUF.
  public let version: Int
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
  /// How many entries its vocabulary has; `nil` when it cannot be read.
  public let vocabularySize: Int?
  /// How a conversation is written; `nil` when the file has no template.
  public let chatTemplate: ChatTemplate?
  /// The keys of its metadata, in order, with their values for reading.
  public let metadata: [(key: String, value: String)]
  /// Why it cannot be run; `nil` when it can.
  public let obstacle: String?

  /// Reads a model file.
  ///
  /// - Throws: `FileFault` when it is no GGUF file, or a broken one.
  public static func read(path: String) throws(FileFault) -> ModelSummary {
    ModelSummary(try GGUFFile.open(path: path))
  }

  private init(_ file: GGUFFile) {
    var obstacles: [String] = []
    func attempt<Value>(_ body: () throws(FileFault) -> Value) -> Value? {
      do {
        return try body()
      } catch {
        obstacles.append(error.what)
        return nil
      }
    }
    path = file.path
    fileSize = file.file.count
    version = file.version
    architecture = try? file.string("general.architecture")
    shape = attempt { () throws(FileFault) in try Architecture(file).shape }
    vocabularySize = attempt { () throws(FileFault) in try Tokenizer(gguf: file).vocabulary.count }
    preTokenizer = try? file.string("tokenizer.ggml.pre")
    chatTemplate = attempt { () throws(FileFault) in try ChatTemplate(file: file) } ?? nil
    for tensor in file.tensors where tensor.type == nil {
      _ = attempt { () throws(FileFault) in try tensor.runnableType(in: file) }
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
    obstacle = obstacles.first
  }
}
