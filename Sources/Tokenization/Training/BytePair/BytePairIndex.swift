/// The pairs of neighbouring bytes in the words of a text: how often each occurs, and in which words.
struct BytePairIndex {
  /// How often each pair occurs; pairs are numbered `left << 8 | right`.
  private(set) var times = [Int](repeating: 0, count: 1 << 16)
  /// Where the words of each pair are in `places`.
  private(set) var ranges = [Range<Int>](repeating: 0..<0, count: 1 << 16)
  /// Numbers of words, grouped by pair, each once for a pair.
  private(set) var places: [Int32] = []

  /// Looks through all words.
  init(_ table: WordTable) {
    var wordCounts = [Int](repeating: 0, count: 1 << 16)
    var lastWord = [Int](repeating: -1, count: 1 << 16)
    var times = times
    Self.forEachPair(of: table) { pair, word in
      times[pair] += table.counts[word]
      guard lastWord[pair] != word else { return }
      lastWord[pair] = word
      wordCounts[pair] += 1
    }
    self.times = times
    var next = [Int](repeating: 0, count: 1 << 16)
    var end = 0
    for pair in 0..<(1 << 16) {
      ranges[pair] = end..<(end + wordCounts[pair])
      next[pair] = end
      lastWord[pair] = -1
      end += wordCounts[pair]
    }
    var places = [Int32](repeating: 0, count: end)
    Self.forEachPair(of: table) { pair, word in
      guard lastWord[pair] != word else { return }
      lastWord[pair] = word
      places[next[pair]] = Int32(truncatingIfNeeded: word)
      next[pair] += 1
    }
    self.places = places
  }

  @inline(__always)
  private static func forEachPair(of table: WordTable, _ body: (_ pair: Int, _ word: Int) -> Void) {
    for word in 0..<table.count {
      let range = table.range(word)
      for index in range.dropLast() {
        body(Int(table.bytes[index]) << 8 | Int(table.bytes[index + 1]), word)
      }
    }
  }
}
