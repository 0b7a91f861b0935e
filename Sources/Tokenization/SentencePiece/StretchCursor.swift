/// Walks a text from cut to cut: finds the special tokens in it, and the stretches between cuts
/// that can be encoded one by one.
///
/// A special token is searched for only some way ahead, so that an edit in a long text does not
/// read all of it.
struct StretchCursor {
  /// What comes next in the text.
  enum Item {
    case special(TokenID, Range<Int>)
    case segment(Range<Int>, PieceNormalizer.Place)
  }

  private static let longWindow = 4096

  private let text: UnsafePointer<UInt8>
  private let count: Int
  private let tables: SentencePieceTables
  private let matcher: WholeMatcher
  private let names: PieceBytes
  /// Where the next item begins.
  private(set) var position: Int
  /// Whether a text, or a stretch after a special token, begins at `position`.
  private var isFirst: Bool
  /// No special token begins in `position..<searched`, nor between special tokens given out.
  private var searched: Int
  /// The next special token, beginning at `searched`.
  private var found: WholeMatcher.Match?
  private var ahead: Int
  private let window: Int
  private let everywhere: Bool

  /// A walk over `count` bytes of `text` from `position`, a cut that is not after a special token.
  ///
  /// - Parameters:
  ///   - window: how far special tokens are looked for at first.
  ///   - everywhere: whether it stops at all cuts; see ``SegmentRules/nextCut(in:after:end:everywhere:)``.
  init(
    text: UnsafePointer<UInt8>, count: Int, from position: Int, tables: SentencePieceTables,
    matcher: WholeMatcher, names: PieceBytes, window: Int = longWindow,
    everywhere: Bool = false
  ) {
    self.text = text
    self.count = count
    self.position = position
    self.tables = tables
    self.matcher = matcher
    self.names = names
    self.window = window
    self.everywhere = everywhere
    (isFirst, searched, ahead) = (false, 0, window)
    move(to: position)
  }

  /// Goes on from another place, as from the beginning.
  mutating func move(to position: Int) {
    self.position = position
    isFirst = position == 0
    searched = matcher.longest == 0 ? count : position
    found = nil
    ahead = window
  }

  /// The next item; `nil` at the end of the text.
  @inline(__always)
  mutating func next() -> Item? {
    while position < count {
      if let special = found, special.start == position {
        found = nil
        position = special.end
        searched = special.end
        isFirst = true
        return .special(special.id, special.start..<special.end)
      }
      let limit = found?.start ?? count
      var start = position
      if isFirst {
        start = tables.normalizer.textStart(text, position..<limit)
        guard start < limit || !mustSearch(beyond: start) else { continue }
        guard start < limit else {
          position = limit
          continue
        }
      }
      let end = tables.rules.nextCut(in: text, after: start, end: limit, everywhere: everywhere)
      if mustSearch(beyond: end) { continue }
      position = end
      defer { isFirst = false }
      return .segment(
        start..<end, PieceNormalizer.Place(isFirst: isFirst, isLast: end == limit))
    }
    return nil
  }

  /// Looks for special tokens further on, if one could begin before `end` and what was read there;
  /// then the stretch may be another.
  @inline(__always)
  private mutating func mustSearch(beyond end: Int) -> Bool {
    guard found == nil, searched < count, end + SegmentRules.lookahead > searched else {
      return false
    }
    search()
    return true
  }

  @inline(never)
  private mutating func search() {
    let from = max(searched, position)
    let limit = count - from > ahead ? from + ahead : count
    found = matcher.firstMatch(
      startingIn: from..<limit, of: text, count: count, pieces: names)
    searched = found?.start ?? limit
    ahead = found == nil ? ahead * 2 : window
  }
}
