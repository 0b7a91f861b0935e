import CPrefetch

/// Remembers the tokens of short stretches between cuts. Texts repeat their words, so most are
/// found here. Like `WordCache`, but for longer words, whose tokens need not have as many bytes as
/// their pieces.
///
/// A fixed number of places, each for one stretch; a stretch that falls on the place of another
/// takes it over, and the other goes beside it. Memory is bounded, and no text can make it slow.
struct SegmentCache: ~Copyable {
  /// Bytes up to which a stretch can be remembered.
  static let longest = 31
  /// Tokens up to which a stretch can be remembered.
  static let mostTokens = 8
  private static let places = 1 << 16

  /// The bytes of a stretch, filled up with zeros, and its length in the last byte.
  struct Key: Equatable {
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// The key of no stretch: of one without bytes.
    static let none = Key()

    private init() { words = (0, 0, 0, 0) }

    /// The key of `count` bytes, 1 to 31, at `text`; `available` bytes may be read there.
    @inline(__always)
    init(_ text: UnsafePointer<UInt8>, count: Int, available: Int) {
      let raw = UnsafeRawPointer(text)
      if available >= 32 {
        words = (
          Self.masked(raw.loadUnaligned(as: UInt64.self), count),
          Self.masked(raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self), count &- 8),
          Self.masked(raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self), count &- 16),
          Self.masked(raw.loadUnaligned(fromByteOffset: 24, as: UInt64.self), count &- 24)
        )
      } else {
        words = (
          Self.word(text, 0, count), Self.word(text, 8, count), Self.word(text, 16, count),
          Self.word(text, 24, count)
        )
      }
      words.3 |= UInt64(truncatingIfNeeded: count) << 56
    }

    /// Up to eight of the bytes of a stretch, from `start` on.
    private static func word(_ text: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> UInt64 {
      (start..<max(start, min(count, start + 8))).reduce(0) {
        $0 | UInt64(text[$1]) << UInt64(($1 - start) * 8)
      }
    }

    /// The lowest `count` bytes of a word: none when that is negative, all from 8 on.
    @inline(__always)
    private static func masked(_ word: UInt64, _ count: Int) -> UInt64 {
      let bits = UInt64(truncatingIfNeeded: min(max(count, 0), 8)) &* 8
      // A shift by 64 gives 0, as it must for all bytes.
      return UInt64(littleEndian: word) & ~(UInt64.max << bits)
    }

    @inline(__always)
    private var mixed: UInt64 {
      (words.0 ^ (words.1 &* 0x9E37_79B9_7F4A_7C15) ^ (words.2 &* 0xC2B2_AE3D_27D4_EB4F)
        ^ (words.3 &* 0x2545_F491_4F6C_DD1D)) &* 0xD6E8_FEB8_6659_FD93
    }

    @inline(__always)
    var place: Int { Int(truncatingIfNeeded: mixed >> 48) & (SegmentCache.places - 1) }

    /// What tells the key from most others that fall on the same place; never 0.
    var tag: UInt16 { UInt16(truncatingIfNeeded: mixed >> 32) | 1 }

    static func == (left: Key, right: Key) -> Bool { left.difference(from: right) == 0 }

    /// 0 where both are the same.
    @inline(__always)
    func difference(from other: Key) -> UInt64 {
      (words.0 ^ other.words.0) | (words.1 ^ other.words.1)
        | (words.2 ^ other.words.2) | (words.3 ^ other.words.3)
    }
  }

  /// What one place holds, in 64 bytes.
  struct Entry {
    var key: Key
    /// The tokens in 24 bits each; -1 after the last.
    private var ids: (UInt64, UInt64, UInt64) = (.max, .max, .max)
    /// Where each token ends, relative to the beginning of the stretch: 5 bits. The others of the first
    /// are those of ``span``.
    private var ends = SIMD8<UInt8>()

    /// The entry of a stretch without tokens.
    init(key: Key) { self.key = key }

    /// After which sums of scores the tokens are these.
    @inline(__always)
    var span: SumSpan {
      get { SumSpan(rawValue: ends[0] >> 5) }
      set { ends[0] = ends[0] & 31 | newValue.rawValue << 5 }
    }

    @inline(__always)
    func end(_ index: Int) -> Int { Int(ends[index] & 31) }

    /// The token at `index`, 0 to 7, of an entry.
    @inline(__always)
    static func id(_ index: Int, of entry: UnsafePointer<Entry>) -> TokenID {
      // What lies behind the last is shifted out.
      let word = UnsafeRawPointer(entry).loadUnaligned(
        fromByteOffset: MemoryLayout<Key>.size + 3 * index, as: UInt32.self)
      return TokenID(bitPattern: UInt32(littleEndian: word) << 8) >> 8
    }

    /// Puts a token in a place.
    mutating func set(_ index: Int, id: TokenID, end: Int) {
      ends[index] = ends[index] & ~31 | UInt8(truncatingIfNeeded: end)
      withUnsafeMutableBytes(of: &ids) { bytes in
        for byte in 0..<3 {
          bytes[3 * index + byte] = UInt8(truncatingIfNeeded: id >> TokenID(8 * byte))
        }
      }
    }
  }

  /// Tokens from here on are not remembered.
  private static let firstTooLarge: TokenID = 1 << 23

  /// Zero where nothing is remembered, as ``Key/none`` is. Read in place: a copy would cost as much as the
  /// rest of finding it. The two entries of a place lie side by side.
  private let memory = ZeroedMemory<Entry>(capacity: places, alignment: 128)
  private var entries: UnsafeMutablePointer<Entry> { memory.base }

  /// Stands first where only is remembered that the stretch must be searched each time.
  static let search: TokenID = -2

  /// The tag of what was seen last of what falls on a place and is not remembered: what comes only once
  /// takes no place from what comes often.
  private var seen = [UInt16](repeating: 0, count: places)

  /// Whether a stretch that is not remembered was there not long before; from now on it was.
  mutating func wasSeen(_ key: Key) -> Bool {
    let tag = key.tag
    defer { seen[key.place] = tag }
    return seen[key.place] == tag
  }

  /// Remembers that a stretch must be searched each time.
  mutating func storeSearch(_ key: Key) {
    var entry = Entry(key: key)
    entry.set(0, id: Self.search, end: 0)
    put(entry)
  }

  /// Asks for what is remembered of a stretch, which is soon looked for: it mostly lies in slow memory.
  @inline(__always)
  func expect(_ key: Key) {
    let place = key.place & ~1
    cp_prefetch(entries + place)
    cp_prefetch(entries + (place + 1))
  }

  /// What is remembered of a stretch, until something else is stored.
  @inline(__always)
  func find(_ key: Key) -> UnsafePointer<Entry>? {
    let entry = UnsafePointer(entries + (key.place & ~1))
    // Mostly it is one of the two, and which of them no one can foretell: so no branch asks.
    let difference = entry[1].key.difference(from: key)
    guard min(entry[0].key.difference(from: key), difference) == 0 else { return nil }
    return entry + (difference == 0 ? 1 : 0)
  }

  /// What was there last goes beside it.
  private mutating func put(_ entry: Entry) {
    let place = entry.key.place
    if entries[place].key != entry.key { entries[place ^ 1] = entries[place] }
    entries[place] = entry
  }

  /// Remembers the tokens of a stretch that begins at `start`, at most eight, which follow each
  /// other from there.
  mutating func store(_ key: Key, _ tokens: ArraySlice<Token>, start: Int, span: SumSpan) {
    guard tokens.allSatisfy({ $0.id < Self.firstTooLarge }) else { return }
    var entry = Entry(key: key)
    for (index, token) in tokens.enumerated() {
      entry.set(index, id: token.id, end: token.end - start)
    }
    entry.span = span
    put(entry)
  }
}
