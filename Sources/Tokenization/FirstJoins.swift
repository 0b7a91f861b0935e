/// Which bytes of a character can be joined before anything else is looked at.
///
/// Joins are made by rank, over the whole word. But a pair of neighbours is joined whatever else the
/// word holds, and may be joined at once, when
///
/// - each join that would use up the left one, as the right half of a pair, has a larger rank,
/// - so has each that would use up the right one, as the left half,
/// - and so has each that could use what they make: nothing then comes earlier because of it.
///
/// The halves of the first two are known by the bytes around the pair: a token before it ends in the
/// byte before, and one after it begins with the byte after. In texts of most alphabets this joins
/// nearly all bytes to characters in one pass.
struct FirstJoins: Sendable {
  /// No byte: where a word begins or ends.
  private static let none = 256
  /// The smallest rank of the joins of a token that ends in a byte, or of none, with a single byte:
  /// `[right, ending of left]`.
  private let before: FrozenArray<UInt32>
  /// The smallest rank of the joins of a single byte with a token that begins with a byte, or with
  /// none: `[left, beginning of right]`.
  private let after: FrozenArray<UInt32>
  /// The smallest rank of the joins that a token is the right half of: `[vocabulary]`.
  private let asRight: FrozenArray<UInt32>
  /// The smallest rank of the joins that use a token: `[vocabulary]`.
  private let uses: FrozenArray<UInt32>

  /// The joins of a list of merges.
  init(_ merges: [MergeTable.Merge], vocabulary: Vocabulary) {
    var before = [UInt32](repeating: .max, count: 256 * (Self.none + 1))
    var after = before
    var asRight = [UInt32](repeating: .max, count: vocabulary.count)
    var uses = asRight
    for (rank, merge) in merges.enumerated() {
      let rank = UInt32(truncatingIfNeeded: rank)
      let left = vocabulary.pieces.bytes(of: Int(merge.left))
      let right = vocabulary.pieces.bytes(of: Int(merge.right))
      guard let ending = left.last, let beginning = right.first else { continue }
      if right.count == 1 {
        let place = Self.place(beginning, Int(ending))
        before[place] = min(before[place], rank)
      }
      if left.count == 1 {
        let place = Self.place(ending, Int(beginning))
        after[place] = min(after[place], rank)
      }
      asRight[Int(merge.right)] = min(asRight[Int(merge.right)], rank)
      for id in [merge.left, merge.right] { uses[Int(id)] = min(uses[Int(id)], rank) }
    }
    self.before = FrozenArray(before)
    self.after = FrozenArray(after)
    self.asRight = FrozenArray(asRight)
    self.uses = FrozenArray(uses)
  }

  @inline(__always)
  private static func place(_ byte: UInt8, _ neighbour: Int) -> Int {
    Int(byte) * (none + 1) + neighbour
  }

  /// Joins what can be joined at once of the single bytes of a word, whose tokens are `ids`.
  ///
  /// - Returns: how many tokens are left.
  @inline(__always)
  func join(
    _ word: UnsafeBufferPointer<UInt8>, _ ids: UnsafeMutableBufferPointer<TokenID>,
    _ merges: MergeTable
  ) -> Int {
    var count = 0
    var index = 0
    while index < word.count {
      var token = ids[index]
      let lead = word[index]
      var next = index + 1
      if lead >= 0xC2 {
        var bound = before.base[Self.place(lead, index > 0 ? Int(word[index - 1]) : Self.none)]
        while next < word.count, word[next] & 0xC0 == 0x80 {
          let merge = merges.merge(token, ids[next])
          guard merge != MergeTable.none else { break }
          let rank = UInt32(truncatingIfNeeded: merge >> 32)
          let joined = MergeTable.joined(merge)
          let following = next + 1 < word.count ? Int(word[next + 1]) : Self.none
          guard rank < bound, rank < after.base[Self.place(word[next], following)],
            rank < uses.base[Int(joined)]
          else { break }
          token = joined
          bound = asRight.base[Int(joined)]
          next += 1
        }
      }
      ids[count] = token
      count += 1
      // What was not joined stays as single bytes.
      index = next
    }
    return count
  }
}
