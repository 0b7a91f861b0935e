/// Walks a text word by word: finds the special tokens in it, and cuts what lies between them.
///
/// A special token is searched for only some way ahead, so that an edit in a long text does not
/// read all of it: a word is given out as soon as no special token can begin before its end and
/// what its rules have read.
struct WordCursor {
  /// A word, or a token that was matched whole.
  struct Word {
    var start: Int
    var end: Int
    /// The token matched whole, or -1 for a word that is to be encoded.
    var whole: TokenID
  }

  private static let window = 4096

  private let text: UnsafePointer<UInt8>
  private let count: Int
  private let splitter: SmolLMSplitter
  private let matcher: WholeMatcher
  private let pieces: PieceBytes
  /// Where the next word begins: always a cut.
  private(set) var position: Int
  /// No whole token begins in `position..<searched`, nor between whole tokens given out.
  private var searched: Int
  /// The next whole token, beginning at `searched`.
  private var found: WholeMatcher.Match?

  /// A walk over `count` bytes of `text` from `position`, which must be a cut.
  init(
    text: UnsafePointer<UInt8>, count: Int, from position: Int, splitter: SmolLMSplitter,
    matcher: WholeMatcher, pieces: PieceBytes
  ) {
    self.text = text
    self.count = count
    self.position = position
    self.splitter = splitter
    self.matcher = matcher
    self.pieces = pieces
    searched = matcher.longest == 0 ? count : position
  }

  /// The next word; `nil` at the end of the text.
  @inline(__always)
  mutating func next() -> Word? {
    guard position < count else { return nil }
    var ahead = Self.window
    while true {
      if let found {
        if found.start == position {
          self.found = nil
          searched = found.end
          position = found.end
          return Word(start: found.start, end: found.end, whole: found.id)
        }
        return word(end: splitter.wordEnd(in: text, at: position, end: found.start))
      }
      let end = splitter.wordEnd(in: text, at: position, end: count)
      if searched == count || end + SmolLMSplitter.lookahead <= searched { return word(end: end) }
      search(ahead: ahead)
      ahead *= 2
    }
  }

  @inline(__always)
  private mutating func word(end: Int) -> Word {
    defer { position = end }
    return Word(start: position, end: end, whole: -1)
  }

  @inline(never)
  private mutating func search(ahead: Int) {
    let from = max(searched, position)
    let limit = count - from > ahead ? from + ahead : count
    found = matcher.firstMatch(
      startingIn: from..<limit, of: text, count: count, pieces: pieces)
    searched = found?.start ?? limit
  }
}
