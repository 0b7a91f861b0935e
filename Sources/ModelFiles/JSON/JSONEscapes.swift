/// Strings with escapes, and what is UTF-8.
struct JSONEscapes {
  private let reader: JSONReader

  init(_ reader: JSONReader) { self.reader = reader }

  /// Puts the string whose first byte is at `start` into `output`, and gives the offset after its
  /// closing quote.
  func unescape(from start: Int, into output: inout [UInt8]) throws(FileFault) -> Int {
    var place = start
    var plain = start
    while place < reader.count {
      let byte = reader.base[place]
      if byte == UInt8(ascii: "\"") {
        try append(plain..<place, to: &output)
        return place + 1
      } else if byte == UInt8(ascii: "\\") {
        try append(plain..<place, to: &output)
        place = try escape(at: place, into: &output)
        plain = place
      } else if byte < 0x20 {
        throw reader.fault("a control character stands in a string", at: place)
      } else {
        place += 1
      }
      guard place - start <= JSONReader.maximumStringBytes else {
        throw reader.tooLong(at: start)
      }
    }
    throw reader.fault("a string never ends", at: start - 1)
  }

  private func append(_ range: Range<Int>, to output: inout [UInt8]) throws(FileFault) {
    guard !range.isEmpty else { return }
    try reader.checkUTF8(range)
    output.append(
      contentsOf: UnsafeBufferPointer(start: reader.base + range.lowerBound, count: range.count))
  }

  /// Undoes the escape whose backslash is at `place`; gives the offset after it.
  private func escape(at place: Int, into output: inout [UInt8]) throws(FileFault) -> Int {
    guard place + 1 < reader.count else { throw reader.fault("a string never ends", at: place) }
    switch reader.base[place + 1] {
    case UInt8(ascii: "\""): output.append(0x22)
    case UInt8(ascii: "\\"): output.append(0x5C)
    case UInt8(ascii: "/"): output.append(0x2F)
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "u"): return try codePoint(at: place, into: &output)
    default: throw reader.fault("an unknown escape stands in a string", at: place)
    }
    return place + 2
  }

  private func codePoint(at place: Int, into output: inout [UInt8]) throws(FileFault) -> Int {
    var value = try unit(at: place)
    var end = place + 6
    if value & 0xFC00 == 0xD800 {
      let low = end < reader.count && reader.base[end] == UInt8(ascii: "\\") ? try unit(at: end) : 0
      guard low & 0xFC00 == 0xDC00 else {
        throw reader.fault("half of a surrogate pair is escaped in a string", at: place)
      }
      value = 0x10000 + (value & 0x3FF) << 10 + low & 0x3FF
      end += 6
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw reader.fault("half of a surrogate pair is escaped in a string", at: place)
    }
    output.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
    return end
  }

  /// The four hexadecimal digits of the `\u` at `place`.
  private func unit(at place: Int) throws(FileFault) -> UInt32 {
    var value: UInt32 = 0
    guard place + 6 <= reader.count, reader.base[place + 1] == UInt8(ascii: "u") else {
      throw reader.fault("an escape in a string is not whole", at: place)
    }
    for index in place + 2..<place + 6 {
      let digit: UInt8
      switch reader.base[index] {
      case let byte where (0x30...0x39).contains(byte): digit = byte - 0x30
      case let byte where (0x61...0x66).contains(byte): digit = byte - 0x61 + 10
      case let byte where (0x41...0x46).contains(byte): digit = byte - 0x41 + 10
      default: throw reader.fault("an escape in a string is not hexadecimal", at: place)
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  /// Where the first byte is that belongs to no character (the Unicode Standard, table 3-7).
  static func firstInvalid(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var place = 0
    while place < bytes.count {
      let lead = bytes[place]
      if lead < 0x80 {
        place += 1
        continue
      }
      let length: Int
      let second: ClosedRange<UInt8>
      switch lead {
      case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
      case 0xE0: (length, second) = (3, 0xA0...0xBF)
      case 0xED: (length, second) = (3, 0x80...0x9F)
      case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
      case 0xF0: (length, second) = (4, 0x90...0xBF)
      case 0xF4: (length, second) = (4, 0x80...0x8F)
      case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
      default: return place
      }
      guard place + length <= bytes.count, second.contains(bytes[place + 1]) else { return place }
      for index in 2..<max(length, 2) where bytes[place + index] & 0xC0 != 0x80 { return place }
      place += length
    }
    return nil
  }
}
