/// Bytes as text that can be shown: nothing in it can command a terminal, turn the writing
/// direction, or be invisible.
public enum VisibleText {
  /// What a stretch of bytes is.
  public enum Kind: Sendable, Hashable {
    /// Text that is shown as it is.
    case plain
    /// One space.
    case space
    /// One line feed, shown as `↵`.
    case newline
    /// One tab, shown as `⇥`.
    case tab
    /// A control character, shown by its control picture or number.
    case control
    /// A character that turns the writing direction, shown by its number.
    case bidi
    /// Another character that draws nothing of its own, shown by its number.
    case invisible
    /// Bytes that are not UTF-8, each shown as `<E4>`.
    case invalid
  }

  /// A stretch of bytes and how to show it.
  public struct Segment: Sendable, Hashable {
    /// What to draw: graphemes of known width only.
    public let text: String
    /// Which bytes it stands for.
    public let bytes: Range<Int>
    /// What they are.
    public let kind: Kind
  }

  /// Cuts bytes into segments that tile them. Each grapheme of plain text is a segment of its own,
  /// so that its place is known.
  public static func segments(
    of bytes: some RandomAccessCollection<UInt8>, charset: Charset = .unicode
  ) -> [Segment] {
    var segments: [Segment] = []
    var offset = 0
    let bytes = Array(bytes)
    var run: [UInt8] = []
    func flush() {
      var start = offset - run.count
      for character in String(decoding: run, as: UTF8.self) {
        let count = character.utf8.count
        segments.append(segment(character, start..<start + count, charset))
        start += count
      }
      run = []
    }
    while offset < bytes.count {
      let length = validLength(bytes, at: offset)
      if length == 0 {
        flush()
        segments.append(
          Segment(text: hex(bytes[offset]), bytes: offset..<offset + 1, kind: .invalid))
        offset += 1
      } else {
        run += bytes[offset..<offset + length]
        offset += length
      }
    }
    flush()
    return segments
  }

  /// A text with everything that cannot be drawn replaced by visible symbols.
  public static func safe(_ text: String, charset: Charset = .unicode) -> String {
    segments(of: Array(text.utf8), charset: charset).map(\.text).joined()
  }

  /// The symbols that stand for a grapheme that cannot be drawn as it is.
  static func symbols(for character: Character) -> String {
    character.unicodeScalars.map { symbol(for: $0, .unicode) }.joined()
  }

  private static func segment(
    _ character: Character, _ range: Range<Int>, _ charset: Charset
  ) -> Segment {
    let scalar = character.unicodeScalars.first ?? " "
    switch character {
    case " ": return Segment(text: " ", bytes: range, kind: .space)
    case "\n": return Segment(text: charset == .ascii ? "\\n" : "↵", bytes: range, kind: .newline)
    case "\t": return Segment(text: charset == .ascii ? "\\t" : "⇥", bytes: range, kind: .tab)
    case "\r\n":
      let text = symbol(for: "\r", charset) + (charset == .ascii ? "\\n" : "↵")
      return Segment(text: text, bytes: range, kind: .newline)
    default: break
    }
    if GraphemeWidth.printable(character) != nil {
      if charset == .ascii, !scalar.isASCII || character.unicodeScalars.count > 1 {
        let text = character.unicodeScalars.map { "<\(number($0))>" }.joined()
        return Segment(text: text, bytes: range, kind: .plain)
      }
      return Segment(text: String(character), bytes: range, kind: .plain)
    }
    let text = character.unicodeScalars.map { symbol(for: $0, charset) }.joined()
    return Segment(text: text, bytes: range, kind: kind(of: scalar))
  }

  private static func kind(of scalar: Unicode.Scalar) -> Kind {
    if isBidi(scalar) { return .bidi }
    return scalar.properties.generalCategory == .control ? .control : .invisible
  }

  /// The characters that open, close, mark or override a writing direction.
  private static func isBidi(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// A visible symbol for one scalar: itself where it can be drawn alone.
  private static func symbol(for scalar: Unicode.Scalar, _ charset: Charset) -> String {
    let value = scalar.value
    if charset == .unicode {
      // The control pictures block.
      if value < 0x20, let picture = Unicode.Scalar(0x2400 + value) { return String(picture) }
      if value == 0x7F { return "␡" }
    } else if value < 0x20, let letter = Unicode.Scalar(value + 0x40) {
      return "^" + String(letter)
    } else if value == 0x7F {
      return "^?"
    }
    if scalar.isASCII || charset == .unicode, GraphemeWidth.printable(Character(scalar)) == 1 {
      return String(scalar)
    }
    return "<\(number(scalar))>"
  }

  private static func number(_ scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
  }

  private static func hex(_ byte: UInt8) -> String {
    "<" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) + ">"
  }

  /// How many bytes the well-formed sequence at an offset has (Unicode Standard, table 3-7); 0 when
  /// there is none.
  static func validLength(_ bytes: [UInt8], at offset: Int) -> Int {
    let first = bytes[offset]
    func follows(_ distance: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
      offset + distance < bytes.count && range.contains(bytes[offset + distance])
    }
    switch first {
    case 0x00...0x7F: return 1
    case 0xC2...0xDF: return follows(1) ? 2 : 0
    case 0xE0: return follows(1, 0xA0...0xBF) && follows(2) ? 3 : 0
    case 0xED: return follows(1, 0x80...0x9F) && follows(2) ? 3 : 0
    case 0xE1...0xEF: return follows(1) && follows(2) ? 3 : 0
    case 0xF0: return follows(1, 0x90...0xBF) && follows(2) && follows(3) ? 4 : 0
    case 0xF1...0xF3: return follows(1) && follows(2) && follows(3) ? 4 : 0
    case 0xF4: return follows(1, 0x80...0x8F) && follows(2) && follows(3) ? 4 : 0
    default: return 0
    }
  }
}
