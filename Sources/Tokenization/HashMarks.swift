internal import CPrefetch

/// A bit for each value of a part of a hash: set where something has it. Most of what is not there is told
/// by it, without a look into a table, which is far larger and lies in slower memory.
struct HashMarks: Sendable {
  private let words: FrozenArray<UInt64>

  /// The marks while they are set.
  struct Growing {
    private var words: [UInt64]

    /// No marks; `bits` is a power of two.
    init(bits: Int) { words = [UInt64](repeating: 0, count: max(1, bits / 64)) }

    /// Marks what has a hash.
    mutating func insert(_ hash: UInt64) {
      let mark = HashMarks.mark(hash, words.count)
      words[mark.word] |= mark.bit
    }

    /// Whether something that was marked may have a hash; `false` is certain.
    @inline(__always)
    func mayHold(_ hash: UInt64) -> Bool {
      let mark = HashMarks.mark(hash, words.count)
      return words[mark.word] & mark.bit != 0
    }

    /// The marks for reading.
    var frozen: HashMarks { HashMarks(words: FrozenArray(words)) }
  }

  /// Whether something that was marked may have a hash; `false` is certain.
  @inline(__always)
  func mayHold(_ hash: UInt64) -> Bool {
    let mark = Self.mark(hash, words.count)
    return words.base[mark.word] & mark.bit != 0
  }

  /// Asks for the mark of a hash, which is soon looked at.
  @inline(__always)
  func expect(_ hash: UInt64) { cp_prefetch(words.base + Self.mark(hash, words.count).word) }

  @inline(__always)
  private static func mark(_ hash: UInt64, _ words: Int) -> (word: Int, bit: UInt64) {
    (Int(truncatingIfNeeded: hash >> 32) & (words - 1), 1 << (hash >> 58))
  }
}
