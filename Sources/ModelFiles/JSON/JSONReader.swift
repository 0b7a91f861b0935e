/// Reads JSON (RFC 8259) piece by piece from bytes in memory, without building a tree: a
/// vocabulary of a quarter of a million entries in a few milliseconds.
///
/// The caller says what it expects; anything else is a fault with the byte where it stands. Strings
/// must be UTF-8 and numbers finite; lone surrogates are refused, as in the files' own readers.
/// Nesting is limited, so hostile files cannot exhaust the stack, and nothing is copied but strings
/// with escapes.
///
/// It reads memory that belongs to someone else, so it exists only inside of `read`.
public struct JSONReader {
  /// How deep arrays and objects may be nested.
  public static let maximumDepth = 64
  /// Bytes that a string may have when it is read rather than skipped.
  public static let maximumStringBytes = 1 << 26

  /// What a value is, by its first byte.
  public enum Kind: Sendable, Hashable {
    case object, array, string, number, bool, null
  }

  /// The file, for faults.
  public let path: String
  let base: UnsafePointer<UInt8>
  let count: Int
  /// Byte offset of what is read next.
  public internal(set) var offset = 0
  private var depth = 0
  /// Where strings with escapes are put together.
  private var scratch: [UInt8] = []

  private init(path: String, base: UnsafePointer<UInt8>, count: Int) {
    self.path = path
    self.base = base
    self.count = count
  }

  /// Reads one value, which `body` takes apart, and checks that nothing follows it. The reader must
  /// not leave `body`.
  public static func read<Result>(
    _ file: MappedFile, _ body: (inout JSONReader) throws(FileFault) -> Result
  ) throws(FileFault) -> Result {
    guard file.count > 0 else { throw FileFault(path: file.path, what: "is empty") }
    // The mapping lives as long as the object.
    defer { withExtendedLifetime(file) {} }
    return try read(path: file.path, file.pointer(to: 0..<file.count), file.count, body)
  }

