/// Whether two tokens of byte-pair encoding that stand side by side in a word stay two.
///
/// Merges happen in the order of their ranks, so the bytes of the left token and those of the right
/// one come together on their own, until a merge across the boundary comes first, if one ever does.
/// The pairs of neighbours that ever stand at the boundary are found by undoing the merges of both
/// sides from the last one back: each was there from the later of the merges that made its halves
/// until the earlier of those that use them up. That takes some table lookups, where encoding the
/// joined bytes takes microseconds.
///
/// Not `Sendable`: it remembers how tokens came about.
final class PairRule {
  /// How a token comes about from its bytes.
  private enum Origin {
    case notKnown
    case byte
    /// By a last merge of two others, with a rank above those of all merges before it.
    case merge(left: TokenID, right: TokenID, rank: Int)
    /// Its bytes give other tokens, or its merges do not follow in the order of their ranks.
    case irregular

    /// The rank of the last merge, and -1 for a byte; `nil` where it cannot be told.
    var rank: Int? {
      switch self {
      case .byte: -1
      case .merge(_, _, let rank): rank
      case .notKnown, .irregular: nil
      }
    }
  }

  private let tables: EncodingTables
  private var origins: [Origin]

  /// A longer token counts as irregular.
  private static let longest = 64

  /// The rule of a tokenizer's merges.
  init(_ tables: EncodingTables) {
    self.tables = tables
    origins = [Origin](repeating: .notKnown, count: tables.vocabulary.count)
  }

  /// Whether no merge joins what belongs to `left` with what belongs to `right`; `nil` where this way
  /// of finding out does not hold for them.
  func staysApart(_ left: TokenID, _ right: TokenID) -> Bool? {
    var (before, after) = (left, right)
    var (beforeIsUsed, afterIsUsed) = (Int.max, Int.max)
    while true {
      let beforeOrigin = origin(of: before)
      let afterOrigin = origin(of: after)
      guard let beforeRank = beforeOrigin.rank, let afterRank = afterOrigin.rank else { return nil }
      let merge = tables.merges.merge(before, after)
      // Of merges with one rank the leftmost is made first.
      if merge != MergeTable.none, Int(merge >> 32) < beforeIsUsed, Int(merge >> 32) <= afterIsUsed
      {
        return false
      }
      if beforeRank > afterRank, case .merge(_, let half, let rank) = beforeOrigin {
        (before, beforeIsUsed) = (half, rank)
      } else if case .merge(let half, _, let rank) = afterOrigin {
        (after, afterIsUsed) = (half, rank)
      } else {
        return true
      }
    }
  }

  private func origin(of id: TokenID) -> Origin {
    if case .notKnown = origins[Int(id)] { origins[Int(id)] = found(id) }
    return origins[Int(id)]
  }

  private func found(_ id: TokenID) -> Origin {
    let bytes = tables.vocabulary.bytes(of: id)
    guard !bytes.isEmpty, bytes.count <= Self.longest else { return .irregular }
    var ids = bytes.map { tables.vocabulary.byteTokens[Int($0)] }
    guard !ids.contains(where: { $0 < 0 }) else { return .irregular }
    if ids == [id] { return .byte }
    var last: (left: TokenID, right: TokenID, rank: Int)?
    while ids.count > 1 {
      var (best, place) = (MergeTable.none, 0)
      for index in 0..<ids.count - 1 {
        let merge = tables.merges.merge(ids[index], ids[index + 1])
        if merge < best { (best, place) = (merge, index) }
      }
      let rank = Int(best >> 32)
      guard best != MergeTable.none, last.map({ $0.rank <= rank }) ?? true else {
        return .irregular
      }
      last = (ids[place], ids[place + 1], rank)
      ids.replaceSubrange(place...place + 1, with: [MergeTable.joined(best)])
    }
    guard ids == [id], let last else { return .irregular }
    return .merge(left: last.left, right: last.right, rank: last.rank)
  }
}
