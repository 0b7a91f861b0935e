/// Joins the tokens of a short word, the pair of the smallest rank first.
///
/// The ranks lie side by side, each above its place, so that the smallest one is found some at a time
/// and without a branch: where it is no one can foretell.
final class ShortWordMerger {
  /// Tokens up to which a word counts as short; a place has to fit in ``placeBits``.
  static let limit = 96
  private static let placeBits: Int32 = 7
  /// The rank of a pair that stays apart.
  private static let apart = Int32.max
  private static let lanes = 8
  /// No place.
  private static let none = UInt8.max

  private let vectors = UnsafeMutablePointer<SIMD8<Int32>>.allocate(capacity: limit / lanes)
  /// The same, one by one: for the pair that begins at a place its rank above the place.
  private let keys: UnsafeMutablePointer<Int32>
  /// What the pair that begins at a place is joined into.
  private let joined = UnsafeMutablePointer<TokenID>.allocate(capacity: limit)
  private let sought = UnsafeMutablePointer<MergeTable.Sought>.allocate(capacity: limit)
  /// The places of the tokens beside each that is still there.
  private let next = UnsafeMutablePointer<UInt8>.allocate(capacity: limit)
  private let previous = UnsafeMutablePointer<UInt8>.allocate(capacity: limit)

  /// Memory for one word at a time.
  init() {
    keys = UnsafeMutableRawPointer(vectors).assumingMemoryBound(to: Int32.self)
  }

  deinit {
    vectors.deallocate()
    joined.deallocate()
    sought.deallocate()
    next.deallocate()
    previous.deallocate()
  }

  /// Joins the first `count`, 1 to ``limit``, of `ids`.
  ///
  /// - Returns: how many tokens are left; they are the first.
  @inline(__always)
  func join(_ ids: UnsafeMutablePointer<TokenID>, _ count: Int, _ merges: MergeTable) -> Int {
    let filled = (count + Self.lanes - 2) / Self.lanes
    for vector in 0..<filled { vectors[vector] = SIMD8(repeating: Self.apart) }
    for place in 0..<count {
      next[place] = UInt8(truncatingIfNeeded: place + 1)
      previous[place] = UInt8(truncatingIfNeeded: place - 1)
    }
    next[count - 1] = Self.none
    for place in 0..<count - 1 { sought[place] = merges.expect(ids[place], ids[place + 1]) }
    for place in 0..<count - 1 { set(place, merges.merge(sought[place])) }
    var left = count
    while left > 1, let place = smallest(of: filled) {
      let right = Int(next[place])
      ids[place] = joined[place]
      left -= 1
      let after = next[right]
      next[place] = after
      if right < count - 1 { keys[right] = Self.apart }
      let before = previous[place]
      let beside = merges.expect(ids[Int(before == Self.none ? 0 : before)], ids[place])
      if after != Self.none {
        previous[Int(after)] = UInt8(truncatingIfNeeded: place)
        set(place, merges.merge(ids[place], ids[Int(after)]))
      } else {
        keys[place] = Self.apart
      }
      if before != Self.none { set(Int(before), merges.merge(beside)) }
    }
    var place = 0
    for index in 0..<left {
      ids[index] = ids[place]
      place = Int(next[place])
    }
    return left
  }

  @inline(__always)
  private func set(_ place: Int, _ merge: UInt64) {
    let rank = Int32(truncatingIfNeeded: merge >> 32)
    let found = rank << Self.placeBits | Int32(truncatingIfNeeded: place)
    keys[place] = merge == MergeTable.none ? Self.apart : found
    joined[place] = MergeTable.joined(merge)
  }

  /// The place of the pair with the smallest rank, the first of those that are equal.
  @inline(__always)
  private func smallest(of filled: Int) -> Int? {
    var best = vectors[0]
    for vector in 1..<max(filled, 1) {
      let other = vectors[vector]
      best.replace(with: other, where: other .< best)
    }
    let four = best.lowHalf.replacing(with: best.highHalf, where: best.highHalf .< best.lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .< four.lowHalf)
    let found = min(two[0], two[1])
    return found == Self.apart ? nil : Int(found & (1 << Self.placeBits - 1))
  }
}
