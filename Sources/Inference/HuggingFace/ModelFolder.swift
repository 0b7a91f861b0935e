import Foundation
import ModelFiles

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

  /// Opens a folder and checks its configuration against its tensors' names.
  ///
  /// - Throws: `FileFault` when something is missing, broken, or of a kind that cannot be run.
  static func open(path: String) throws(FileFault) -> ModelFolder {
    let (kind, config, tied) = try configuration(in: path)
    let tensors = try SafetensorsFolder.open(path: path)
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

  /// The block type that holds the most weights.
  var mainType: String {
    var elements: [String: Int] = [:]
    for tensor in tensors.tensors where tensor.shape.count > 1 {
      elements[tensor.typeName, default: 0] += tensor.elementCount
    }
    return elements.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? "F32"
  }
}
