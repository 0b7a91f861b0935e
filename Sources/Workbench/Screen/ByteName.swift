import Cells
import Tokenization

/// Bytes for reading: characters as themselves, others by what they are or what they are part of.
enum ByteName {
  /// The name of a byte that comes after others: `a`, `␣`, `\n`, `ESC`, `C3 begins À–ÿ`, `A9 ends é`.
  ///
  /// - Parameter columns: where the name does not fit, a shorter one is given.
  static func text(
    _ byte: UInt8, after bytes: some BidirectionalCollection<UInt8>, charset: Charset,
    columns: Int = .max
  ) -> String {
    if byte == 0x20 { return charset == .unicode ? "␣" : "space" }
    if byte < 0x80 { return ascii(byte) }
    let hex = hex(byte)
    let pending = byte & 0xC0 == 0x80 ? pending(bytes) : []
    guard let part = CharacterPart(pending + [byte]) else { return "\(hex) alone" }
    let characters = name(part.scalars, charset: charset)
    let verb = part.isWhole ? "ends" : pending.isEmpty ? "begins" : "goes on"
    let names = ["\(hex) \(verb) \(characters)", "\(hex) \(characters)", "\(hex) \(verb)"]
    return names.first { GraphemeWidth.columns(of: $0) <= columns } ?? hex
  }

  /// The bytes at the end of `bytes` that begin a character without ending it.
  static func pending(_ bytes: some BidirectionalCollection<UInt8>) -> [UInt8] {
    var stream = UTF8Stream()
    _ = stream.push(bytes.suffix(3))
    return stream.pending
  }

  /// Two hexadecimal digits.
  static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }

  private static func ascii(_ byte: UInt8) -> String {
    switch byte {
    case 0x09: "\\t"
    case 0x0A: "\\n"
    case 0x0D: "\\r"
    case 0x7F: "DEL"
    case ..<0x20: controls[Int(byte)]
    default: String(Unicode.Scalar(byte))
    }
  }

  /// The names of ASCII's control characters.
  private static let controls = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR",
    "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC",
    "FS", "GS", "RS", "US",
  ]

  /// How many characters at either end of a range may be passed over to find one that can be drawn.
  private static let searched: UInt32 = 64

  /// One character as itself, many as the first and the last that can be drawn, or by number.
  private static func name(_ scalars: ClosedRange<UInt32>, charset: Charset) -> String {
    func drawable(_ value: UInt32) -> String? {
      guard let scalar = Unicode.Scalar(value) else { return nil }
      let text = String(Character(scalar))
      // What joins the character before it, as a skin tone does, cannot stand at the end of a range.
      let standsAlone = GraphemeWidth.printable(Character(scalar)) != nil && ("–" + text).count == 2
      return standsAlone ? text : nil
    }
    if charset == .unicode {
      let count = min(searched, scalars.upperBound - scalars.lowerBound)
      let first = (0...count).lazy.compactMap { drawable(scalars.lowerBound + $0) }.first
      let last = (0...count).lazy.compactMap { drawable(scalars.upperBound - $0) }.first
      if let first, let last { return first == last ? first : "\(first)–\(last)" }
    }
    let (low, high) = (number(scalars.lowerBound), number(scalars.upperBound))
    return low == high ? "U+\(low)" : "U+\(low)\(charset == .unicode ? "–" : "-")\(high)"
  }

  private static func number(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

/// The first bytes of a character in UTF-8, and which characters it can be (Unicode Standard, 3.9).
struct CharacterPart {
  /// The numbers of the characters that begin so.
  let scalars: ClosedRange<UInt32>
  /// Whether the bytes are the whole character.
  let isWhole: Bool

  /// `nil` when no character beyond ASCII begins with these bytes.
  init?(_ bytes: [UInt8]) {
    guard let lead = bytes.first, let length = Self.length(lead), bytes.count <= length,
      bytes.dropFirst().allSatisfy({ $0 & 0xC0 == 0x80 })
    else { return nil }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for byte in bytes.dropFirst() { value = value << 6 | UInt32(byte & 0x3F) }
    let open = UInt32(6 * (length - bytes.count))
    var low = max(length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000, value << open)
    var high = min(0x10FFFF, (value + 1) << open - 1)
    // Surrogates are no characters; they are the end of what ED begins.
    if 0xD800...0xDFFF ~= low { low = 0xE000 }
    if 0xD800...0xDFFF ~= high { high = 0xD7FF }
    guard low <= high else { return nil }
    scalars = low...high
    isWhole = bytes.count == length
  }

  private static func length(_ lead: UInt8) -> Int? {
    switch lead {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: nil
    }
  }
}
