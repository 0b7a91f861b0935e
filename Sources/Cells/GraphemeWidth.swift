/// How many columns a grapheme takes, by our own table, whatever the machine's locale says.
///
/// Wide are East Asian Wide and Fullwidth characters, and emoji in emoji presentation (Unicode
/// Standard Annex 11); everything else that is visible is one column wide. A grapheme that begins
/// with something invisible has no width: it must be shown by symbols.
public enum GraphemeWidth {
  /// Columns of a grapheme that can be drawn as it is; `nil` for control characters, invisible
  /// format characters, lone combining marks and whatever else would draw nothing, or anywhere.
  public static func printable(_ character: Character) -> Int? {
    if let ascii = character.asciiValue {
      // "\r\n" is one grapheme with an ASCII value.
      return ascii >= 0x20 && ascii < 0x7F && character != "\r\n" ? 1 : nil
    }
    var wide = false
    var emojiStyle = false
    var first = true
    for scalar in character.unicodeScalars {
      if scalar.value == 0xFE0F {
        emojiStyle = true
      } else if scalar.value == 0xFE0E || scalar.value == 0x200D {
        // Text style and joiner are legitimate inside a grapheme, never at its start.
      } else if !isDrawable(scalar, first: first) {
        return nil
      }
      if first {
        if scalar.value == 0xFE0F || scalar.value == 0xFE0E || scalar.value == 0x200D { return nil }
        wide = isWide(scalar)
      }
      first = false
    }
    let scalars = character.unicodeScalars
    let flag = scalars.count == 2 && scalars.allSatisfy { 0x1F1E6...0x1F1FF ~= $0.value }
    let keycapOrEmoji = emojiStyle && scalars.first?.properties.isEmoji == true
    return wide || flag || keycapOrEmoji ? 2 : 1
  }

  /// Columns of a grapheme; 0 when it cannot be drawn as it is.
  public static func columns(of character: Character) -> Int { printable(character) ?? 0 }

  /// Columns of a text as ``CellGrid/put(_:at:style:clip:)`` draws it.
  public static func columns(of text: String) -> Int {
    text.reduce(0) { $0 + (printable($1) ?? VisibleText.symbols(for: $1).count) }
  }

  private static func isDrawable(_ scalar: Unicode.Scalar, first: Bool) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .surrogate, .unassigned, .privateUse, .lineSeparator, .paragraphSeparator:
      false
    case .format:
      // Tags inside of a flag emoji are drawn by the font; every other format character is not.
      !first && 0xE0020...0xE007F ~= scalar.value
    case .nonspacingMark, .enclosingMark, .spacingMark:
      !first
    default:
      !scalar.properties.isDefaultIgnorableCodePoint && !scalar.properties.isWhitespace
        || scalar == " "
    }
  }

  /// Whether a scalar is wide: East Asian Wide or Fullwidth, or an emoji drawn as such by default.
  static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 0x1100 { return false }
    if scalar.properties.isEmojiPresentation { return !(0x1F1E6...0x1F1FF ~= value) }
    var low = 0
    var high = wideRanges.count
    while low < high {
      let middle = (low + high) / 2
      if wideRanges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < wideRanges.count && wideRanges[low].contains(value)
  }

  /// East Asian Wide and Fullwidth, from EastAsianWidth.txt; unassigned planes 2 and 3 included, as
  /// the annex says.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x2E99, 0x2E9B...0x2EF3, 0x2F00...0x2FD5,
    0x2FF0...0x303E, 0x3041...0x3096, 0x3099...0x30FF, 0x3105...0x312F, 0x3131...0x318E,
    0x3190...0x31E5, 0x31EF...0x321E, 0x3220...0x3247, 0x3250...0xA48C, 0xA490...0xA4C6,
    0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE52,
    0xFE54...0xFE66, 0xFE68...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x16FE4,
    0x16FF0...0x16FF1, 0x17000...0x187F7, 0x18800...0x18CD5, 0x18D00...0x18D08,
    0x1AFF0...0x1AFF3, 0x1AFF5...0x1AFFB, 0x1AFFD...0x1AFFE, 0x1B000...0x1B122,
    0x1B132...0x1B132, 0x1B150...0x1B152, 0x1B155...0x1B155, 0x1B164...0x1B167,
    0x1B170...0x1B2FB, 0x1F200...0x1F202, 0x1F210...0x1F23B, 0x1F240...0x1F248,
    0x1F250...0x1F251, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
  ]
}
