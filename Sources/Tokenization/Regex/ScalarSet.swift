/// A set of characters, as a class of a regular expression writes it: a union of general categories,
/// properties, ranges and other sets, perhaps narrowed by a further set, perhaps negated.
struct ScalarSet: Sendable {
  /// General categories, one bit each.
  var categories: UInt32 = 0
  /// Property bits of `UnicodeTable` of which one is enough.
  var properties: UInt8 = 0
  var ranges: [ClosedRange<UInt32>] = []
  /// Further sets of the union.
  var parts: [ScalarSet] = []
  /// Sets that a character must be in too (`&&`).
  var narrowed: [ScalarSet] = []
  var isNegated = false

  /// Whether a character is in the set. Bytes that are not UTF-8 are no characters: only negated
  /// sets hold them.
  func contains(_ scalar: UInt32?) -> Bool {
    guard let scalar else { return isNegated }
    let bits = UnicodeTable.properties[Int(scalar)]
    let found =
      categories & (1 << UInt32(bits & UnicodeTable.categoryBits)) != 0 || properties & bits != 0
      || ranges.contains { $0.contains(scalar) } || parts.contains { $0.contains(scalar) }
    return (found && narrowed.allSatisfy { $0.contains(scalar) }) != isNegated
  }

  /// The set without these, for classes in which several stand.
  func inverted() -> ScalarSet {
    var set = self
    set.isNegated.toggle()
    return set
  }

  /// The set of one character.
  static func single(_ scalar: UInt32) -> ScalarSet { ScalarSet(ranges: [scalar...scalar]) }
  /// `\s`
  static let space = ScalarSet(properties: UnicodeTable.spaceBit)
  /// `\d`
  static let digit = ScalarSet(categories: UnicodeTable.mask("Nd"))
  /// Word characters as Rust's `regex` sees them.
  static let word = ScalarSet(properties: UnicodeTable.wordBit)
  /// Word characters as Oniguruma sees them: without join controls, and with the superior digits
  /// and fractions of Latin-1.
  static let onigurumaWord = ScalarSet(
    ranges: [0xB2...0xB3, 0xB9...0xB9, 0xBC...0xBE],
    parts: [
      ScalarSet(
        properties: UnicodeTable.wordBit,
        narrowed: [ScalarSet(ranges: [0x200C...0x200D], isNegated: true)])
    ])
  /// Every character but the line feed.
  static let notLineFeed = ScalarSet(ranges: [0x0A...0x0A], isNegated: true)

  /// The ASCII characters of the set, one bit each.
  func asciiBits() -> (low: UInt64, high: UInt64) {
    var bits: (low: UInt64, high: UInt64) = (0, 0)
    for value in UInt32(0)..<128 where contains(value) {
      if value < 64 { bits.low |= 1 << UInt64(value) } else { bits.high |= 1 << UInt64(value - 64) }
    }
    return bits
  }

  /// The set with the other case of its letters, as `(?i)` asks; `nil` when it holds more than
  /// single characters and ranges of ASCII, whose cases are not followed.
  func ignoringCase() -> ScalarSet? {
    let isPlain = categories == 0 && properties == 0 && parts.isEmpty && narrowed.isEmpty
    guard isPlain, ranges.allSatisfy({ $0.upperBound < 0x80 }) else { return nil }
    var set = self
    for range in ranges {
      for value in range {
        guard let scalar = Unicode.Scalar(value), scalar.properties.isAlphabetic else { continue }
        set.ranges.append(value ^ 0x20...value ^ 0x20)
        // U+017F and U+212A are the only others whose simple case folding is ASCII.
        if value | 0x20 == 0x73 { set.ranges.append(0x17F...0x17F) }
        if value | 0x20 == 0x6B { set.ranges.append(0x212A...0x212A) }
      }
    }
    return set
  }
}

extension ScalarSet {
  /// `\p{Han}`: Unicode's script of that name.
  static let han = ScalarSet(ranges: [
    0x2E80...0x2E99, 0x2E9B...0x2EF3, 0x2F00...0x2FD5, 0x3005...0x3005, 0x3007...0x3007,
    0x3021...0x3029, 0x3038...0x303B, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFA6D,
    0xFA70...0xFAD9, 0x16FE2...0x16FE3, 0x16FF0...0x16FF1, 0x20000...0x2A6DF, 0x2A700...0x2B739,
    0x2B740...0x2B81D, 0x2B820...0x2CEA1, 0x2CEB0...0x2EBE0, 0x2EBF0...0x2EE5D, 0x2F800...0x2FA1D,
    0x30000...0x3134A, 0x31350...0x323AF,
  ])
}
