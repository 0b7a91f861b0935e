/// The words of GPT-4 and its kin (Llama 3, Qwen 2), by hand instead of by
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}
///       | ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
///
/// with a limit of its own on how many numbers stand together. That is, at the beginning of a word:
/// - `'` before one of the seven endings in any case: both.
/// - letters, with at most one other character before that is no line break, letter or number.
/// - up to `numbers` numbers.
/// - others (neither space, letter nor number), with at most one U+0020 before, and the line breaks
///   that follow.
/// - white space: up to its last line break; without one, all at the end of the text, else all but
///   the last character, or a single one.
///
/// `\s++$`, which OpenAI's present expression tries before the line breaks, is `takesTail`: white
/// space at the end of the text is one word.
///
/// With `takesMarks` (Qwen 3.5) marks are letters wherever the expression above says `\p{L}`, but for
/// the one character before the letters.
///
/// The rules look only forwards, at most three characters beyond the end of a word.
struct CL100kSplitter: WordRules {
  let lookahead = 12
  /// How many numbers a word may have.
  let numbers: Int
  /// Whether white space at the end of the text is one word, whatever it holds.
  var takesTail = false
  /// Whether marks are letters.
  var takesMarks = false
  let table = CharacterClass.table

  @inline(__always)
  func wordEnd(_ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int) -> Int {
    let (bits, length) = reader.read(position)
    let next = position + length
    let letter = takesMarks ? CharacterClass.letter | CharacterClass.mark : CharacterClass.letter
    if bits & letter != 0 { return reader.runEnd(letter, from: next) }
    if bits & CharacterClass.number != 0 { return numberEnd(reader, next) }
    if text[position] == UInt8(ascii: "'"),
      let ending = reader.contractionEnd(from: next, ignoringCase: true)
    {
      return ending
    }
    let (following, width) = reader.readOrEnd(next)
    if following & letter != 0, bits & CharacterClass.newline == 0 {
      return reader.runEnd(letter, from: next + width)
    }
    let words = letter | CharacterClass.number | CharacterClass.space
    if bits & CharacterClass.space == 0 {
      return reader.runEnd(
        CharacterClass.newline, from: reader.runEnd(without: words, from: next))
    }
    if text[position] == UInt8(ascii: " "), width > 0, following & words == 0 {
      return reader.runEnd(
        CharacterClass.newline, from: reader.runEnd(without: words, from: next + width))
    }
    if takesTail {
      let all = reader.runEnd(CharacterClass.space, from: position)
      // Where the text may yet end sooner, the word is left for later.
      if all == reader.end || (reader.safe < reader.end && all + lookahead > reader.safe) {
        return reader.end
      }
    }
    return reader.lineSpaceEnd(from: position)
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

  /// From letters to anything else; beside a number, unless both are numbers; from others to white
  /// space that is no line break; after a line break, before what is no white space.
  func isCertainCut(before: UInt8, after: UInt8, last: UInt8, next: UInt8) -> Bool {
    let space = CharacterClass.space
    let letter = takesMarks ? CharacterClass.letter | CharacterClass.mark : CharacterClass.letter
    if before & letter != 0 { return after & letter == 0 }
    if (before ^ after) & CharacterClass.number != 0 { return true }
    if before & CharacterClass.number != 0 { return numbers == 1 }
    if before & CharacterClass.newline != 0 { return after & space == 0 }
    if before & space != 0 { return false }
    return after & space != 0 && after & CharacterClass.newline == 0
  }
}
