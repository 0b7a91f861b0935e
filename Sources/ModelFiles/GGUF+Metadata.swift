/// The types of metadata values, numbered as the GGUF specification does.
enum MetadataType: UInt32 {
  case uint8 = 0
  case int8 = 1
  case uint16 = 2
  case int16 = 3
  case uint32 = 4
  case int32 = 5
  case float32 = 6
  case bool = 7
  case string = 8
  case array = 9
  case uint64 = 10
  case int64 = 11
  case float64 = 12

  /// Bytes of a value; `nil` for strings and arrays.
  var size: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .array: nil
    }
  }
}

/// A metadata value: its type, and where it lies.
struct MetadataEntry: Sendable {
  /// The type; of an array, the type of its elements.
  let type: MetadataType
  /// Elements of an array; `nil` for a single value.
  let count: Int?
  /// Where the value's bytes begin: of a string the first character, of an array the first element.
  let offset: Int
  /// Bytes of a single string.
  let length: Int

  init(_ reader: inout ByteReader, key: String) throws(FileFault) {
    let what = "the value of \(key)"
    let type = try Self.type(&reader, what)
    guard type == .array else {
      self.type = type
      count = nil
      if let size = type.size {
        offset = try reader.skip(size, what).lowerBound
        length = size
      } else {
        let range = try reader.stringRange(what, atMost: GGUFFile.Limit.stringBytes)
        offset = range.lowerBound
        length = range.count
      }
      return
    }
    let element = try Self.type(&reader, what)
    guard element != .array else {
      throw reader.fault("\(what) is an array of arrays, which cannot be read")
    }
    let count = try reader.length(
      "the number of elements of \(key)", atMost: GGUFFile.Limit.arrayElements)
    self.type = element
    self.count = count
    offset = reader.offset
    length = 0
    if let size = element.size {
      _ = try reader.skip(count * size, what)
    } else {
      for _ in 0..<count {
        _ = try reader.stringRange(
          "an element of \(key)", atMost: GGUFFile.Limit.stringBytes)
      }
    }
  }

  private static func type(
    _ reader: inout ByteReader, _ what: String
  ) throws(FileFault) -> MetadataType {
    let number = try reader.integer(UInt32.self)
    guard let type = MetadataType(rawValue: number) else {
      throw reader.fault("\(what) has the unknown type \(number)")
    }
    return type
  }

  /// A single integer that an `Int` holds.
  func integer(in file: MappedFile) -> Int? { count == nil ? integer(in: file, at: offset) : nil }

  func integer(in file: MappedFile, at offset: Int) -> Int? {
    func load<T: FixedWidthInteger>(_: T.Type) -> Int? {
      Int(
        exactly: T(
          littleEndian: file.withBytes { $0.loadUnaligned(fromByteOffset: offset, as: T.self) }
        ))
    }
    return switch type {
    case .uint8: load(UInt8.self)
    case .int8: load(Int8.self)
    case .uint16: load(UInt16.self)
    case .int16: load(Int16.self)
    case .uint32: load(UInt32.self)
    case .int32: load(Int32.self)
    case .uint64: load(UInt64.self)
    case .int64: load(Int64.self)
    case .float32, .float64, .bool, .string, .array: nil
    }
  }

  func number(in file: MappedFile, at offset: Int) -> Double? {
    switch type {
    case .float32:
      Double(
        Float(
          bitPattern: UInt32(
            littleEndian: file.withBytes {
              $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            })))
    case .float64:
      Double(
        bitPattern: UInt64(
          littleEndian: file.withBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
        ))
    default: integer(in: file, at: offset).map(Double.init)
    }
  }
}

extension GGUFFile {
  private func entry(_ key: String) throws(FileFault) -> MetadataEntry {
    guard let entry = entries[key] else {
      throw FileFault(path: path, what: "the metadata have no \(key)")
    }
    return entry
  }

  private func wrong(_ key: String, _ entry: MetadataEntry, _ wanted: String) -> FileFault {
    let found = entry.count == nil ? "\(entry.type)" : "array of \(entry.type)"
    return FileFault(
      path: path, offset: entry.offset, what: "\(key) is of type \(found), not \(wanted)")
  }

