/// Two neighbouring tokens as one number, ordered as pairs are: first by the left one.
enum TokenPair {
  /// The pair of two ids.
  @inline(__always)
  static func key(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The left id.
  static func left(_ key: UInt64) -> TokenID { TokenID(truncatingIfNeeded: key >> 32) }

  /// The right id.
  static func right(_ key: UInt64) -> TokenID { TokenID(truncatingIfNeeded: key & 0xFFFF_FFFF) }
}

/// A whole number for each pair of tokens, 0 for those never seen: an open-addressing table.
struct PairCounts {
  private struct Slot {
    var key: UInt64
    var count: Int
  }

  private static let vacant = UInt64.max
  private var slots = [Slot](repeating: Slot(key: vacant, count: 0), count: 1 << 12)
  private let seed = SeededHash.processSeed
  /// Number of pairs that were ever added to.
  private(set) var count = 0

  /// The number of a pair.
  subscript(key: UInt64) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: SeededHash.mix(key, seed: seed)) & mask
    while slots[place].key != Self.vacant {
      if slots[place].key == key { return slots[place].count }
      place = (place + 1) & mask
    }
    return 0
  }

  /// Adds to the number of a pair; gives the sum.
  @inline(__always)
  @discardableResult
  mutating func add(_ amount: Int, to key: UInt64) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: SeededHash.mix(key, seed: seed)) & mask
    while slots[place].key != Self.vacant {
      if slots[place].key == key {
        slots[place].count += amount
        return slots[place].count
      }
      place = (place + 1) & mask
    }
    slots[place] = Slot(key: key, count: amount)
    count += 1
    if count * 2 > slots.count { grow() }
    return amount
  }

  @inline(never)
  private mutating func grow() {
    var larger = [Slot](repeating: Slot(key: Self.vacant, count: 0), count: slots.count * 2)
    let mask = larger.count - 1
    for slot in slots where slot.key != Self.vacant {
      var place = Int(truncatingIfNeeded: SeededHash.mix(slot.key, seed: seed)) & mask
      while larger[place].key != Self.vacant { place = (place + 1) & mask }
      larger[place] = slot
    }
    slots = larger
  }
}
