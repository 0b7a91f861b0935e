/// A file of tensors in the safetensors format: a JSON header, then the numbers.
///
///     header length (8 bytes, little-endian) · header · data
///     header: {"__metadata__": {key: text}, tensor: {"dtype", "shape", "data_offsets"}, …}
///
/// The file is mapped, and checked as a whole when it is opened: each tensor has the bytes that its
/// type and shape call for, and together they cover the data without gaps and overlaps, as the
/// specification demands.
public final class SafetensorsFile: Sendable {
  /// Limits on what a file may claim; beyond them it is broken or hostile.
  enum Limit {
    static let headerBytes = 100_000_000
    static let tensors = 1 << 17
    static let dimensions = 8
    static let elements = 1 << 40
  }

  /// A tensor of the file.
  public struct Tensor: Sendable, Equatable {
    /// Its name, for instance `model.norm.weight`.
    public let name: String
    /// Its dimensions, the slowest-varying first, as the file has them: `[rows, columns]`.
    public let shape: [Int]
    /// Its type as the file calls it, for instance `BF16`.
    public let typeName: String
    /// Where its data begin, in bytes from the start of the file.
    public let offset: Int
    /// How many bytes its data have.
    public let byteCount: Int

    /// Its storage type; `nil` when that cannot be run.
    public var type: BlockType? { SafetensorsFile.runnable[typeName] }

    /// How many numbers it has.
    public var elementCount: Int { shape.reduce(1, *) }
  }

  /// The mapped file.
  public let file: MappedFile
  /// The tensors, in the order of their data.
  public let tensors: [Tensor]
  /// What the file says of itself, by keys of its own.
  public let metadata: [String: String]

  private let index: [String: Int]

  /// Where the file was opened.
  public var path: String { file.path }

  static let runnable: [String: BlockType] = ["F32": .f32, "F16": .f16, "BF16": .bf16]

  /// Bits of an element, of all types of the specification.
  private static let bits: [String: Int] = [
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8,
    "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
  ]

  /// Opens and checks a file.
  ///
  /// - Throws: `FileFault` with the offset of what is wrong.
  public static func open(path: String) throws(FileFault) -> SafetensorsFile {
    try SafetensorsFile(MappedFile(path: path))
  }

  private init(_ file: MappedFile) throws(FileFault) {
    self.file = file
    var reader = ByteReader(file)
    let length = try reader.length(
      "the length of the header", atMost: min(Limit.headerBytes, max(0, file.count - 8)))
    let start = reader.offset
    guard length > 0, try file.bytes(in: start..<start + 1) == [UInt8(ascii: "{")] else {
      throw FileFault(path: file.path, offset: start, what: "the header is no JSON object")
    }
    let fields = try Self.header(start..<start + length, file)
    guard fields.count <= Limit.tensors else {
      throw FileFault(
        path: file.path, offset: start, what: "has more than \(Limit.tensors) tensors")
    }
    var metadata: [String: String] = [:]
    var tensors: [Tensor] = []
    for (key, entry) in fields {
      if key == "__metadata__" {
        metadata = try Self.metadata(entry, file)
      } else {
        tensors.append(try Self.tensor(key, entry, dataStart: start + length, file))
      }
    }
    tensors.sort { ($0.offset, $0.byteCount, $0.name) < ($1.offset, $1.byteCount, $1.name) }
    try Self.checkPlaces(tensors, dataStart: start + length, file)
    self.metadata = metadata
    self.tensors = tensors
    index = Dictionary(
      uniqueKeysWithValues: tensors.indices.map { (tensors[$0].name, $0) })
  }

  /// The keys and values of the header.
  private static func header(
    _ range: Range<Int>, _ file: MappedFile
  ) throws(FileFault) -> [(key: String, value: JSONValue)] {
    do throws(FileFault) {
      let bytes = try file.bytes(in: range)
      let header = try JSONReader.read(bytes, path: file.path) { reader throws(FileFault) in
        try reader.value(refusesRepeats: true)
      }
      return header.fields ?? []
    } catch {
      // The reader counts from the beginning of what it was given.
      throw FileFault(
        path: error.path, offset: error.offset.map { $0 + range.lowerBound }, what: error.what,
        remedy: error.remedy)
    }
  }

