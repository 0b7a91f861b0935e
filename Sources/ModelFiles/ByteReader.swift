/// Reads little-endian values from a mapped file, one after another, never beyond its end.
struct ByteReader {
  let file: MappedFile
  private(set) var offset = 0

  init(_ file: MappedFile) { self.file = file }

  /// Bytes that are left.
  var left: Int { file.count - offset }

  func fault(_ what: String, remedy: String? = nil) -> FileFault {
    FileFault(path: file.path, offset: offset, what: what, remedy: remedy)
  }

  mutating func integer<T: FixedWidthInteger>(_: T.Type) throws(FileFault) -> T {
    let size = MemoryLayout<T>.size
    guard left >= size else { throw fault("the file ends in the middle of a number") }
    let value = file.withBytes { $0.loadUnaligned(fromByteOffset: offset, as: T.self) }
    offset += size
    return T(littleEndian: value)
  }

  /// A length or count, at most `limit`.
  mutating func length(_ what: String, atMost limit: Int) throws(FileFault) -> Int {
    let start = offset
    let value = try integer(UInt64.self)
    guard value <= UInt64(limit) else {
      throw FileFault(
        path: file.path, offset: start, what: "\(what) is \(value), more than \(limit)")
    }
    return Int(value)
  }

  /// Where a string's bytes lie.
  mutating func stringRange(_ what: String, atMost limit: Int) throws(FileFault) -> Range<Int> {
    let count = try length("the length of \(what)", atMost: limit)
    return try skip(count, what)
  }

  mutating func skip(_ count: Int, _ what: String) throws(FileFault) -> Range<Int> {
    guard count >= 0, count <= left else { throw fault("the file ends in the middle of \(what)") }
    let range = offset..<offset + count
    offset += count
    return range
  }
}
