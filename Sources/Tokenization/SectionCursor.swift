/// Walks a text from one batch of words to the next: finds the special tokens in it, and has what
/// lies between them cut.
///
/// A special token is searched for only some way ahead, so that an edit in a long text does not
/// read all of it: words are given out as soon as no special token can begin before their end and
/// what the rules have read.
struct SectionCursor {
  private static let window = 4096

  private let text: UnsafePointer<UInt8>
  private let count: Int
  private let matcher: WholeMatcher
  private let pieces: PieceBytes
  /// Where the next word begins: always a cut.
  private(set) var position: Int
  /// Where the stretch between special tokens began.
  private var sectionStart: Int
  /// No whole token begins in `position..<searched`, nor between whole tokens given out.
  private var searched: Int
  /// The next whole token, beginning at `searched`.
  private var found: WholeMatcher.Match?

  /// A walk over `count` bytes of `text` from `position`, which must be a cut.
  init(
    text: UnsafePointer<UInt8>, count: Int, from position: Int, matcher: WholeMatcher,
    pieces: PieceBytes
  ) {
    self.text = text
    self.count = count
    self.position = position
    self.matcher = matcher
    self.pieces = pieces
    sectionStart = position
    searched = matcher.longest == 0 ? count : position
  }

  /// Puts the next words into `words`, which is empty, or gives a token that was matched whole;
  /// neither at the end of the text.
  mutating func next(
    _ splitter: some WordSplitter, into words: inout WordList
  ) -> WholeMatcher.Match? {
    var ahead = Self.window
    while position < count {
      if let found, found.start == position {
        self.found = nil
        searched = found.end
        position = found.end
        sectionStart = found.end
        return found
      }
      let end = found?.start ?? count
      position = splitter.cut(
        text, section: sectionStart..<end, from: position, safe: min(searched, end), into: &words)
      guard words.isEmpty else { return nil }
      // A stretch of which nothing is kept has been cut to its end.
      if position < end {
        search(ahead: ahead)
        ahead *= 2
      }
    }
    return nil
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
