/// The tokens of all distinct words, in one block of memory, while merges are applied to them.
struct WordSymbols {
  private var symbols: [TokenID]
  private let starts: [Int]
  private var lengths: [Int32]
  /// How often each word occurs.
  let counts: [Int]

  /// Each byte of each word as a token of its own.
  init(_ table: WordTable, byteTokens: [TokenID]) {
    symbols = table.bytes.map { byteTokens[Int($0)] }
    var starts: [Int] = []
    var lengths: [Int32] = []
    starts.reserveCapacity(table.count)
    lengths.reserveCapacity(table.count)
    for index in 0..<table.count {
      let range = table.range(index)
      starts.append(range.lowerBound)
      lengths.append(Int32(range.count))
    }
    self.starts = starts
    self.lengths = lengths
    counts = table.counts
  }

  /// Number of words.
  var count: Int { starts.count }

  /// Joins `left` and `right` wherever they are neighbours in a word, from the beginning on, and
  /// tells `changes` of the neighbours that each joining parts and makes; gives how many there were.
  @inline(__always)
  mutating func merge(
    _ left: TokenID, _ right: TokenID, into joined: TokenID, in word: Int,
    changes: inout PairChanges
  ) -> Int {
    let start = starts[word]
    let end = start + Int(lengths[word])
    let times = counts[word]
    var write = start
    var read = start
    var joinings = 0
    symbols.withUnsafeMutableBufferPointer { symbols in
      while read < end {
        if symbols[read] == left, read + 1 < end, symbols[read + 1] == right {
          if write > start { changes.before(symbols[write - 1], times: times, word: word) }
          if read + 2 < end { changes.after(symbols[read + 2], times: times, word: word) }
          symbols[write] = joined
          read += 2
          joinings += 1
        } else {
          if write != read { symbols[write] = symbols[read] }
          read += 1
        }
        write += 1
      }
    }
    lengths[word] = Int32(write - start)
    return joinings
  }
}
