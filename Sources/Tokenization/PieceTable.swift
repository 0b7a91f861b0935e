import Foundation

/// Finds the vocabulary entry with given bytes: an open-addressing table over bytes that lie in
/// the vocabulary itself.
struct PieceTable: Sendable {
  /// Places in the table, each the high half of the hash above the id, or `vacant`.
  private var slots: [UInt64]
  private let seed = SeededHash.processSeed
  private static let vacant = UInt64.max

  /// An empty table with room for `capacity` entries.
  init(capacity: Int) {
    slots = [UInt64](repeating: Self.vacant, count: Self.placeCount(for: capacity))
  }

  /// A power of two at least twice `capacity`, so that a search is short and always ends.
  static func placeCount(for capacity: Int) -> Int {
    var places = 16
    while places < capacity * 2 { places *= 2 }
    return places
  }

  /// Adds entry `id` of `pieces`, unless an entry with the same bytes is there: its id is then the
  /// result. No more entries than the capacity may be added.
  mutating func insert(_ id: TokenID, of pieces: PieceBytes) -> TokenID? {
    let bytes = pieces.bytes(of: Int(id))
    let (found, place, tag) = probe(bytes, in: pieces)
    if let found { return found }
    slots[place] = tag | UInt64(UInt32(bitPattern: id))
    return nil
  }

  /// The entry of `pieces` that has these bytes.
  func find(_ bytes: UnsafeBufferPointer<UInt8>, in pieces: PieceBytes) -> TokenID? {
    probe(bytes, in: pieces).found
  }

  /// The ids of the entries that are found, ascending.
  var ids: [TokenID] {
    slots.filter { $0 != Self.vacant }
      .map { TokenID(bitPattern: UInt32(truncatingIfNeeded: $0)) }.sorted()
  }

  private func probe(
    _ bytes: UnsafeBufferPointer<UInt8>, in pieces: PieceBytes
  ) -> (found: TokenID?, place: Int, tag: UInt64) {
    guard let base = bytes.baseAddress else { return (nil, 0, 0) }
    let hash = SeededHash.hash(base, count: bytes.count, seed: seed)
    let tag = hash & 0xFFFF_FFFF_0000_0000
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place] != Self.vacant {
      let slot = slots[place]
      if slot & 0xFFFF_FFFF_0000_0000 == tag {
        let id = TokenID(bitPattern: UInt32(truncatingIfNeeded: slot))
        if pieces.equals(Int(id), bytes) { return (id, place, tag) }
      }
      place = (place + 1) & mask
    }
    return (nil, place, tag)
  }
}

/// The bytes of all vocabulary entries, one after the other.
struct PieceBytes: Sendable {
  /// All bytes, in order of id.
  let bytes: FrozenArray<UInt8>
  /// Where entry `id` begins; one more than there are entries.
  let starts: FrozenArray<UInt32>

  /// Number of entries.
  var count: Int { starts.count - 1 }

  /// Number of bytes of entry `id`, which must be in range.
  @inline(__always)
  func length(of id: Int) -> Int { Int(starts[id + 1] - starts[id]) }

  /// The bytes of entry `id`, which must be in range; valid while the vocabulary lives.
  @inline(__always)
  func bytes(of id: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: bytes.base + Int(starts[id]), count: length(of: id))
  }

  /// Whether entry `id` has exactly these bytes.
  func equals(_ id: Int, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
    let own = bytes(of: id)
    guard own.count == other.count else { return false }
    guard let left = own.baseAddress, let right = other.baseAddress else { return true }
    return memcmp(left, right, own.count) == 0
  }
}