  /// Reads one value from bytes in memory; `path` is for faults.
  public static func read<Result>(
    _ bytes: [UInt8], path: String, _ body: (inout JSONReader) throws(FileFault) -> Result
  ) throws(FileFault) -> Result {
    let outcome = bytes.withUnsafeBufferPointer { buffer -> Swift.Result<Result, FileFault> in
      guard let base = buffer.baseAddress, !buffer.isEmpty else {
        return .failure(FileFault(path: path, what: "is empty"))
      }
      do throws(FileFault) {
        return .success(try read(path: path, base, buffer.count, body))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  private static func read<Result>(
    path: String, _ base: UnsafePointer<UInt8>, _ count: Int,
    _ body: (inout JSONReader) throws(FileFault) -> Result
  ) throws(FileFault) -> Result {
    var reader = JSONReader(path: path, base: base, count: count)
    reader.skipMark()
    let result = try body(&reader)
    reader.skipSpace()
    guard reader.offset == count else { throw reader.fault("something follows the JSON value") }
    return result
  }

  /// A fault at `offset`, by default what is read next.
  public func fault(_ what: String, at offset: Int? = nil, remedy: String? = nil) -> FileFault {
    FileFault(path: path, offset: offset ?? self.offset, what: what, remedy: remedy)
  }

  /// What the next value is.
  public mutating func kind() throws(FileFault) -> Kind {
    switch try next() {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    default: throw fault("is no JSON value")
    }
  }

  /// Reads an object: `body` gets each key, and must read or skip its value. The key's bytes are
  /// UTF-8, with escapes undone, and valid only until the reader is used.
  public mutating func object(
    _ body: (inout JSONReader, UnsafeBufferPointer<UInt8>) throws(FileFault) -> Void
  ) throws(FileFault) {
    try open(UInt8(ascii: "{"), "an object")
    if try next() == UInt8(ascii: "}") { return close() }
    while true {
      guard try next() == UInt8(ascii: "\"") else { throw fault("a key should stand here") }
      let (range, escaped) = try scanString()
      // The colon is looked for first, since the key must last until `body` has seen it.
      let value = try offsetAfterColon(offset)
      offset = value
      if escaped {
        let key = scratch
        try Self.lend(key) { bytes throws(FileFault) in try body(&self, bytes) }
      } else {
        try body(&self, UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
      }
      guard offset > value else { throw fault("a value was expected to be read here") }
      if try !goesOn(to: UInt8(ascii: "}")) { return close() }
    }
  }

  /// Reads an object with keys as strings.
  public mutating func fields(
    _ body: (inout JSONReader, String) throws(FileFault) -> Void
  ) throws(FileFault) {
    try object { reader, key throws(FileFault) in
      try body(&reader, String(decoding: key, as: UTF8.self))
    }
  }

  /// Reads an array: `body` must read or skip each element.
  public mutating func array(
    _ body: (inout JSONReader) throws(FileFault) -> Void
  ) throws(FileFault) {
    try open(UInt8(ascii: "["), "an array")
    if try next() == UInt8(ascii: "]") { return close() }
    while true {
      skipSpace()
      let value = offset
      try body(&self)
      guard offset > value else { throw fault("a value was expected to be read here") }
      if try !goesOn(to: UInt8(ascii: "]")) { return close() }
    }
  }

  /// Reads a string and lends its bytes: UTF-8, with escapes undone.
  public mutating func withString<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(FileFault) -> Result
  ) throws(FileFault) -> Result {
    guard try next() == UInt8(ascii: "\"") else { throw fault("should be a string") }
    let (range, escaped) = try scanString()
    if escaped { return try Self.lend(scratch, body) }
    return try body(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  private static func lend<Result>(
    _ bytes: [UInt8], _ body: (UnsafeBufferPointer<UInt8>) throws(FileFault) -> Result
  ) throws(FileFault) -> Result {
    let outcome = bytes.withUnsafeBufferPointer { buffer -> Swift.Result<Result, FileFault> in
      do throws(FileFault) { return .success(try body(buffer)) } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  private mutating func open(_ bracket: UInt8, _ what: String) throws(FileFault) {
    guard try next() == bracket else { throw fault("should be \(what)") }
    guard depth < Self.maximumDepth else {
      throw fault("is nested more than \(Self.maximumDepth) deep")
    }
    depth += 1
    offset += 1
  }

  private mutating func close() {
    depth -= 1
    offset += 1
  }

  /// Whether a comma follows, which is read, rather than the closing bracket.
  private mutating func goesOn(to bracket: UInt8) throws(FileFault) -> Bool {
    let byte = try next()
    if byte == bracket { return false }
    guard byte == UInt8(ascii: ",") else {
      throw fault("a comma or \(Character(Unicode.Scalar(bracket))) should stand here")
    }
    offset += 1
    return true
  }

  private func offsetAfterColon(_ start: Int) throws(FileFault) -> Int {
    var place = start
    while place < count, Self.isSpace(base[place]) { place += 1 }
    guard place < count, base[place] == UInt8(ascii: ":") else {
      throw fault("a colon should stand here", at: place)
    }
    place += 1
    while place < count, Self.isSpace(base[place]) { place += 1 }
    return place
  }

  /// The next byte that is no white space.
  @inline(__always)
  mutating func next() throws(FileFault) -> UInt8 {
    skipSpace()
    guard offset < count else { throw fault("the file ends in the middle of a value") }
    return base[offset]
  }

  @inline(__always)
  mutating func skipSpace() {
    while offset < count, Self.isSpace(base[offset]) { offset += 1 }
  }

  @inline(__always)
  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  /// Reads a string, which begins here, with its quotes; gives where its bytes lie. When there were
  /// escapes, its bytes are in `scratch` instead.
  private mutating func scanString() throws(FileFault) -> (range: Range<Int>, escaped: Bool) {
    let start = offset + 1
    var place = start
    var bits: UInt8 = 0
    while place < count {
      let byte = base[place]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      bits |= byte
      place += 1
    }
    guard place < count else { throw fault("a string never ends") }
    guard place - start <= Self.maximumStringBytes else { throw tooLong(at: start) }
    if base[place] == UInt8(ascii: "\"") {
      if bits >= 0x80 { try checkUTF8(start..<place) }
      offset = place + 1
      return (start..<place, false)
    }
    scratch.removeAll(keepingCapacity: true)
    offset = try JSONEscapes(self).unescape(from: start, into: &scratch)
    return (start..<offset, true)
  }

  func tooLong(at start: Int) -> FileFault {
    fault("a string has more than \(Self.maximumStringBytes) bytes", at: start - 1)
  }

  func checkUTF8(_ range: Range<Int>) throws(FileFault) {
    let bytes = UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    guard let broken = JSONEscapes.firstInvalid(in: bytes) else { return }
    throw fault("a string is not UTF-8", at: range.lowerBound + broken)
  }
}

extension JSONReader {
  /// The first key of the object that a file holds and what its value is, without reading on; `nil`
  /// for an object without keys. It tells forms of files apart.
  ///
  /// - Throws: `FileFault` when no object begins there.
  public static func firstField(_ file: MappedFile) throws(FileFault) -> (key: String, kind: Kind)?
  {
    guard file.count > 0 else { throw FileFault(path: file.path, what: "is empty") }
    defer { withExtendedLifetime(file) {} }
    var reader = JSONReader(
      path: file.path, base: try file.pointer(to: 0..<file.count), count: file.count)
    reader.skipMark()
    try reader.open(UInt8(ascii: "{"), "an object")
    if try reader.next() == UInt8(ascii: "}") { return nil }
    let key = try reader.string()
    reader.offset = try reader.offsetAfterColon(reader.offset)
    return (key, try reader.kind())
  }

  /// A byte order mark is not JSON, but some editors write one.
  private mutating func skipMark() {
    if count >= 3, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF { offset = 3 }
  }
}
