import CPrefetch

/// The merges of byte-pair encoding: for two neighbouring tokens, when they are joined and into
/// what. An open-addressing table keyed by both ids; an entry is 16 bytes.
struct MergeTable: Sendable {
  /// A pair of neighbours that is never joined.
  static let none = UInt64.max
  /// Merges that a vocabulary may have: ranks must fit in 24 bits of a queue's entry.
  static let maximumCount = 1 << 24 - 1

  /// Two neighbours and what becomes of them.
  private struct Entry: BitwiseCopyable, Sendable {
    /// The left id above the right one, or `none` where the place is empty.
    var pair: UInt64
    /// The rank (0 is joined first) above the id of the joined token.
    var merge: UInt64
  }

  private let entries: FrozenArray<Entry>
  /// Set for the pairs. Most neighbours that are never joined are told by it.
  private let marks: HashMarks
  private let seed = SeededHash.processSeed
  /// Number of merges.
  let count: Int

  /// A merge as the list gives it; its place in the list is its rank.
  struct Merge {
    var left: TokenID
    var right: TokenID
    var joined: TokenID
  }

  /// A pair of ids that the list names twice, by the ranks of both.
  struct Repetition: Error {
    var first: Int
    var second: Int
  }

  /// The table of `merges`, whose pairs must all be different.
  init(_ merges: [Merge]) throws(Repetition) {
    // At most two thirds are taken: what there is lies nearer to the processor, and few look in vain.
    let places = PieceTable.placeCount(for: merges.count * 3 / 4 + 1)
    let mask = places - 1
    var table = [Entry](repeating: Entry(pair: Self.none, merge: Self.none), count: places)
    var marks = HashMarks.Growing(bits: places * Self.bitsPerPlace)
    for (rank, merge) in merges.enumerated() {
      let pair = Self.pair(merge.left, merge.right)
      let hash = SeededHash.mix(pair, seed: seed)
      marks.insert(hash)
      var place = Int(truncatingIfNeeded: hash) & mask
      while table[place].pair != Self.none {
        if table[place].pair == pair {
          throw Repetition(first: Int(table[place].merge >> 32), second: rank)
        }
        place = (place + 1) & mask
      }
      table[place] = Entry(
        pair: pair, merge: UInt64(rank) << 32 | UInt64(UInt32(bitPattern: merge.joined)))
    }
    entries = FrozenArray(table)
    self.marks = marks.frozen
    count = merges.count
  }

  /// All merges in order of rank.
  var list: [Merge] {
    entries.all.filter { $0.pair != Self.none }.sorted { $0.merge < $1.merge }.map { entry in
      Merge(
        left: TokenID(truncatingIfNeeded: entry.pair >> 32),
        right: TokenID(truncatingIfNeeded: entry.pair & 0xFFFF_FFFF),
        joined: Self.joined(entry.merge))
    }
  }

  private static let bitsPerPlace = 8

  @inline(__always)
  private static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Asks for what is known of two neighbours, which mostly lies in slow memory: to be done for several
  /// pairs before the first is looked for.
  @inline(__always)
  func expect(_ left: TokenID, _ right: TokenID) {
    let hash = SeededHash.mix(Self.pair(left, right), seed: seed)
    marks.expect(hash)
    cp_prefetch(entries.base + (Int(truncatingIfNeeded: hash) & (entries.count - 1)))
  }

  /// The rank of joining these neighbours, above the id of the result; `none` when they stay apart.
  /// Smaller is joined first.
  @inline(__always)
  func merge(_ left: TokenID, _ right: TokenID) -> UInt64 {
    let pair = Self.pair(left, right)
    let hash = SeededHash.mix(pair, seed: seed)
    guard marks.mayHold(hash) else { return Self.none }
    let mask = entries.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while true {
      let entry = entries.base[place]
      if entry.pair == pair { return entry.merge }
      if entry.pair == Self.none { return Self.none }
      place = (place + 1) & mask
    }
  }

  /// The token that a result of `merge` joins into.
  @inline(__always)
  static func joined(_ merge: UInt64) -> TokenID {
    TokenID(bitPattern: UInt32(truncatingIfNeeded: merge))
  }
}
