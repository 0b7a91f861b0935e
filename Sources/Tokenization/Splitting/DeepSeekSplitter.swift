/// The words of DeepSeek V3, by hand instead of by three regular expressions, one after the other:
///
///     \p{N}{1,3}
///     [一-龥぀-ゟ゠-ヿ]+
///     [!-/:-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+
///       |\s+(?!\S)|\s+
///
/// (`[!-/:-~]` stands for the punctuation of ASCII.) The first two cut out numbers and Chinese and
/// Japanese text, so the third sees stretches that are all Chinese and Japanese or have none, and
/// ends at their ends as at the end of the text. What it does not match, control characters and the
/// like, stands together as it is.
///
/// The rules look only forwards, at most three characters beyond the end of a word.
struct DeepSeekSplitter: WordRules {
  let lookahead = 12
  let table = CharacterClass.table

  /// The expressions that the rules stand for.
  static let expressions = [
    "\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
      + "|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*"
      + "|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
  ]

  private static let word = CharacterClass.letter | CharacterClass.mark

  /// Whether a character that begins at `position` is of the second expression.
  @inline(__always)
  private func isEastern(_ text: UnsafePointer<UInt8>, _ position: Int, end: Int) -> Bool {
    let lead = text[position]
    guard lead >= 0xE3, lead <= 0xE9,
      let scalar = UTF8Sequence.scalar(in: text, at: position, end: end)
    else { return false }
    return (0x4E00...0x9FA5).contains(scalar.value) || (0x3040...0x30FF).contains(scalar.value)
  }

  /// The class of the character at `position`, and no length where the stretch ends, which is
  /// eastern or not.
  @inline(__always)
  private func read(
    _ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int, _ eastern: Bool
  ) -> (bits: UInt8, length: Int) {
    guard position < reader.end else { return (0, 0) }
    let (bits, length) = reader.read(position)
    let ends =
      bits & CharacterClass.number != 0
      || isEastern(text, position, end: reader.end) != eastern
    return ends ? (0, 0) : (bits, length)
  }

  @inline(__always)
  func wordEnd(_ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int) -> Int {
    let eastern = isEastern(text, position, end: reader.end)
    let (bits, length) = read(text, reader, position, eastern)
    guard length > 0 else { return numberEnd(reader, position) }
    let next = position + length
    if bits & CharacterClass.letter != 0 { return runEnd(Self.word, text, reader, next, eastern) }
    let (following, width) = read(text, reader, next, eastern)
    if bits & CharacterClass.sign != 0 {
      if length == 1, isASCIILetter(text, reader, next) {
        var end = next + 1
        while isASCIILetter(text, reader, end) { end += 1 }
        return end
      }
      let signs = runEnd(CharacterClass.sign, text, reader, next, eastern)
      return runEnd(CharacterClass.newline, text, reader, signs, eastern)
    }
    if following & Self.word != 0, bits & CharacterClass.newline == 0 {
      return runEnd(Self.word, text, reader, next + width, eastern)
    }
    if bits & CharacterClass.mark != 0 { return next }
    if bits & CharacterClass.space == 0 { return unmatchedEnd(text, reader, next, eastern) }
    if text[position] == UInt8(ascii: " "), following & CharacterClass.sign != 0 {
      let signs = runEnd(CharacterClass.sign, text, reader, next + width, eastern)
      return runEnd(CharacterClass.newline, text, reader, signs, eastern)
    }
    return spaceEnd(text, reader, position)
  }

  /// The end of at most three numbers at `position`.
  private func numberEnd(_ reader: ClassReader, _ position: Int) -> Int {
    var end = position
    for _ in 0..<3 {
      let (bits, length) = reader.readOrEnd(end)
      guard bits & CharacterClass.number != 0 else { break }
      end += length
    }
    return end
  }

  @inline(__always)
  private func isASCIILetter(
    _ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int
  ) -> Bool {
    position < reader.end && (0x61...0x7A).contains(text[position] | 0x20)
  }

  @inline(__always)
  private func runEnd(
    _ mask: UInt8, _ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int,
    _ eastern: Bool
  ) -> Int {
    var position = position
    while true {
      let (bits, length) = read(text, reader, position, eastern)
      guard bits & mask != 0 else { return position }
      position += length
    }
  }

  /// The end of characters that no alternative matches: until one of them begins letters, or
  /// something else begins.
  private func unmatchedEnd(
    _ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int, _ eastern: Bool
  ) -> Int {
    let matched = Self.word | CharacterClass.sign | CharacterClass.space
    var position = position
    while true {
      let (bits, length) = read(text, reader, position, eastern)
      guard length > 0, bits & matched == 0 else { return position }
      if read(text, reader, position + length, eastern).bits & Self.word != 0 { return position }
      position += length
    }
  }

  /// As `ClassReader.lineSpaceEnd`, in a stretch.
  @inline(__always)
  private func spaceEnd(
    _ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int
  ) -> Int {
    let end = runEnd(CharacterClass.space, text, reader, position, false)
    let stretch = read(text, reader, end, false).length == 0 ? end : reader.end
    let within = ClassReader(text, end: stretch, table: table)
    return within.lineSpaceEnd(from: position)
  }

  /// Beside a number, unless both are numbers; from letters to anything but letters and marks; from
  /// signs to white space that is no line break; after a line break, before what is no white space.
  func isCertainCut(before: UInt8, after: UInt8, last: UInt8, next: UInt8) -> Bool {
    if (before ^ after) & CharacterClass.number != 0 { return true }
    if before & CharacterClass.number != 0 { return false }
    if before & CharacterClass.letter != 0 { return after & Self.word == 0 }
    if before & CharacterClass.newline != 0 { return after & CharacterClass.space == 0 }
    return before & CharacterClass.sign != 0 && after & CharacterClass.space != 0
      && after & CharacterClass.newline == 0
  }
}