  /// Whether the metadata have this key.
  public func has(_ key: String) -> Bool { entries[key] != nil }

  /// A string, with U+FFFD for what is not UTF-8.
  ///
  /// - Throws: `FileFault` when the key is missing or of another type.
  public func string(_ key: String) throws(FileFault) -> String {
    let entry = try entry(key)
    guard entry.count == nil, entry.type == .string else { throw wrong(key, entry, "string") }
    let bytes = try file.bytes(in: entry.offset..<entry.offset + entry.length)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// An integer of any width.
  ///
  /// - Throws: `FileFault` when the key is missing, of another type, or beyond the range of `Int`.
  public func integer(_ key: String) throws(FileFault) -> Int {
    let entry = try entry(key)
    guard let value = entry.integer(in: file) else { throw wrong(key, entry, "integer") }
    return value
  }

  /// A number of any kind.
  ///
  /// - Throws: `FileFault` when the key is missing or of another type.
  public func number(_ key: String) throws(FileFault) -> Double {
    let entry = try entry(key)
    guard entry.count == nil, let value = entry.number(in: file, at: entry.offset) else {
      throw wrong(key, entry, "number")
    }
    return value
  }

  /// A truth value.
  ///
  /// - Throws: `FileFault` when the key is missing or of another type.
  public func bool(_ key: String) throws(FileFault) -> Bool {
    let entry = try entry(key)
    guard entry.count == nil, entry.type == .bool else { throw wrong(key, entry, "bool") }
    return try file.bytes(in: entry.offset..<entry.offset + 1)[0] != 0
  }

  /// How many elements an array has.
  ///
  /// - Throws: `FileFault` when the key is missing or no array.
  public func count(_ key: String) throws(FileFault) -> Int {
    let entry = try entry(key)
    guard let count = entry.count else { throw wrong(key, entry, "array") }
    return count
  }

  /// The integers of an array.
  ///
  /// - Throws: `FileFault` when the key is missing or of another type.
  public func integers(_ key: String) throws(FileFault) -> [Int] {
    let entry = try entry(key)
    guard let count = entry.count, let size = entry.type.size else {
      throw wrong(key, entry, "array of integers")
    }
    var values: [Int] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      guard let value = entry.integer(in: file, at: entry.offset + index * size) else {
        throw wrong(key, entry, "array of integers")
      }
      values.append(value)
    }
    return values
  }

  /// The numbers of an array.
  ///
  /// - Throws: `FileFault` when the key is missing or of another type.
  public func numbers(_ key: String) throws(FileFault) -> [Double] {
    let entry = try entry(key)
    guard let count = entry.count, let size = entry.type.size else {
      throw wrong(key, entry, "array of numbers")
    }
    var values: [Double] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      guard let value = entry.number(in: file, at: entry.offset + index * size) else {
        throw wrong(key, entry, "array of numbers")
      }
      values.append(value)
    }
    return values
  }

  /// Gives `body` the bytes of each string of an array, in order; they must not be kept.
  ///
  /// - Throws: `FileFault` when the key is missing or of another type.
  public func forEachString(
    _ key: String, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(FileFault) {
    let entry = try entry(key)
    guard let count = entry.count, entry.type == .string else {
      throw wrong(key, entry, "array of strings")
    }
    file.withBytes { bytes in
      // The lengths were checked when the file was opened.
      var offset = entry.offset
      for _ in 0..<count {
        let length = Int(
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        offset += 8
        body(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
        offset += length
      }
    }
  }

  /// A value for reading, in one line of at most some 60 characters; of an array its length and type.
  public func valueForReading(_ key: String) -> String {
    guard let entry = entries[key] else { return "" }
    if let count = entry.count { return "\(count) of type \(entry.type)" }
    if let text = try? string(key) {
      let line = FileFault.printable(String(text.prefix(61)))
      return text.count > 60 ? "\(line.prefix(60))…" : line
    }
    if let flag = try? bool(key) { return "\(flag)" }
    if let number = try? integer(key) { return "\(number)" }
    return (try? number(key)).map { "\($0)" } ?? ""
  }
}
