/// A model file in GGUF, version 2 or 3: metadata and tensors, as the GGUF specification lays them out.
///
/// The file is mapped, and checked as a whole when it is opened: every count has a limit, every
/// length is compared with what is left of the file, and every tensor lies inside it. Strings and
/// arrays stay where they are until they are asked for.
///
///     magic "GGUF" · version · tensor count · metadata count
///     metadata:  key · type · value            (count times)
///     tensors:   name · dimensions · type · offset   (count times)
///     padding to general.alignment · tensor data
public final class GGUFFile: Sendable {
  /// Limits on what a file may claim; beyond them it is broken or hostile.
  enum Limit {
    static let keys = 1 << 16
    static let keyBytes = 1 << 16
    static let stringBytes = 1 << 26
    static let arrayElements = 1 << 24
    static let tensors = 1 << 16
    static let dimensions = 4
    static let elements = 1 << 40
    static let alignment = 1 << 20
  }

  /// The mapped file.
  public let file: MappedFile
  /// 2 or 3.
  public let version: Int
  /// The keys of the metadata, in the order of the file.
  public let keys: [String]
  /// The tensors, in the order of the file.
  public let tensors: [TensorInfo]

  let entries: [String: MetadataEntry]
  private let tensorIndex: [String: Int]

  /// Where the file was opened.
  public var path: String { file.path }

  /// Opens and checks a file.
  ///
  /// - Throws: `FileFault` with the offset of what is wrong.
  public static func open(path: String) throws(FileFault) -> GGUFFile {
    try GGUFFile(MappedFile(path: path))
  }

  init(_ file: MappedFile) throws(FileFault) {
    self.file = file
    var reader = ByteReader(file)
    guard file.count >= 4, try file.bytes(in: 0..<4) == Array("GGUF".utf8) else {
      throw FileFault(path: file.path, offset: 0, what: "is not a GGUF file")
    }
    _ = try reader.skip(4, "the header")
    let version = try reader.integer(UInt32.self)
    guard version == 2 || version == 3 else {
      let swapped = version.byteSwapped
      throw FileFault(
        path: file.path, offset: 4,
        what: swapped == 2 || swapped == 3
          ? "is a big-endian GGUF file, which cannot be read"
          : "is GGUF version \(version); versions 2 and 3 can be read")
    }
    self.version = Int(version)
    let tensorCount = try reader.length("the number of tensors", atMost: Limit.tensors)
    let keyCount = try reader.length("the number of metadata entries", atMost: Limit.keys)

    var keys: [String] = []
    var entries: [String: MetadataEntry] = [:]
    for _ in 0..<keyCount {
      let start = reader.offset
      let range = try reader.stringRange("a metadata key", atMost: Limit.keyBytes)
      let key = try Self.name(range, in: file)
      let entry = try MetadataEntry(&reader, key: key)
      guard entries.updateValue(entry, forKey: key) == nil else {
        throw FileFault(path: file.path, offset: start, what: "the key \(key) occurs twice")
      }
      keys.append(key)
    }
    self.keys = keys
    self.entries = entries

    let alignment = try Self.alignment(entries, file)
    var headers: [TensorHeader] = []
    for _ in 0..<tensorCount { headers.append(try TensorHeader(&reader)) }
    let (padded, overflow) = reader.offset.addingReportingOverflow(alignment - 1)
    guard !overflow else { throw reader.fault("the alignment is out of range") }
    let dataStart = padded / alignment * alignment
    tensors = try TensorHeader.place(
      headers, in: file, dataStart: dataStart, alignment: alignment)
    var index: [String: Int] = [:]
    for (number, tensor) in tensors.enumerated() {
      guard index.updateValue(number, forKey: tensor.name) == nil else {
        throw FileFault(
          path: file.path, offset: headers[number].start,
          what: "the tensor \(tensor.name) occurs twice")
      }
    }
    tensorIndex = index
  }

  /// The tensor of this name.
  public func tensor(named name: String) -> TensorInfo? { tensorIndex[name].map { tensors[$0] } }

  /// A key or tensor name, which must be UTF-8.
  static func name(_ range: Range<Int>, in file: MappedFile) throws(FileFault) -> String {
    guard let name = String(validating: try file.bytes(in: range), as: UTF8.self) else {
      throw FileFault(path: file.path, offset: range.lowerBound, what: "a name is not UTF-8")
    }
    return name
  }

  private static func alignment(
    _ entries: [String: MetadataEntry], _ file: MappedFile
  ) throws(FileFault) -> Int {
    let key = "general.alignment"
    guard let entry = entries[key] else { return 32 }
    guard let value = entry.integer(in: file), value > 0, value <= Limit.alignment,
      value & (value - 1) == 0
    else {
      throw FileFault(
        path: file.path, offset: entry.offset,
        what: "\(key) is not a power of two up to \(Limit.alignment)")
    }
    return value
  }
}
