import CPrefetch

/// Remembers the tokens of short words. Texts repeat their words, so most are found here.
///
/// A fixed number of places, each for one word of up to 15 bytes and four tokens; a word that
/// falls on the place of another takes it over. Memory is bounded, and no text can make it slow.
struct WordCache: ~Copyable {
  /// Bytes up to which a word can be remembered.
  static let longestWord = 15
  /// Tokens up to which a word can be remembered.
  static let mostTokens = 4

  /// The bytes of a word, filled up with zeros, and its length in the last byte.
  struct Key: Equatable {
    var low: UInt64
    var high: UInt64

    /// The key of no word: of one without bytes.
    static let none = Key(low: 0, high: 0)

    private init(low: UInt64, high: UInt64) { (self.low, self.high) = (low, high) }

    /// The key of `count` bytes, 1 to 15, at `word`; `available` bytes may be read there.
    @inline(__always)
    init(_ word: UnsafePointer<UInt8>, count: Int, available: Int) {
      let raw = UnsafeRawPointer(word)
      if available >= 16 {
        low = raw.loadUnaligned(as: UInt64.self)
        high = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        let lowBits = UInt64(truncatingIfNeeded: min(count, 8)) &* 8
        let highBits = UInt64(truncatingIfNeeded: max(count, 8) - 8) &* 8
        // A shift by 64 gives 0, as it must for a full or an empty half.
        low = low & ~(UInt64.max << lowBits)
        high = high & ~(UInt64.max << highBits)
      } else {
        low = 0
        high = 0
        for index in 0..<min(count, 8) { low |= UInt64(word[index]) << UInt64(index * 8) }
        for index in 8..<max(count, 8) { high |= UInt64(word[index]) << UInt64(index * 8 - 64) }
      }
      low = UInt64(littleEndian: low)
      high = UInt64(littleEndian: high) | UInt64(truncatingIfNeeded: count) << 56
    }

    @inline(__always)
    var place: Int {
      let mixed = (low ^ (high &* 0x9E37_79B9_7F4A_7C15)) &* 0xD6E8_FEB8_6659_FD93
      return Int(truncatingIfNeeded: mixed >> 48) & (WordCache.places - 1)
    }
  }

  /// What one place holds: a word and its tokens, -1 after the last.
  struct Entry {
    var key: Key
    var ids: SIMD4<TokenID>
  }

  private static let places = 1 << 15
  /// Zero where nothing is remembered, as ``Key/none`` is.
  private let memory = ZeroedMemory<Entry>(capacity: places, alignment: 64)
  private var entries: UnsafeMutablePointer<Entry> { memory.base }

  /// Asks for what is remembered of a word, which is soon looked for.
  @inline(__always)
  func expect(_ key: Key) { cp_prefetch(entries + key.place) }

  /// The tokens of a word, if they are remembered.
  @inline(__always)
  func find(_ key: Key) -> SIMD4<TokenID>? {
    let entry = entries[key.place]
    return entry.key == key ? entry.ids : nil
  }

  /// Remembers the tokens of a word: the first `count`, at most four, of `ids`.
  mutating func store(_ key: Key, _ ids: [TokenID], count: Int) {
    var kept = SIMD4<TokenID>(repeating: -1)
    for index in 0..<min(count, Self.mostTokens) { kept[index] = ids[index] }
    entries[key.place] = Entry(key: key, ids: kept)
  }
}
