/// GPT-2's alphabet: each byte as one printable character, so that vocabularies of bytes can be
/// written as text. Printable Latin-1 stands for itself; the other 68 bytes, in order, are written
/// as U+0100 and following.
///
/// Paper: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2;
/// the table is `bytes_to_unicode` of its code.
enum ByteAlphabet {
  /// The character that writes each byte.
  static let characters: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      let value: UInt32
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
        value = UInt32(byte)
      default:
        value = next
        next += 1
      }
      return Unicode.Scalar(value) ?? Unicode.Scalar(UInt8(byte))
    }
  }()

  /// The byte of each character below U+0144, or -1 where a character writes none.
  private static let bytes: [Int16] = {
    var table = [Int16](repeating: -1, count: 0x144)
    for (byte, character) in characters.enumerated() { table[Int(character.value)] = Int16(byte) }
    return table
  }()

  /// Appends the bytes that `text` writes; `false`, with `output` as it was, when `text` is not
  /// UTF-8 or holds a character outside the alphabet.
  static func decode(_ text: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) -> Bool {
    guard let base = text.baseAddress else { return true }
    let (bytes, before) = (bytes, output.count)
    var position = 0
    while position < text.count {
      var (value, length) = (UInt32(base[position]), 1)
      if value >= 0x80 {
        let scalar = UTF8Sequence.scalar(in: base, at: position, end: text.count)
        (value, length) = scalar.map { ($0.value, $0.length) } ?? (.max, 1)
      }
      guard value < bytes.count, bytes[Int(value)] >= 0 else {
        output.removeSubrange(before...)
        return false
      }
      output.append(UInt8(truncatingIfNeeded: bytes[Int(value)]))
      position += length
    }
    return true
  }

  /// `bytes` as the alphabet writes them.
  static func written(_ bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(characters[Int(byte)]) }
    return String(text)
  }
}
