/// What pre-tokenizers distinguish in Unicode: `\p{L}`, `\p{N}`, `\s`, and the rest.
enum UnicodeKind: UInt8 {
  case other, letter, number, space

  /// Kinds of all code points, two bits each, four to a byte, lowest first. 272 KiB, of which a
  /// text touches only the pages of its own scripts.
  static let table: FrozenArray<UInt8> = {
    var packed = [UInt8](repeating: 0, count: 0x110000 / 4)
    for (index, entry) in ranges.enumerated() {
      let end = index + 1 < ranges.count ? Int(ranges[index + 1] >> 2) : 0x110000
      let kind = UInt8(entry & 3)
      guard kind != other.rawValue else { continue }
      for scalar in Int(entry >> 2)..<end { packed[scalar >> 2] |= kind << (UInt8(scalar & 3) * 2) }
    }
    return FrozenArray(packed)
  }()

  /// The kind of a code point below 0x110000, looked up in the memory of `table`.
  @inline(__always)
  static func rawKind(of scalar: UInt32, in table: UnsafePointer<UInt8>) -> UInt8 {
    (table[Int(scalar >> 2)] >> (UInt8(truncatingIfNeeded: scalar & 3) &* 2)) & 3
  }
}
