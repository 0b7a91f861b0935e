/// Words and characters of a text, as fertility and the other measures count them.
///
/// A *word* is a run of letters, numbers and marks, as long as it can be; in scripts that are written
/// without spaces between words (Han, kana, Thai, Lao, Khmer, Burmese) each letter is a word, and the
/// marks after it belong to it. Punctuation and white space are no words. What is not UTF-8 is no
/// part of one.
public enum WordCount {
  /// Number of words that begin in `range` of a text; whether one begins at a place depends on the
  /// characters around it alone.
  public static func words(in text: [UInt8], _ range: Range<Int>) -> Int {
    var count = 0
    forEachStart(in: text, range) { _ in count += 1 }
    return count
  }

  /// Number of words of a text.
  public static func words(in text: [UInt8]) -> Int { words(in: text, 0..<text.count) }

  /// Number of characters (Unicode scalars) that begin in `range`; a byte that is no part of a
  /// character counts as one when it does not continue any.
  public static func characters(in text: [UInt8], _ range: Range<Int>) -> Int {
    text[range].reduce(0) { $0 + (UTF8Sequence.isContinuation($1) ? 0 : 1) }
  }

  /// The places of all words.
  public static func spans(in text: [UInt8]) -> [Range<Int>] {
    var spans: [Range<Int>] = []
    var start: Int?
    walk(text, 0..<text.count) { position, isStart in
      if let start { spans.append(start..<position) }
      start = isStart ? position : nil
    }
    if let start { spans.append(start..<text.count) }
    return spans
  }

  private static func forEachStart(in text: [UInt8], _ range: Range<Int>, _ body: (Int) -> Void) {
    walk(text, range) { position, isStart in if isStart { body(position) } }
  }

  /// Calls `body` where a word begins, and at characters that are part of none.
  private static func walk(
    _ text: [UInt8], _ range: Range<Int>, _ body: (_ position: Int, _ isStart: Bool) -> Void
  ) {
    text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      var position = range.lowerBound
      while position < range.upperBound, UTF8Sequence.isInside(base, position, end: bytes.count) {
        position += 1
      }
      var before = kind(base, before: position)
      while position < range.upperBound {
        let found = UTF8Sequence.scalar(in: base, at: position, end: bytes.count)
        let kind = found.map { Kind($0.value) } ?? .outside
        switch kind {
        case .outside:
          body(position, false)
          before = .outside
        case .alone:
          body(position, true)
          before = .alone
        case .joining:
          if before != .joining { body(position, true) }
          before = .joining
        case .mark:
          // A mark goes on with what it stands on; one that stands on nothing is as a letter.
          if before == .outside {
            body(position, true)
            before = .joining
          }
        }
        position += found?.length ?? 1
      }
    }
  }

  /// What a character is to words.
  private enum Kind {
    case outside, joining, alone, mark

    init(_ value: UInt32) {
      if value < 0x80 {
        switch UInt8(truncatingIfNeeded: value) {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: self = .joining
        default: self = .outside
        }
        return
      }
      guard let scalar = Unicode.Scalar(value) else {
        self = .outside
        return
      }
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .decimalNumber,
        .letterNumber, .otherNumber:
        self = .joining
      case .otherLetter: self = Self.isWrittenWithoutSpaces(value) ? .alone : .joining
      case .nonspacingMark, .spacingMark, .enclosingMark: self = .mark
      default: self = .outside
      }
    }

    /// Blocks of the scripts that put no spaces between words.
    private static func isWrittenWithoutSpaces(_ value: UInt32) -> Bool {
      switch value {
      case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3005...0x3007, 0x3040...0x30FF,
        0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAA60...0xAA7F, 0xF900...0xFAFF,
        0xFF66...0xFF9F, 0x1B000...0x1B16F, 0x20000...0x3FFFF:
        true
      default: false
      }
    }
  }

  /// What the character before a place is to words; marks are what they stand on.
  private static func kind(_ text: UnsafePointer<UInt8>, before position: Int) -> Kind {
    var position = position
    var isMarked = false
    while let found = UTF8Sequence.scalar(in: text, before: position) {
      let kind = Kind(found.value)
      guard kind == .mark else { return kind == .outside && isMarked ? .joining : kind }
      isMarked = true
      position -= found.length
    }
    return isMarked ? .joining : .outside
  }
}
