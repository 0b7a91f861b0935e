import Foundation

/// Writes safetensors files, also broken ones.
public struct SafetensorsWriter: Sendable {
  /// A tensor to be written.
  public struct Tensor: Sendable {
    /// Its name.
    public var name: String
    /// Its type, as the format calls it.
    public var type: String
    /// Its dimensions, the slowest-varying first.
    public var shape: [Int]
    /// Its data.
    public var data: [UInt8]

    /// A tensor from its parts.
    public init(name: String, type: String, shape: [Int], data: [UInt8]) {
      self.name = name
      self.type = type
      self.shape = shape
      self.data = data
    }
  }

  /// What the file says of itself; nothing where empty.
  public var metadata: [(String, String)] = []
  /// Tensors, in order.
  public var tensors: [Tensor] = []
  /// Spaces that fill the header up.
  public var padding = 0
  /// A header in place of the right one.
  public var header: String?

  /// An empty file.
  public init() {}

  /// The header that describes the tensors.
  public var rightHeader: String {
    var parts: [String] = []
    if !metadata.isEmpty {
      let entries = metadata.map { "\(Self.quoted($0)):\(Self.quoted($1))" }
      parts.append("\"__metadata__\":{\(entries.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in tensors {
      parts.append(
        """
        \(Self.quoted(tensor.name)):{"dtype":"\(tensor.type)","shape":\(tensor.shape),\
        "data_offsets":[\(offset),\(offset + tensor.data.count)]}
        """)
      offset += tensor.data.count
    }
    return "{\(parts.joined(separator: ","))}" + String(repeating: " ", count: padding)
  }

  /// The bytes of the file.
  public func bytes() -> [UInt8] {
    let text = Array((header ?? rightHeader).utf8)
    var out: [UInt8] = []
    out.append(little: UInt64(text.count))
    out += text
    for tensor in tensors { out += tensor.data }
    return out
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.replacingOccurrences(of: "\\", with: "\\\\")
    return "\"\(escaped.replacingOccurrences(of: "\"", with: "\\\""))\""
  }

  /// The files of a folder: one, or several with an index.
  ///
  /// - Returns: names and contents.
  public func files(shards: Int) -> [(name: String, bytes: [UInt8])] {
    guard shards > 1 else { return [("model.safetensors", bytes())] }
    var files: [(name: String, bytes: [UInt8])] = []
    var map: [String: String] = [:]
    for shard in 0..<shards {
      let name = "model-0000\(shard + 1)-of-0000\(shards).safetensors"
      var writer = SafetensorsWriter()
      writer.tensors = tensors.indices.filter { $0 % shards == shard }.map { tensors[$0] }
      for tensor in writer.tensors { map[tensor.name] = name }
      files.append((name, writer.bytes()))
    }
    let entries = map.sorted { $0.key < $1.key }.map { "\(Self.quoted($0)):\(Self.quoted($1))" }
    let size = tensors.reduce(0) { $0 + $1.data.count }
    let index =
      "{\"metadata\":{\"total_size\":\(size)},\"weight_map\":{\(entries.joined(separator: ","))}}"
    return files + [("model.safetensors.index.json", Array(index.utf8))]
  }
}
