/// The properties of all code points that tokenizers ask for, in the Unicode version of the
/// reference implementations (16.0).
enum UnicodeTable {
  /// General categories (the Unicode Standard, table 4-4) by their number in the table; the masks
  /// of sets have the bit of that number.
  static let categoryNames = [
    "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
    "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
  ]
  /// The bits of the category's number.
  static let categoryBits: UInt8 = 0x1F
  /// The bit of `White_Space`.
  static let spaceBit: UInt8 = 0x20
  /// The bit of word characters: alphabetic, marks, decimal digits, connectors, join controls
  /// (Unicode Technical Standard 18, annex C).
  static let wordBit: UInt8 = 0x40

  /// For each code point the category's number, and the bits above.
  static let properties: FrozenArray<UInt8> = {
    var table: [UInt8] = []
    table.reserveCapacity(0x110000)
    for run in runs {
      table.append(contentsOf: repeatElement(UInt8(run & 0xFF), count: Int(run >> 8)))
    }
    return FrozenArray(table)
  }()

  /// The categories whose names begin with `prefix`, one bit each; none for an unknown name.
  static func mask(_ prefix: String) -> UInt32 {
    var mask: UInt32 = 0
    for (number, name) in categoryNames.enumerated() where name.hasPrefix(prefix) {
      mask |= 1 << UInt32(number)
    }
    return mask
  }
}
