/// GPT-2's words, by hand instead of by the regular expression
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// That is, at the beginning of a word:
/// - `'` before one of the seven endings: both.
/// - letters, numbers, or others (neither space, letter nor number), with at most one U+0020 before:
///   as many as there are.
/// - white space: all of it, if the text ends there; else all but its last character, which begins
///   the next word; a single one stands alone.
///
/// With `cutsNumbers` (SmolLM, StarCoder) each character of `\p{N}` is cut out first, and the
/// expression sees what lies between: a number is a word alone, and white space before it is a word.
///
/// Paper: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2.
///
/// The rules look only forwards, so a cut is the same whatever stands before the last cut; they
/// look at most two characters beyond the end of a word (`lookahead` bytes).
///
/// Bytes that are not UTF-8 count as others, each a character of its own.
struct GPT2Splitter: WordRules {
  let lookahead = 8
  /// Whether each number is a word.
  let cutsNumbers: Bool
  let table = CharacterClass.table

  @inline(__always)
  func wordEnd(_ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int) -> Int {
    let (bits, length) = reader.read(position)
    let next = position + length
    if bits & CharacterClass.letter != 0 { return reader.runEnd(CharacterClass.letter, from: next) }
    if bits & CharacterClass.space != 0 { return spaceEnd(text, reader, position, next) }
    if bits & CharacterClass.number != 0 {
      return cutsNumbers ? next : reader.runEnd(CharacterClass.number, from: next)
    }
    if text[position] == UInt8(ascii: "'"),
      let ending = reader.contractionEnd(from: next, ignoringCase: false)
    {
      return ending
    }
    return otherEnd(reader, next)
  }

  @inline(__always)
  private func otherEnd(_ reader: ClassReader, _ position: Int) -> Int {
    reader.runEnd(
      without: CharacterClass.letter | CharacterClass.number | CharacterClass.space, from: position)
  }

  @inline(__always)
  private func spaceEnd(
    _ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int, _ next: Int
  ) -> Int {
    let (bits, length) = reader.readOrEnd(next)
    if length == 0 { return next }
    if bits & CharacterClass.space == 0, text[position] == UInt8(ascii: " ") {
      if bits & CharacterClass.letter != 0 {
        return reader.runEnd(CharacterClass.letter, from: next + length)
      }
      if bits & CharacterClass.number != 0 {
        return cutsNumbers ? next : reader.runEnd(CharacterClass.number, from: next + length)
      }
      return otherEnd(reader, next + length)
    }
    guard cutsNumbers else { return reader.spaceEnd(from: position, next: next) }
    let all = reader.runEnd(CharacterClass.space, from: next)
    if reader.readOrEnd(all).bits & CharacterClass.number != 0 { return all }
    return reader.spaceEnd(from: position, next: next)
  }

  /// Beside a number, unless the other side is one too or could be its space; before white space
  /// that follows none; from letters to others; from others to letters, unless the other is an
  /// apostrophe, which could begin an ending.
  func isCertainCut(before: UInt8, after: UInt8, last: UInt8, next: UInt8) -> Bool {
    let letter = CharacterClass.letter
    let number = CharacterClass.number
    let space = CharacterClass.space
    if cutsNumbers, (before | after) & number != 0 { return true }
    if before & space != 0 { return false }
    if after & space != 0 { return true }
    if before & letter != 0 { return after & letter == 0 }
    if before & number != 0 { return after & number == 0 }
    return after & (letter | number) != 0 && last != UInt8(ascii: "'")
  }
}