  private static func metadata(
    _ entry: JSONValue, _ file: MappedFile
  ) throws(FileFault) -> [String: String] {
    guard let fields = entry.fields else {
      throw FileFault(
        path: file.path, offset: entry.offset + 8, what: "__metadata__ is no object")
    }
    var metadata: [String: String] = [:]
    for (key, value) in fields {
      guard let text = value.string else {
        throw FileFault(
          path: file.path, offset: value.offset + 8, what: "__metadata__ \(key) is no string")
      }
      metadata[key] = text
    }
    return metadata
  }

  private static func tensor(
    _ name: String, _ entry: JSONValue, dataStart: Int, _ file: MappedFile
  ) throws(FileFault) -> Tensor {
    func fault(_ what: String) -> FileFault {
      FileFault(path: file.path, offset: entry.offset + 8, what: "the tensor \(name) \(what)")
    }
    guard entry.fields != nil else { throw fault("is no object") }
    if let other = entry.keys.first(where: { !["dtype", "shape", "data_offsets"].contains($0) }) {
      throw fault("has the unknown key \(other)")
    }
    guard let typeName = entry["dtype"]?.string else { throw fault("has no dtype") }
    guard let bits = bits[typeName] else { throw fault("has the unknown dtype \(typeName)") }
    guard let dimensions = entry["shape"]?.array, dimensions.count <= Limit.dimensions else {
      throw fault("has no shape of at most \(Limit.dimensions) dimensions")
    }
    var shape: [Int] = []
    var elements = 1
    for dimension in dimensions {
      guard let size = dimension.integer, 0...Limit.elements ~= size else {
        throw fault("has a dimension that is no number up to 2⁴⁰")
      }
      let (product, overflow) = elements.multipliedReportingOverflow(by: size)
      guard !overflow, product <= Limit.elements else { throw fault("has more than 2⁴⁰ elements") }
      elements = product
      shape.append(size)
    }
    guard let offsets = entry["data_offsets"]?.array, offsets.count == 2,
      let begin = offsets[0].integer, let end = offsets[1].integer, begin >= 0, begin <= end
    else { throw fault("has no data_offsets of beginning and end") }
    guard end <= file.count - dataStart else {
      throw FileFault(
        path: file.path, offset: entry.offset + 8,
        what: "the data of \(name) lie beyond the end of the file",
        remedy: "the file may be cut short: fetch it again")
    }
    guard elements * bits % 8 == 0, elements * bits / 8 == end - begin else {
      throw fault("has \(end - begin) bytes of data, not those of \(shape) \(typeName)")
    }
    return Tensor(
      name: name, shape: shape, typeName: typeName, offset: dataStart + begin,
      byteCount: end - begin)
  }

  /// Data must follow each other without gaps, up to the end of the file.
  private static func checkPlaces(
    _ tensors: [Tensor], dataStart: Int, _ file: MappedFile
  ) throws(FileFault) {
    var place = dataStart
    for tensor in tensors {
      guard tensor.offset == place else {
        throw FileFault(
          path: file.path, offset: min(place, tensor.offset),
          what: tensor.offset > place
            ? "there is a gap before the data of \(tensor.name)"
            : "the data of \(tensor.name) overlap with others")
      }
      place += tensor.byteCount
    }
    guard place == file.count else {
      throw FileFault(
        path: file.path, offset: place, what: "\(file.count - place) bytes belong to no tensor")
    }
  }

  /// The tensor of this name.
  public func tensor(named name: String) -> Tensor? { index[name].map { tensors[$0] } }

  /// Where a tensor's data lie, for as long as this object lives. They may be unaligned.
  ///
  /// - Throws: `FileFault` when the tensor has no data, or is not of this file.
  public func pointer(to tensor: Tensor) throws(FileFault) -> UnsafePointer<UInt8> {
    try file.pointer(to: tensor.offset..<tensor.offset + tensor.byteCount)
  }

  /// Its storage type.
  ///
  /// - Throws: `FileFault` when tensors of this type cannot be run.
  public func runnableType(of tensor: Tensor) throws(FileFault) -> BlockType {
    guard let type = tensor.type else {
      throw FileFault(
        path: path, offset: tensor.offset,
        what: "the tensor \(tensor.name) is stored as \(tensor.typeName), which cannot be run yet",
        remedy: "these can: \(Self.runnable.keys.sorted().joined(separator: ", "))")
    }
    return type
  }
}
