import Foundation

/// The tensors of a model folder: in `model.safetensors`, or in several files that
/// `model.safetensors.index.json` lists.
public final class SafetensorsFolder: Sendable {
  /// Limits on what an index may claim.
  enum Limit {
    static let files = 4096
    static let indexBytes = 1 << 26
  }

  /// The folder.
  public let path: String
  /// The files, in the order of their names.
  public let files: [SafetensorsFile]

  /// Number of the file that has a tensor.
  private let places: [String: Int]

  /// Size of all files, in bytes.
  public var byteCount: Int { files.reduce(0) { $0 + $1.file.count } }

  /// All tensors, file after file.
  public var tensors: [SafetensorsFile.Tensor] { files.flatMap(\.tensors) }

  private static let single = "model.safetensors"
  private static let indexName = "model.safetensors.index.json"

  /// Opens and checks the files of a folder.
  ///
  /// - Throws: `FileFault` when there are none, or one of them is missing, broken, or not what the
  ///   index says.
  public static func open(path: String) throws(FileFault) -> SafetensorsFolder {
    let exists = { (name: String) in FileManager.default.fileExists(atPath: path + "/" + name) }
    if exists(single) {
      let file = try SafetensorsFile.open(path: path + "/" + single)
      return SafetensorsFolder(
        path: path, files: [file], places: Dictionary(file.tensors.map { ($0.name, 0) }) { $1 })
    }
    guard exists(indexName) else {
      let others = ["pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5"]
      throw FileFault(
        path: path, what: "has no \(single) and no \(indexName)",
        remedy: others.first(where: exists).map { "\($0) cannot be read: convert it" })
    }
    return try sharded(path)
  }

  private init(path: String, files: [SafetensorsFile], places: [String: Int]) {
    self.path = path
    self.files = files
    self.places = places
  }

  private static func sharded(_ path: String) throws(FileFault) -> SafetensorsFolder {
    let indexPath = path + "/" + indexName
    let index = try MappedFile(path: indexPath)
    guard index.count <= Limit.indexBytes else {
      throw FileFault(path: indexPath, what: "has more than \(Limit.indexBytes >> 20) MiB")
    }
    let tree = try JSONReader.read(index) { reader throws(FileFault) in
      try reader.value(refusesRepeats: true)
    }
    guard let map = tree["weight_map"]?.fields, !map.isEmpty else {
      throw FileFault(path: indexPath, offset: tree.offset, what: "has no weight_map of tensors")
    }
    guard map.count <= SafetensorsFile.Limit.tensors else {
      throw FileFault(
        path: indexPath, what: "has more than \(SafetensorsFile.Limit.tensors) tensors")
    }
    var owners: [String: String] = [:]
    for (key, value) in map {
      guard let name = value.string, isPlainName(name) else {
        throw FileFault(
          path: indexPath, offset: value.offset,
          what: "the tensor \(key) is not in a .safetensors file of this folder")
      }
      owners[key] = name
    }
    let names = Set(owners.values).sorted()
    guard names.count <= Limit.files else {
      throw FileFault(path: indexPath, what: "has more than \(Limit.files) files")
    }
    var files: [SafetensorsFile] = []
    var places: [String: Int] = [:]
    for (number, name) in names.enumerated() {
      guard FileManager.default.fileExists(atPath: path + "/" + name) else {
        throw FileFault(
          path: indexPath, what: "the file \(name) is missing (\(number + 1) of \(names.count))",
          remedy: "fetch it again")
      }
      let file = try SafetensorsFile.open(path: path + "/" + name)
      for tensor in file.tensors {
        guard owners[tensor.name] == name else {
          throw FileFault(
            path: file.path, offset: tensor.offset,
            what: "the index says that the tensor \(tensor.name) is "
              + (owners[tensor.name].map { "in \($0)" } ?? "nowhere"))
        }
        places[tensor.name] = number
      }
      files.append(file)
    }
    if let missing = map.first(where: { places[$0.key] == nil })?.key {
      throw FileFault(
        path: path + "/" + (owners[missing] ?? ""),
        what: "has no tensor \(missing), which the index says is there")
    }
    return SafetensorsFolder(path: path, files: files, places: places)
  }

  /// Whether a name is that of a file, not a path that could lead elsewhere.
  private static func isPlainName(_ name: String) -> Bool {
    name.hasSuffix(".safetensors") && !name.hasPrefix(".") && name.utf8.count <= 255
      && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  /// A tensor, and the file that has it.
  public func tensor(
    named name: String
  ) -> (file: SafetensorsFile, tensor: SafetensorsFile.Tensor)? {
    guard let place = places[name], let tensor = files[place].tensor(named: name) else {
      return nil
    }
    return (files[place], tensor)
  }
}
