import Foundation
import ModelFiles

/// Looks for the models that people have already: in Tessera's own folders, the Hugging Face cache,
/// and the stores of Ollama and LM Studio. No model file is opened for it.
struct ModelSearch {
  /// The most bytes of a manifest or of a name of a revision.
  enum Limit {
    static let manifestBytes = 1 << 20
    static let revisionBytes = 256
  }

  /// Folders of Tessera's.
  let folders: [String]
  let environment: [String: String]

  private var home: String { environment["HOME"] ?? NSHomeDirectory() }

  private func variable(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// All models; of those with the same name the first in the order of the places.
  func models() -> [FoundModel] {
    var seen: Set<String> = []
    return (own() + huggingFace() + ollama() + lmStudio()).filter { seen.insert($0.name).inserted }
  }

  /// Models in Tessera's folders, and in folders inside of them.
  func own() -> [FoundModel] {
    folders.flatMap { root in
      FolderWalk.folders(below: root).flatMap { folder in
        FoundModel.models(in: folder, called: folder.name, origin: .tessera)
      }
    }.sorted { $0.name < $1.name }
  }

  // MARK: LM Studio

  private func lmStudio() -> [FoundModel] {
    [".lmstudio/models", ".cache/lm-studio/models"].flatMap { place in
      FolderWalk.folders(below: home + "/" + place, depth: 3).flatMap { folder in
        FoundModel.models(in: folder, called: folder.name, origin: .lmStudio)
      }
    }.sorted { $0.name < $1.name }
  }

  // MARK: Hugging Face

  /// The cache: the first place that the environment names, as its library has it.
  private var huggingFaceCache: String {
    variable("HF_HUB_CACHE") ?? variable("HF_HOME").map { $0 + "/hub" }
      ?? variable("XDG_CACHE_HOME").map { $0 + "/huggingface/hub" }
      ?? home + "/.cache/huggingface/hub"
  }

  /// Of each model the revision `main`, or else the one that was written last.
  private func huggingFace() -> [FoundModel] {
    let cache = huggingFaceCache
    return FolderWalk.entries(of: cache).filter { $0.hasPrefix("models--") }.flatMap {
      entry -> [FoundModel] in
      let path = cache + "/" + entry
      guard let revision = revision(of: path) else { return [] }
      let name = String(entry.dropFirst("models--".count)).replacing("--", with: "/")
      return FolderWalk.folders(below: path + "/snapshots/" + revision, depth: 2).flatMap {
        folder in
        FoundModel.models(
          in: folder, called: folder.name.isEmpty ? name : name + "/" + folder.name,
          origin: .huggingFace)
      }
    }.sorted { $0.name < $1.name }
  }

  private func revision(of path: String) -> String? {
    let snapshots = FolderWalk.entries(of: path + "/snapshots")
    if let bytes = Self.bytes(of: path + "/refs/main", atMost: Limit.revisionBytes) {
      let name = String(decoding: bytes, as: UTF8.self).trimmingCharacters(
        in: .whitespacesAndNewlines)
      // One of the folders that are there: the file cannot lead elsewhere.
      if snapshots.contains(name) { return name }
    }
    return snapshots.max { written($0, in: path) < written($1, in: path) }
  }

  private func written(_ snapshot: String, in path: String) -> Int {
    var status = stat()
    return stat(path + "/snapshots/" + snapshot, &status) == 0 ? status.st_mtim.tv_sec : 0
  }

  // MARK: Ollama

  private var ollamaStores: [String] {
    variable("OLLAMA_MODELS").map { [$0] }
      ?? [home + "/.ollama/models", "/usr/share/ollama/.ollama/models"]
  }

  private func ollama() -> [FoundModel] {
    ollamaStores.flatMap { store in
      FolderWalk.folders(below: store + "/manifests").flatMap { folder in
        folder.files.compactMap { tag in
          ollamaModel(in: store, manifest: folder.name, tag: tag)
        }
      }
    }.sorted { $0.name < $1.name }
  }

  /// The model of a manifest: the registry, whose models it is, its name, and the tag.
  private func ollamaModel(in store: String, manifest: String, tag: String) -> FoundModel? {
    let parts = manifest.split(separator: "/").map(String.init)
    guard parts.count >= 3, let model = parts.last else { return nil }
    var before = parts.dropLast()
    if before.first == "registry.ollama.ai" { before.removeFirst() }
    if before.first == "library" { before.removeFirst() }
    let name = (before + ["\(model):\(tag)"]).joined(separator: "/")
    let path = "\(store)/manifests/\(manifest)/\(tag)"
    do throws(FileFault) {
      let blob = try weights(ofManifest: path)
      let file = "\(store)/blobs/\(blob.replacing(":", with: "-"))"
      let exists = access(file, F_OK) == 0
      return FoundModel(
        name: name, path: exists ? file : path, origin: .ollama,
        byteCount: FoundModel.size(of: file),
        fault: exists ? nil : "its weights, blobs/\(blob.replacing(":", with: "-")), are missing")
    } catch {
      return FoundModel(
        name: name, path: path, origin: .ollama, byteCount: 0,
        fault: "its manifest is broken: \(error.what)")
    }
  }

  /// The digest of the layer with the weights.
  private func weights(ofManifest path: String) throws(FileFault) -> String {
    guard let bytes = Self.bytes(of: path, atMost: Limit.manifestBytes) else {
      throw FileFault(path: path, what: "cannot be read, or is longer than a manifest can be")
    }
    let manifest = try JSONReader.read(bytes, path: path) { reader throws(FileFault) in
      try reader.value()
    }
    for layer in manifest["layers"]?.array ?? []
    where layer["mediaType"]?.string == "application/vnd.ollama.image.model" {
      let digest = layer["digest"]?.string ?? ""
      guard digest.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil else {
        throw FileFault(path: path, what: "the digest of the weights is none")
      }
      return digest
    }
    throw FileFault(path: path, what: "there is no layer with weights")
  }

  /// The bytes of a regular file; `nil` when it cannot be read or is longer.
  static func bytes(of path: String, atMost limit: Int) -> [UInt8]? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      Int(status.st_size) <= limit, let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: limit)
    else { return nil }
    return [UInt8](data)
  }
}
