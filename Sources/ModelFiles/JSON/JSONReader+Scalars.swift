import Foundation

extension JSONReader {
  /// Reads a string.
  public mutating func string() throws(FileFault) -> String {
    try withString { bytes in String(decoding: bytes, as: UTF8.self) }
  }

  /// Reads `true` or `false`.
  public mutating func bool() throws(FileFault) -> Bool {
    _ = try next()
    if take("true") { return true }
    if take("false") { return false }
    throw fault("should be true or false")
  }

  /// Reads `null`, if it stands here.
  public mutating func null() throws(FileFault) -> Bool {
    _ = try next()
    return take("null")
  }

  /// Reads a whole number: no fraction, no exponent.
  public mutating func integer() throws(FileFault) -> Int {
    let range = try number()
    var place = range.lowerBound
    let negative = base[place] == UInt8(ascii: "-")
    if negative { place += 1 }
    var value = 0
    while place < range.upperBound {
      let byte = base[place]
      guard (0x30...0x39).contains(byte) else {
        throw fault("should be a whole number", at: range.lowerBound)
      }
      let digit = negative ? -Int(byte - 0x30) : Int(byte - 0x30)
      let (scaled, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = scaled.addingReportingOverflow(digit)
      guard !tooLarge, !overflow else {
        throw fault("a number is out of range", at: range.lowerBound)
      }
      value = sum
      place += 1
    }
    return value
  }

  /// Reads a number; it must be finite.
  public mutating func double() throws(FileFault) -> Double {
    let range = try number()
    if let value = exactDouble(range) { return value }
    let bytes = UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    guard range.count <= 1024, let value = Double(String(decoding: bytes, as: UTF8.self)),
      value.isFinite
    else { throw fault("a number is out of range", at: range.lowerBound) }
    return value
  }

  /// The number in `range` when it has a short mantissa and a small fraction, which makes one
  /// division exact (Clinger 1990, "How to Read Floating Point Numbers Accurately").
  private func exactDouble(_ range: Range<Int>) -> Double? {
    guard range.count <= 18 else { return nil }
    var mantissa = 0
    var fraction = 0
    var seenPoint = false
    for place in range {
      switch base[place] {
      case UInt8(ascii: "-"): break
      case UInt8(ascii: "."): seenPoint = true
      case let byte where (0x30...0x39).contains(byte):
        mantissa = mantissa * 10 + Int(byte - 0x30)
        if seenPoint { fraction += 1 }
      default: return nil
      }
    }
    guard mantissa < 1 << 53 else { return nil }
    var scale = 1.0
    for _ in 0..<fraction { scale *= 10 }
    let value = Double(mantissa) / scale
    return base[range.lowerBound] == UInt8(ascii: "-") ? -value : value
  }

  /// Reads over a number, checking its grammar.
  mutating func number() throws(FileFault) -> Range<Int> {
    let first = try next()
    let start = offset
    guard first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else {
      throw fault("should be a number")
    }
    if first == UInt8(ascii: "-") { offset += 1 }
    if offset < count, base[offset] == UInt8(ascii: "0") {
      offset += 1
    } else {
      try digits()
    }
    if offset < count, base[offset] == UInt8(ascii: ".") {
      offset += 1
      try digits()
    }
    if offset < count, base[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < count, base[offset] == UInt8(ascii: "+") || base[offset] == UInt8(ascii: "-") {
        offset += 1
      }
      try digits()
    }
    return start..<offset
  }

  private mutating func digits() throws(FileFault) {
    let start = offset
    while offset < count, (0x30...0x39).contains(base[offset]) { offset += 1 }
    guard offset > start else { throw fault("a digit should stand here") }
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard count - offset >= length, memcmp(base + offset, word.utf8Start, length) == 0 else {
      return false
    }
    offset += length
    return true
  }

  /// Reads over a value of any kind.
  public mutating func skip() throws(FileFault) {
    switch try kind() {
    case .object: try object { reader, _ throws(FileFault) in try reader.skip() }
    case .array: try array { reader throws(FileFault) in try reader.skip() }
    case .string: try withString { _ in }
    case .number: _ = try number()
    case .bool: _ = try bool()
    case .null:
      guard try null() else { throw fault("is no JSON value") }
    }
  }
}
