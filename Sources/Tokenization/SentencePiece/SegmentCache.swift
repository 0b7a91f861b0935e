/// Remembers the tokens of short stretches between cuts. Texts repeat their words, so most are
/// found here. Like `WordCache`, but for longer words, whose tokens need not have as many bytes as
/// their pieces.
///
/// A fixed number of places, each for one stretch; a stretch that falls on the place of another
/// takes it over. Memory is bounded, and no text can make it slow.
struct SegmentCache {
  /// Bytes up to which a stretch can be remembered.
  static let longest = 23
  /// Tokens up to which a stretch can be remembered.
  static let mostTokens = 8
  private static let places = 1 << 16

  /// The bytes of a stretch, filled up with zeros, and its length in the last byte.
  struct Key: Equatable {
    private var words: (UInt64, UInt64, UInt64)

    /// The key of no stretch: of one without bytes.
    static let none = Key()

    private init() { words = (0, 0, 0) }

    /// The key of `count` bytes, 1 to 23, at `text`; `available` bytes may be read there.
    @inline(__always)
    init(_ text: UnsafePointer<UInt8>, count: Int, available: Int) {
      let raw = UnsafeRawPointer(text)
      if available >= 24 {
        words = (
          Self.masked(raw.loadUnaligned(as: UInt64.self), count),
          Self.masked(raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self), count &- 8),
          Self.masked(raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self), count &- 16)
        )
      } else {
        words = (0, 0, 0)
        for index in 0..<min(count, 8) { words.0 |= UInt64(text[index]) << UInt64(index * 8) }
        for index in 8..<max(min(count, 16), 8) {
          words.1 |= UInt64(text[index]) << UInt64(index * 8 - 64)
        }
        for index in 16..<max(count, 16) {
          words.2 |= UInt64(text[index]) << UInt64(index * 8 - 128)
        }
      }
      words.2 |= UInt64(truncatingIfNeeded: count) << 56
    }

    /// The lowest `count` bytes of a word: none when that is negative, all from 8 on.
    @inline(__always)
    private static func masked(_ word: UInt64, _ count: Int) -> UInt64 {
      let bits = UInt64(truncatingIfNeeded: min(max(count, 0), 8)) &* 8
      // A shift by 64 gives 0, as it must for all bytes.
      return UInt64(littleEndian: word) & ~(UInt64.max << bits)
    }

    @inline(__always)
    var place: Int {
      let mixed =
        (words.0 ^ (words.1 &* 0x9E37_79B9_7F4A_7C15) ^ (words.2 &* 0xC2B2_AE3D_27D4_EB4F))
        &* 0xD6E8_FEB8_6659_FD93
      return Int(truncatingIfNeeded: mixed >> 48) & (SegmentCache.places - 1)
    }

    static func == (left: Key, right: Key) -> Bool {
      (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
        | (left.words.2 ^ right.words.2) == 0
    }
  }

  /// What one place holds, in 64 bytes.
  struct Entry {
    var key: Key
    /// Where each token ends, relative to the beginning of the stretch.
    var ends: SIMD8<UInt8>
    /// The tokens, -1 after the last.
    var ids: SIMD8<TokenID>
  }

  private var entries = Array(
    repeating: Entry(key: .none, ends: SIMD8(), ids: SIMD8(repeating: -1)), count: places)

  /// Stands first where only is remembered that the stretch must be searched each time.
  static let search: TokenID = -2
  /// Stands first where only is remembered that the stretch was there before.
  static let seen: TokenID = -3

  /// Remembers of a stretch what `mark` stands for.
  mutating func store(_ key: Key, mark: TokenID) {
    entries[key.place] = Entry(key: key, ends: SIMD8(), ids: SIMD8(repeating: mark))
  }

  /// What is remembered of a stretch.
  @inline(__always)
  func find(_ key: Key) -> Entry? {
    let entry = entries[key.place]
    return entry.key == key ? entry : nil
  }

  /// Remembers the tokens of a stretch that begins at `start`, at most eight, which follow each
  /// other from there.
  mutating func store(_ key: Key, _ tokens: ArraySlice<Token>, start: Int) {
    var entry = Entry(key: key, ends: SIMD8(), ids: SIMD8(repeating: -1))
    for (index, token) in tokens.enumerated() {
      entry.ids[index] = token.id
      entry.ends[index] = UInt8(truncatingIfNeeded: token.end - start)
    }
    entries[key.place] = entry
  }
}
