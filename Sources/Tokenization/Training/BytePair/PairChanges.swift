/// What joining one pair changes: for each token that stood before or after the joined pair, how
/// many times, and in which words. All pairs that change have such a token and one of three others,
/// so plain arrays by token do, and the table of pairs is touched once for each distinct pair.
struct PairChanges {
  /// The tokens on one side.
  private struct Side {
    /// How often each token stood there.
    var times: [Int] = []
    /// The last word noted for each token, or -1.
    var lastWord: [Int32] = []
    /// How many words were noted for each token; later, where the next of them is put.
    var noteCount: [Int] = []
    var touched: [TokenID] = []
    /// The words, each once for a token, as they came.
    var notes: [(token: TokenID, word: Int32)] = []

    mutating func makeRoom(for count: Int) {
      guard times.count < count else { return }
      let more = max(count, times.count * 2) - times.count
      times += [Int](repeating: 0, count: more)
      lastWord += [Int32](repeating: -1, count: more)
      noteCount += [Int](repeating: 0, count: more)
    }

    @inline(__always)
    mutating func note(_ token: TokenID, times more: Int, word: Int) {
      let index = Int(token)
      let word = Int32(truncatingIfNeeded: word)
      if lastWord[index] < 0 { touched.append(token) }
      times[index] += more
      guard lastWord[index] != word else { return }
      lastWord[index] = word
      noteCount[index] += 1
      notes.append((token, word))
    }

    mutating func clear() {
      for token in touched {
        times[Int(token)] = 0
        lastWord[Int(token)] = -1
        noteCount[Int(token)] = 0
      }
      touched.removeAll(keepingCapacity: true)
      notes.removeAll(keepingCapacity: true)
    }
  }

  private var left = Side()
  private var right = Side()

  /// Forgets all changes and makes room for tokens below `count`.
  mutating func begin(tokenCount count: Int) {
    left.clear()
    right.clear()
    left.makeRoom(for: count)
    right.makeRoom(for: count)
  }

  /// `token` stood before a joined pair.
  @inline(__always)
  mutating func before(_ token: TokenID, times: Int, word: Int) {
    left.note(token, times: times, word: word)
  }

  /// `token` stood after a joined pair.
  @inline(__always)
  mutating func after(_ token: TokenID, times: Int, word: Int) {
    right.note(token, times: times, word: word)
  }

  /// Gives `body` each pair whose count changes, and by how much; a pair may come several times.
  @inline(__always)
  func forEachDelta(
    of first: TokenID, _ second: TokenID, joined: TokenID,
    _ body: (_ key: UInt64, _ delta: Int) -> Void
  ) {
    for token in left.touched {
      let times = left.times[Int(token)]
      body(TokenPair.key(token, first), -times)
      body(TokenPair.key(token, joined), times)
    }
    for token in right.touched {
      let times = right.times[Int(token)]
      body(TokenPair.key(second, token), -times)
      body(TokenPair.key(joined, token), times)
    }
  }

  /// Gives `body` each pair that has appeared, once, with the range of `places` that holds the words
  /// where it did. The words are appended to `places`, grouped by pair; call this once.
  mutating func forEachNewPair(
    joined: TokenID, places: inout [Int32], _ body: (_ key: UInt64, _ places: Range<Int>) -> Void
  ) {
    var end = places.count
    // The joined token beside itself is one pair, wherever it was noted: it comes last on the left
    // and first on the right, so that its words lie together.
    Self.moveToEnd(joined, of: &left.touched)
    Self.moveToFront(joined, of: &right.touched)
    let doubled = left.touched.last == joined && right.touched.first == joined
    var begin = end
    for token in left.touched {
      begin = end
      end += left.noteCount[Int(token)]
      left.noteCount[Int(token)] = begin
      if !(doubled && token == joined) { body(TokenPair.key(token, joined), begin..<end) }
    }
    for token in right.touched {
      let start = end
      end += right.noteCount[Int(token)]
      right.noteCount[Int(token)] = start
      body(
        TokenPair.key(joined, token), (doubled && token == joined ? begin : start)..<end)
    }
    places += repeatElement(0, count: end - places.count)
    for note in left.notes {
      places[left.noteCount[Int(note.token)]] = note.word
      left.noteCount[Int(note.token)] += 1
    }
    for note in right.notes {
      places[right.noteCount[Int(note.token)]] = note.word
      right.noteCount[Int(note.token)] += 1
    }
  }

  private static func moveToEnd(_ token: TokenID, of tokens: inout [TokenID]) {
    if let index = tokens.firstIndex(of: token) { tokens.swapAt(index, tokens.count - 1) }
  }

  private static func moveToFront(_ token: TokenID, of tokens: inout [TokenID]) {
    if let index = tokens.firstIndex(of: token) { tokens.swapAt(index, 0) }
  }
}
