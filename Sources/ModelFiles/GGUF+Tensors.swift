/// A tensor of a model file.
public struct TensorInfo: Sendable, Equatable {
  /// Its name, for instance `blk.0.attn_q.weight`.
  public let name: String
  /// Its dimensions in GGUF's order: the fastest-varying first (`[columns, rows]` for a matrix).
  public let shape: [Int]
  /// Number of its storage type, as the specification counts them.
  public let typeNumber: UInt32
  /// Where its data begin, in bytes from the start of the file.
  public let offset: Int
  /// How many bytes its data have.
  public let byteCount: Int

  /// The usual name of its storage type, for instance `Q4_1`.
  public var typeName: String { StoredType.known[typeNumber]?.name ?? "type \(typeNumber)" }

  /// Its storage type; `nil` when that cannot be run.
  public var type: BlockType? { BlockType(rawValue: typeNumber) }

  /// How many numbers it has.
  public var elementCount: Int { shape.reduce(1, *) }

  /// Its storage type.
  ///
  /// - Throws: `FileFault` when tensors of this type cannot be run.
  public func runnableType(in file: GGUFFile) throws(FileFault) -> BlockType {
    guard let type else {
      throw FileFault(
        path: file.path, offset: offset,
        what: "the tensor \(name) is stored as \(typeName), which cannot be run yet",
        remedy: "these can: \(BlockType.allCases.map(\.name).joined(separator: ", "))")
    }
    return type
  }
}

/// A tensor as the header of the file describes it, before its place has been checked.
struct TensorHeader {
  let start: Int
  let name: String
  let shape: [Int]
  let typeNumber: UInt32
  let relativeOffset: UInt64
  let byteCount: Int

  init(_ reader: inout ByteReader) throws(FileFault) {
    start = reader.offset
    let limit = GGUFFile.Limit.self
    let range = try reader.stringRange("a tensor's name", atMost: limit.keyBytes)
    name = try GGUFFile.name(range, in: reader.file)
    let dimensions = try reader.integer(UInt32.self)
    guard dimensions > 0, dimensions <= limit.dimensions else {
      throw reader.fault("the tensor \(name) has \(dimensions) dimensions")
    }
    var shape: [Int] = []
    var elements = 1
    for _ in 0..<dimensions {
      let dimension = try reader.length("a dimension of \(name)", atMost: limit.elements)
      let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
      guard dimension > 0, !overflow, product <= limit.elements else {
        throw reader.fault("the tensor \(name) has a dimension of \(dimension)")
      }
      elements = product
      shape.append(dimension)
    }
    self.shape = shape
    typeNumber = try reader.integer(UInt32.self)
    guard let type = StoredType.known[typeNumber] else {
      throw reader.fault("the tensor \(name) has the unknown type \(typeNumber)")
    }
    guard shape[0] % type.elements == 0 else {
      throw reader.fault(
        "rows of \(shape[0]) elements of \(name) are no whole number of \(type.name) blocks")
    }
    // At most 2⁴⁰ elements of 8 bytes: no overflow.
    byteCount = elements / type.elements * type.bytes
    relativeOffset = try reader.integer(UInt64.self)
  }

  /// Checks that tensors lie inside the file, aligned and apart from each other.
  static func place(
    _ headers: [TensorHeader], in file: MappedFile, dataStart: Int, alignment: Int
  ) throws(FileFault) -> [TensorInfo] {
    var placed: [TensorInfo] = []
    for header in headers {
      guard header.relativeOffset % UInt64(alignment) == 0 else {
        throw FileFault(
          path: file.path, offset: header.start,
          what: "the data of \(header.name) are not aligned to \(alignment)")
      }
      guard header.relativeOffset <= UInt64(file.count), dataStart <= file.count,
        header.byteCount <= file.count - dataStart - Int(header.relativeOffset)
      else {
        throw FileFault(
          path: file.path, offset: header.start,
          what: "the data of \(header.name) lie beyond the end of the file",
          remedy: "the file may be cut short: fetch it again")
      }
      placed.append(
        TensorInfo(
          name: header.name, shape: header.shape, typeNumber: header.typeNumber,
          offset: dataStart + Int(header.relativeOffset), byteCount: header.byteCount))
    }
    let ordered = placed.sorted { $0.offset < $1.offset }
    for (a, b) in zip(ordered, ordered.dropFirst()) where a.offset + a.byteCount > b.offset {
      throw FileFault(
        path: file.path, offset: b.offset, what: "the tensors \(a.name) and \(b.name) overlap")
    }
    return placed
  }
}

extension GGUFFile: MappedBytes {
  /// Lets pages of the file leave memory.
  public func forget(_ bytes: UnsafeRawBufferPointer) { file.forget(bytes) }

  /// Where a tensor's data lie, for as long as this object lives.
  ///
  /// - Throws: `FileFault` when the tensor is not of this file.
  public func pointer(to tensor: TensorInfo) throws(FileFault) -> UnsafePointer<UInt8> {
    try file.pointer(to: tensor.offset..<tensor.offset + tensor.byteCount)
  }

  /// All numbers of a tensor, row after row.
  ///
  /// - Throws: `FileFault` when the tensor's type cannot be run.
  public func dequantised(_ tensor: TensorInfo) throws(FileFault) -> [Float] {
    let rows = tensor.elementCount / tensor.shape[0]
    return try dequantised(tensor, rows: 0..<rows)
  }

  /// The numbers of some rows of a tensor; a row runs along its first dimension.
  ///
  /// - Throws: `FileFault` when the tensor's type cannot be run, or the rows leave the tensor.
  public func dequantised(_ tensor: TensorInfo, rows: Range<Int>) throws(FileFault) -> [Float] {
    let type = try tensor.runnableType(in: self)
    let rowCount = tensor.elementCount / tensor.shape[0]
    guard rows.lowerBound >= 0, rows.upperBound <= rowCount else {
      throw FileFault(path: path, offset: tensor.offset, what: "\(tensor.name) has no rows \(rows)")
    }
    let rowBytes = tensor.byteCount / rowCount
    let start = tensor.offset + rows.lowerBound * rowBytes
    return file.withBytes { bytes in
      let slice = UnsafeRawBufferPointer(rebasing: bytes[start..<start + rows.count * rowBytes])
      return Dequantiser(type: type).floats(slice)
    }
  }
}
