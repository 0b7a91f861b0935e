/// The shapes of UTF-8 (RFC 3629; the Unicode Standard, table 3-7), byte by byte.
enum UTF8Sequence {
  /// Bytes that a character beginning with `lead` has; 0 when no character begins so.
  @inline(__always)
  static func length(lead: UInt8) -> Int {
    switch lead {
    case 0x00...0x7F: 1
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 0
    }
  }

  /// Whether `second` may follow `lead`: rules out overlong forms, surrogates and what lies beyond
  /// U+10FFFF.
  @inline(__always)
  static func allows(second: UInt8, after lead: UInt8) -> Bool {
    switch lead {
    case 0xE0: (0xA0...0xBF).contains(second)
    case 0xED: (0x80...0x9F).contains(second)
    case 0xF0: (0x90...0xBF).contains(second)
    case 0xF4: (0x80...0x8F).contains(second)
    default: isContinuation(second)
    }
  }

  /// Whether `byte` can only stand inside a character.
  @inline(__always)
  static func isContinuation(_ byte: UInt8) -> Bool { byte & 0b1100_0000 == 0b1000_0000 }

  /// How many bytes of a range begin a character, or can stand in none.
  @inline(__always)
  static func count(in text: UnsafePointer<UInt8>, _ range: Range<Int>) -> Int {
    range.count { !isContinuation(text[$0]) }
  }

  /// The character at `position` and its length in bytes, or `nil` when the byte there begins none
  /// that is whole before `end`.
  @inline(__always)
  static func scalar(
    in text: UnsafePointer<UInt8>, at position: Int, end: Int
  ) -> (value: UInt32, length: Int)? {
    let lead = text[position]
    let length = length(lead: lead)
    guard length > 0, position + length <= end else { return nil }
    guard length > 1 else { return (UInt32(lead), 1) }
    guard allows(second: text[position + 1], after: lead) else { return nil }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    value = value << 6 | UInt32(text[position + 1] & 0x3F)
    for index in 2..<max(length, 2) {
      let byte = text[position + index]
      guard isContinuation(byte) else { return nil }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    return (value, length)
  }

  /// Writes a character, which must be no surrogate, into `bytes` and gives its length.
  static func encode(_ scalar: UInt32, into bytes: inout (UInt8, UInt8, UInt8, UInt8)) -> Int {
    func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(scalar >> shift & 0x3F) }
    switch scalar {
    case 0..<0x80:
      bytes.0 = UInt8(scalar)
      return 1
    case 0x80..<0x800:
      bytes = (0xC0 | UInt8(scalar >> 6), tail(0), 0, 0)
      return 2
    case 0x800..<0x10000:
      bytes = (0xE0 | UInt8(scalar >> 12), tail(6), tail(0), 0)
      return 3
    default:
      bytes = (0xF0 | UInt8(scalar >> 18 & 7), tail(12), tail(6), tail(0))
      return 4
    }
  }

  /// The character that ends just before `position`, and its length in bytes, or `nil` when the
  /// byte there ends none. Reading forwards gives the same characters, whatever stands before: a
  /// lead byte never lies inside another character.
  static func scalar(
    in text: UnsafePointer<UInt8>, before position: Int
  ) -> (value: UInt32, length: Int)? {
    for length in 1...4 where length <= position {
      if isContinuation(text[position - length]) { continue }
      guard let found = scalar(in: text, at: position - length, end: position) else { return nil }
      return found.length == length ? found : nil
    }
    return nil
  }

  /// Whether `position` lies strictly inside a whole character that ends at or before `end`.
  static func isInside(_ text: UnsafePointer<UInt8>, _ position: Int, end: Int) -> Bool {
    guard position < end, isContinuation(text[position]) else { return false }
    for back in 1...3 where back <= position {
      if isContinuation(text[position - back]) { continue }
      guard let found = scalar(in: text, at: position - back, end: end) else { return false }
      return found.length > back
    }
    return false
  }

  /// How many bytes at the end of `bytes` begin a character that more bytes could complete: 0 to 3.
  static func unfinishedTail(of bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let lead = bytes[bytes.count - length]
      if isContinuation(lead) { continue }
      let begins = length < Self.length(lead: lead)
      let fits = length < 2 || allows(second: bytes[bytes.count - length + 1], after: lead)
      return begins && fits ? length : 0
    }
    return 0
  }

  /// Whether all of `bytes` are whole characters.
  static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = bytes.baseAddress else { return true }
    var position = 0
    while position < bytes.count {
      guard let found = scalar(in: base, at: position, end: bytes.count) else { return false }
      position += found.length
    }
    return true
  }
}
