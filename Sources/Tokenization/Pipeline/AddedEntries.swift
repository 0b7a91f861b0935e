/// Entries that are found whole in a text, and how they take what stands around them.
struct AddedEntries: Sendable {
  /// What belongs to an entry besides itself.
  struct Rules: Sendable, Hashable {
    /// White space before it belongs to it.
    var stripsLeft = false
    /// White space after it belongs to it.
    var stripsRight = false
    /// It is found only where no word goes on beside it.
    var isWord = false
  }

  /// An entry, and what is looked for.
  struct Entry: Sendable {
    var id: TokenID
    /// Its bytes as they stand in the text that is searched; an entry without any is never found.
    var pattern: [UInt8]
    var isSpecial: Bool
    var rules: Rules
  }

  private let all: WholeMatcher
  private let withoutSpecials: WholeMatcher
  /// The patterns, by the place of their entry.
  private let patterns: PieceBytes
  private let entries: [Entry]

  /// Of entries with the same pattern the first is found.
  init(_ entries: [Entry]) {
    self.entries = entries
    var bytes: [UInt8] = []
    var starts: [UInt32] = [0]
    var seen = Set<[UInt8]>()
    var places: [TokenID] = []
    for (place, entry) in entries.enumerated() {
      bytes += entry.pattern
      starts.append(UInt32(truncatingIfNeeded: bytes.count))
      if !entry.pattern.isEmpty, seen.insert(entry.pattern).inserted {
        places.append(TokenID(truncatingIfNeeded: place))
      }
    }
    patterns = PieceBytes(bytes: FrozenArray(bytes), starts: FrozenArray(starts))
    all = WholeMatcher(places, in: patterns)
    withoutSpecials = WholeMatcher(places.filter { !entries[Int($0)].isSpecial }, in: patterns)
  }

  /// Whether there is none.
  var isEmpty: Bool { all.ids.isEmpty }

  /// Gives the whole text in stretches: entries with their id, and what lies between.
  func forEachStretch(
    of text: UnsafeBufferPointer<UInt8>, parsesSpecials: Bool,
    _ body: (Range<Int>, TokenID?) -> Void
  ) {
    guard let base = text.baseAddress else { return }
    let matcher = parsesSpecials ? all : withoutSpecials
    var last = 0
    var position = 0
    while let match = matcher.firstMatch(
      startingIn: position..<text.count, of: base, count: text.count, pieces: patterns)
    {
      position = match.end
      var (start, end) = (match.start, match.end)
      let entry = entries[Int(match.id)]
      let rules = entry.rules
      if rules != Rules() {
        if rules.isWord, isWord(text, before: start) || isWord(text, at: end) { continue }
        if rules.stripsLeft { start = spaceStart(text, before: start, limit: last) }
        if rules.stripsRight { end = spaceEnd(text, from: end) }
      }
      body(last..<max(start, last), nil)
      body(max(start, last)..<end, entry.id)
      last = end
      position = max(position, end)
    }
    body(last..<text.count, nil)
  }

  private func isWord(_ text: UnsafeBufferPointer<UInt8>, before position: Int) -> Bool {
    guard let base = text.baseAddress, position > 0 else { return false }
    return ScalarSet.word.contains(UTF8Sequence.scalar(in: base, before: position)?.value)
  }

  private func isWord(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> Bool {
    guard let base = text.baseAddress, position < text.count else { return false }
    return ScalarSet.word.contains(
      UTF8Sequence.scalar(in: base, at: position, end: text.count)?.value)
  }

  private func spaceStart(
    _ text: UnsafeBufferPointer<UInt8>, before position: Int, limit: Int
  ) -> Int {
    guard let base = text.baseAddress else { return position }
    var position = position
    while position > limit, let scalar = UTF8Sequence.scalar(in: base, before: position),
      ScalarSet.space.contains(scalar.value)
    {
      position -= scalar.length
    }
    return max(position, limit)
  }

  private func spaceEnd(_ text: UnsafeBufferPointer<UInt8>, from position: Int) -> Int {
    guard let base = text.baseAddress else { return position }
    var position = position
    while position < text.count,
      let scalar = UTF8Sequence.scalar(in: base, at: position, end: text.count),
      ScalarSet.space.contains(scalar.value)
    {
      position += scalar.length
    }
    return position
  }
}
