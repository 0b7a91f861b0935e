/// The words of GPT-4o and of Mistral's tekken, by hand instead of by
///
///     [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|…)?
///       |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|…)?
///       |\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
///
/// Tekken's has no endings and lets numbers stand alone. A word is at most one character that is no
/// line break, letter or number (a mark may be it), then upper-case, then lower-case letters, where
/// letters without case and marks are both. The first alternative wants a lower-case letter at the
/// end and gives back upper-case ones until it has one; without any, the second takes the
/// upper-case ones. So: after the run of upper-case letters the run of lower-case ones, if there
/// is any; else up to the last letter of the first run that is both.
///
/// The rules look only forwards, at most three characters beyond the end of a word.
struct O200kSplitter: WordRules {
  let lookahead = 12
  /// How many numbers a word may have.
  let numbers: Int
  /// Whether an English ending belongs to the word before it.
  let takesEndings: Bool
  let table = CharacterClass.table

  private static let cased = CharacterClass.upper | CharacterClass.lower

  @inline(__always)
  func wordEnd(_ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int) -> Int {
    let (bits, length) = reader.read(position)
    let next = position + length
    if bits & CharacterClass.number != 0 { return numberEnd(reader, next) }
    if bits & CharacterClass.letter != 0 { return lettersEnd(text, reader, position).end }
    let (following, width) = reader.readOrEnd(next)
    if bits & CharacterClass.newline == 0, following & Self.cased != 0 {
      let (end, hasLower) = lettersEnd(text, reader, next)
      // A mark is lower-case too, and the first alternative is content with it alone.
      return hasLower || bits & CharacterClass.mark == 0 ? end : next
    }
    if bits & CharacterClass.mark != 0 { return lettersEnd(text, reader, position).end }
    let words = CharacterClass.letter | CharacterClass.number | CharacterClass.space
    if bits & CharacterClass.space == 0 {
      return signsEnd(text, reader, reader.runEnd(without: words, from: next))
    }
    if text[position] == UInt8(ascii: " "), width > 0, following & words == 0 {
      return signsEnd(text, reader, reader.runEnd(without: words, from: next + width))
    }
    return reader.lineSpaceEnd(from: position)
  }

  /// The end of the letters from `position` on, of which there is one, and of an ending after them;
  /// and whether it is the first alternative that matches.
  @inline(__always)
  private func lettersEnd(
    _ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int
  ) -> (end: Int, hasLower: Bool) {
    var end = position
    var lastBoth = position
    while end < reader.end {
      let (bits, length) = reader.read(end)
      if bits & CharacterClass.upper == 0 { break }
      end += length
      if bits & CharacterClass.lower != 0 { lastBoth = end }
    }
    let lowerEnd = reader.runEnd(CharacterClass.lower, from: end)
    // Upper-case letters alone: up to the last that is both, if there is one.
    let hasLower = lowerEnd > end || lastBoth > position
    end = lowerEnd == end && hasLower ? lastBoth : lowerEnd
    guard takesEndings, end < reader.end, text[end] == UInt8(ascii: "'") else {
      return (end, hasLower)
    }
    return (reader.contractionEnd(from: end + 1, ignoringCase: true) ?? end, hasLower)
  }

  @inline(__always)
  private func signsEnd(
    _ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int
  ) -> Int {
    var position = position
    while position < reader.end {
      let byte = text[position]
      guard byte == 0x0A || byte == 0x0D || byte == UInt8(ascii: "/") else { break }
      position += 1
    }
    return position
  }

  @inline(__always)
  private func numberEnd(_ reader: ClassReader, _ position: Int) -> Int {
    var position = position
    var left = numbers - 1
    while left > 0 {
      let (bits, length) = reader.readOrEnd(position)
      guard bits & CharacterClass.number != 0 else { break }
      position += length
      left -= 1
    }
    return position
  }

  /// From letters to what is no letter, mark or apostrophe; beside a number, unless both are
  /// numbers; from signs to white space that is no line break; after a line break, before what is
  /// no white space and no slash.
  func isCertainCut(before: UInt8, after: UInt8, last: UInt8, next: UInt8) -> Bool {
    let space = CharacterClass.space
    if (before ^ after) & CharacterClass.number != 0 { return true }
    if before & CharacterClass.number != 0 { return numbers == 1 }
    if before & Self.cased != 0 {
      return after & Self.cased == 0 && after & space != 0 && after & CharacterClass.newline == 0
    }
    if before & CharacterClass.newline != 0 {
      return after & space == 0 && next != UInt8(ascii: "/")
    }
    if before & space != 0 { return false }
    return after & space != 0 && after & CharacterClass.newline == 0
  }
}
