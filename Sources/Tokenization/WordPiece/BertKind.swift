/// What BERT's normalisation and pre-tokenizer distinguish in Unicode.
enum BertKind: UInt8 {
  case other
  /// Control characters and what is not assigned: taken out of the text.
  case removed
  /// White space, which parts words.
  case space
  /// A Chinese character: a word of its own.
  case ideograph
  /// A word of its own.
  case punctuation
  /// An accent that stands after its letter.
  case mark

  /// Kinds of all code points, half a byte each, lowest first; 544 KiB, of which a text touches only
  /// the pages of its own scripts.
  static let table: FrozenArray<UInt8> = {
    var packed = [UInt8](repeating: 0, count: 0x110000 / 2)
    for (index, entry) in ranges.enumerated() {
      let end = index + 1 < ranges.count ? Int(ranges[index + 1] >> 3) : 0x110000
      let kind = UInt8(entry & 7)
      guard kind != other.rawValue else { continue }
      for scalar in Int(entry >> 3)..<end { packed[scalar >> 1] |= kind << (UInt8(scalar & 1) * 4) }
    }
    return FrozenArray(packed)
  }()

  /// The kind of a code point below 0x110000.
  @inline(__always)
  static func of(_ scalar: UInt32, in table: FrozenArray<UInt8>) -> BertKind {
    let raw = table.base[Int(scalar >> 1)] >> (UInt8(truncatingIfNeeded: scalar & 1) &* 4) & 15
    return BertKind(rawValue: raw) ?? .other
  }
}
