/// How a text is cut into the words that merges may not cross. GGUF names it in
/// `tokenizer.ggml.pre`.
enum PreTokenizer: String, Sendable, CaseIterable {
  /// SmolLM's: each digit alone, else GPT-2's words. `SmolLMSplitter` derives the rules.
  case smollm

  /// The names of all, for messages.
  static var knownNames: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// SmolLM's pre-tokenizer, by hand instead of by a regular expression.
///
/// The reference cuts out each character of `\p{N}` first, and then, between those, matches
/// GPT-2's
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// again and again. With the numbers gone, that is, at the beginning of a word:
/// - a number: it alone.
/// - `'` before one of the seven endings: both.
/// - letters, or others (neither space, letter nor number), with at most one U+0020 before: as many
///   as there are.
/// - white space: all of it, if the text or the stretch between numbers ends there; else all but
///   its last character, which begins the next word; a single one stands alone.
///
/// The rules look only forwards, so a cut is the same whatever stands before the last cut; they
/// look at most two characters beyond the end of a word (`lookahead` bytes).
///
/// Bytes that are not UTF-8 count as others, each a character of its own.
struct SmolLMSplitter: WordSplitter {
  /// Bytes beyond the end of a word that its rules may read.
  let lookahead = 8

  private let table = UnicodeKind.table
  @inline(__always)
  private var kinds: UnsafePointer<UInt8> { table.base }

  private static let other = UnicodeKind.other.rawValue
  private static let letter = UnicodeKind.letter.rawValue
  private static let number = UnicodeKind.number.rawValue
  private static let space = UnicodeKind.space.rawValue

  /// The kind of the character at `position`, and its length in bytes.
  @inline(__always)
  func kind(
    in text: UnsafePointer<UInt8>, at position: Int, end: Int
  ) -> (kind: UInt8, length: Int) {
    let byte = text[position]
    if byte < 0x80 { return (UnicodeKind.rawKind(of: UInt32(byte), in: kinds), 1) }
    guard let scalar = UTF8Sequence.scalar(in: text, at: position, end: end) else {
      return (Self.other, 1)
    }
    return (UnicodeKind.rawKind(of: scalar.value, in: kinds), scalar.length)
  }

  func cut(
    _ text: UnsafePointer<UInt8>, section: Range<Int>, from position: Int, safe: Int,
    into words: inout WordList
  ) -> Int {
    var position = position
    let end = section.upperBound
    while position < end, !words.isFull {
      let next = wordEnd(in: text, at: position, end: end)
      guard safe == end || next + lookahead <= safe else { break }
      words.append(position, next)
      position = next
    }
    return position
  }

  /// The end of the word that begins at `position`, in a text that ends at `end`, which must be
  /// beyond `position`.
  @inline(__always)
  func wordEnd(in text: UnsafePointer<UInt8>, at position: Int, end: Int) -> Int {
    let (first, length) = kind(in: text, at: position, end: end)
    let next = position + length
    switch first {
    case Self.letter:
      return runEnd(of: Self.letter, in: text, at: next, end: end)
    case Self.number:
      return next
    case Self.space:
      return spaceEnd(in: text, at: position, next: next, end: end)
    default:
      if text[position] == UInt8(ascii: "'"),
        let ending = contractionEnd(in: text, at: next, end: end)
      {
        return ending
      }
      return runEnd(of: Self.other, in: text, at: next, end: end)
    }
  }

  /// The end of the characters of one kind from `position` on.
  @inline(__always)
  private func runEnd(
    of wanted: UInt8, in text: UnsafePointer<UInt8>, at position: Int, end: Int
  ) -> Int {
    var position = position
    while position < end {
      let (found, length) = kind(in: text, at: position, end: end)
      guard found == wanted else { break }
      position += length
    }
    return position
  }

  /// The end of a word that begins with the white space at `position`; `next` is the place after
  /// its first character.
  @inline(__always)
  private func spaceEnd(
    in text: UnsafePointer<UInt8>, at position: Int, next: Int, end: Int
  ) -> Int {
    guard next < end else { return next }
    var (found, length) = kind(in: text, at: next, end: end)
    if found != Self.space {
      let joins = text[position] == UInt8(ascii: " ") && found != Self.number
      return joins ? runEnd(of: found, in: text, at: next + length, end: end) : next
    }
    var last = next
    var after = next + length
    while after < end {
      (found, length) = kind(in: text, at: after, end: end)
      guard found == Self.space else { return found == Self.number ? after : last }
      last = after
      after += length
    }
    return after
  }

  /// The end of an English ending (`s t m d re ve ll`) at `position`, just after an apostrophe.
  @inline(__always)
  private func contractionEnd(
    in text: UnsafePointer<UInt8>, at position: Int, end: Int
  ) -> Int? {
    guard position < end else { return nil }
    switch text[position] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return position + 1
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return position + 1 < end && text[position + 1] == UInt8(ascii: "e") ? position + 2 : nil
    case UInt8(ascii: "l"):
      return position + 1 < end && text[position + 1] == UInt8(ascii: "l") ? position + 2 : nil
    default:
      return nil
    }
  }

  /// Whether the characters around `position` alone make it a cut, whatever else the text holds:
  /// beside a number; before white space that follows none; from letters to others; from others to
  /// letters, unless the other is an apostrophe, which could begin an ending.
  ///
  /// At the beginning of the text it is a cut too. `position` must not be beyond `end`.
  func isCertainCut(in text: UnsafePointer<UInt8>, at position: Int, end: Int) -> Bool {
    guard position > 0, position < end else { return true }
    guard !UTF8Sequence.isInside(text, position, end: end) else { return false }
    let after = kind(in: text, at: position, end: end).kind
    let scalar = UTF8Sequence.scalar(in: text, before: position)
    let before = scalar.map { UnicodeKind.rawKind(of: $0.value, in: kinds) } ?? Self.other
    if before == Self.number || after == Self.number { return true }
    switch (before, after) {
    case (Self.letter, Self.space), (Self.other, Self.space), (Self.letter, Self.other):
      return true
    case (Self.other, Self.letter):
      return text[position - 1] != UInt8(ascii: "'")
    default:
      return false
    }
  }
}
