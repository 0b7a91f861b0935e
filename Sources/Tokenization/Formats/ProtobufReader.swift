internal import ModelFiles

/// Reads a message in the wire format of Protocol Buffers, field by field, never beyond its end.
/// Nothing is copied and nothing recurses: what is not asked for is skipped.
///
/// Specification: protobuf.dev/programming-guides/encoding
struct ProtobufReader {
  /// How a field's value is written.
  enum Wire: UInt64 {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
  }

  private let file: MappedFile
  private(set) var offset: Int
  private let end: Int

  /// A reader of the message in `range` of a file.
  init(_ file: MappedFile, in range: Range<Int>) {
    self.file = file
    offset = range.lowerBound
    end = range.upperBound
  }

  /// A fault where the reader is.
  func fault(_ what: String) -> FileFault {
    FileFault(path: file.path, offset: offset, what: what)
  }

  /// The number of the next field and how its value is written; `nil` at the end.
  mutating func field() throws(FileFault) -> (number: UInt64, wire: Wire)? {
    guard offset < end else { return nil }
    let start = offset
    let tag = try varint()
    guard let wire = Wire(rawValue: tag & 7), tag >> 3 > 0, tag >> 3 < 1 << 29 else {
      throw FileFault(
        path: file.path, offset: start,
        what: "field \(tag >> 3) of wire type \(tag & 7) is not known: no SentencePiece model")
    }
    return (tag >> 3, wire)
  }

  /// An integer of up to ten bytes, lowest seven bits first.
  mutating func varint() throws(FileFault) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64 {
      guard offset < end else { throw fault("a number ends beyond its message") }
      let byte = file.withBytes { $0[offset] }
      offset += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw fault("a number has more than ten bytes")
  }

  /// Where the bytes of a string or a message lie.
  mutating func bytes(_ wire: Wire, _ what: String) throws(FileFault) -> Range<Int> {
    try expect(.bytes, wire, what)
    let count = try varint()
    guard count <= UInt64(end - offset) else { throw fault("\(what) ends beyond its message") }
    let range = offset..<offset + Int(count)
    offset = range.upperBound
    return range
  }

  /// A number with 32 bits behind the point and before it.
  mutating func float(_ wire: Wire, _ what: String) throws(FileFault) -> Float {
    try expect(.fixed32, wire, what)
    guard end - offset >= 4 else { throw fault("\(what) ends beyond its message") }
    let bits = file.withBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    offset += 4
    return Float(bitPattern: UInt32(littleEndian: bits))
  }

  /// An integer, in the 32 bits that matter.
  mutating func integer(_ wire: Wire, _ what: String) throws(FileFault) -> Int32 {
    try expect(.varint, wire, what)
    return Int32(truncatingIfNeeded: try varint())
  }

  /// A truth value.
  mutating func bool(_ wire: Wire, _ what: String) throws(FileFault) -> Bool {
    try expect(.varint, wire, what)
    return try varint() != 0
  }

  private func expect(_ wanted: Wire, _ wire: Wire, _ what: String) throws(FileFault) {
    guard wire == wanted else { throw fault("\(what) is written as \(wire), not as \(wanted)") }
  }

  /// Leaves a value out.
  mutating func skip(_ wire: Wire) throws(FileFault) {
    switch wire {
    case .varint: _ = try varint()
    case .bytes: _ = try bytes(.bytes, "a field")
    case .fixed32, .fixed64:
      let count = wire == .fixed32 ? 4 : 8
      guard end - offset >= count else { throw fault("a field ends beyond its message") }
      offset += count
    }
  }
}
