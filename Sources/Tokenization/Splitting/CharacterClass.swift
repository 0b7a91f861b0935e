/// What the hand-written splitters ask of a character, one bit each, so that any of their classes is
/// one test of bits.
enum CharacterClass {
  /// What begins words in mixed case: `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`.
  static let upper: UInt8 = 1
  /// What goes on in lower case: `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`.
  static let lower: UInt8 = 2
  /// `\p{L}`
  static let letter: UInt8 = 4
  /// `\p{N}`
  static let number: UInt8 = 8
  /// `\s`
  static let space: UInt8 = 16
  /// `[\r\n]`, which are `space` too.
  static let newline: UInt8 = 32
  /// `\p{M}`
  static let mark: UInt8 = 64
  /// `[\p{P}\p{S}]`
  static let sign: UInt8 = 128

  /// The bits of all code points.
  static let table: FrozenArray<UInt8> = {
    let letters = UnicodeTable.mask("L")
    let marks = UnicodeTable.mask("M")
    let numbers = UnicodeTable.mask("N")
    let signs = UnicodeTable.mask("P") | UnicodeTable.mask("S")
    let both = UnicodeTable.mask("Lm") | UnicodeTable.mask("Lo") | marks
    let uppers = UnicodeTable.mask("Lu") | UnicodeTable.mask("Lt") | both
    let lowers = UnicodeTable.mask("Ll") | both
    let ofProperties = (0..<128).map { value -> UInt8 in
      let properties = UInt8(value)
      let category = UInt32(1) << UInt32(properties & UnicodeTable.categoryBits)
      var bits: UInt8 = properties & UnicodeTable.spaceBit != 0 ? space : 0
      for (mask, bit) in [
        (uppers, upper), (lowers, lower), (letters, letter), (numbers, number), (marks, mark),
        (signs, sign),
      ] where mask & category != 0 { bits |= bit }
      return bits
    }
    var table = UnicodeTable.properties.all.map { ofProperties[Int($0)] }
    table[0x0A] |= newline
    table[0x0D] |= newline
    return FrozenArray(table)
  }()
}

/// Reads a text character by character, with the class of each. Bytes that are not UTF-8 are
/// characters of their own without any class.
struct ClassReader {
  private let table: UnsafePointer<UInt8>
  private let text: UnsafePointer<UInt8>
  /// The end of the text, or of the stretch that is looked at.
  let end: Int
  /// Up to where it is certain that the text goes on, if not up to its end.
  let safe: Int

  /// A reader of `text[..<end]`. The table is static, so its memory stays.
  @inline(__always)
  init(_ text: UnsafePointer<UInt8>, end: Int, safe: Int? = nil, table: FrozenArray<UInt8>) {
    self.text = text
    self.end = end
    self.safe = safe ?? end
    self.table = table.base
  }

  /// The class of the character at `position`, below `end`, and its length in bytes.
  @inline(__always)
  func read(_ position: Int) -> (bits: UInt8, length: Int) {
    let byte = text[position]
    if byte < 0x80 { return (table[Int(byte)], 1) }
    guard let scalar = UTF8Sequence.scalar(in: text, at: position, end: end) else { return (0, 1) }
    return (table[Int(scalar.value)], scalar.length)
  }

  /// The class at `position`, and 0 with no length at the end.
  @inline(__always)
  func readOrEnd(_ position: Int) -> (bits: UInt8, length: Int) {
    position < end ? read(position) : (0, 0)
  }

  /// The class of the character that ends just before `position`, which is above 0.
  func before(_ position: Int) -> UInt8 {
    UTF8Sequence.scalar(in: text, before: position).map { table[Int($0.value)] } ?? 0
  }

  /// The end of the run of characters with any bit of `mask` from `position` on.
  @inline(__always)
  func runEnd(_ mask: UInt8, from position: Int) -> Int {
    var position = position
    while position < end {
      let (bits, length) = read(position)
      if bits & mask == 0 { break }
      position += length
    }
    return position
  }

  /// The end of the run of characters with no bit of `mask` from `position` on.
  @inline(__always)
  func runEnd(without mask: UInt8, from position: Int) -> Int {
    var position = position
    while position < end {
      let (bits, length) = read(position)
      if bits & mask != 0 { break }
      position += length
    }
    return position
  }

  /// The end of an English ending (`s t m d re ve ll`) that begins at `position`, just after an
  /// apostrophe; `nil` when none does. Without regard to case, `ſ` is an `s`.
  @inline(__always)
  func contractionEnd(from position: Int, ignoringCase: Bool) -> Int? {
    guard position < end else { return nil }
    let fold: UInt8 = ignoringCase ? 0x20 : 0
    let second = position + 1 < end ? text[position + 1] | fold : 0
    switch text[position] | fold {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return position + 1
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return second == UInt8(ascii: "e") ? position + 2 : nil
    case UInt8(ascii: "l"):
      return second == UInt8(ascii: "l") ? position + 2 : nil
    default:
      let isLongS =
        ignoringCase && position + 1 < end && text[position] == 0xC5 && text[position + 1] == 0xBF
      return isLongS ? position + 2 : nil
    }
  }

  /// The end of the white space from `position` on as `\s+(?!\S)|\s+` cuts it: all of it at the end
  /// of the text, else all but its last character, which may begin the next word; a single one
  /// stands alone. `next` is the place after the first one.
  @inline(__always)
  func spaceEnd(from position: Int, next: Int) -> Int {
    var last = position
    var after = next
    while after < end {
      let (bits, length) = read(after)
      guard bits & CharacterClass.space != 0 else { return last > position ? last : after }
      last = after
      after += length
    }
    return after
  }

  /// The end of white space from `position` on as `\s*[\r\n]+|\s+(?!\S)|\s+` cuts it: up to its last
  /// line break, if there is one.
  @inline(__always)
  func lineSpaceEnd(from position: Int) -> Int {
    var after = position
    var last = position
    var lineEnd = position
    while after < end {
      let (bits, length) = read(after)
      guard bits & CharacterClass.space != 0 else {
        if lineEnd > position { return lineEnd }
        return last > position ? last : after
      }
      last = after
      after += length
      if bits & CharacterClass.newline != 0 { lineEnd = after }
    }
    return lineEnd > position ? lineEnd : after
  }
}
