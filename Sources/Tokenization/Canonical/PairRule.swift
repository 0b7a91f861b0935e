/// What pairs of tokens join to, and in which order.
protocol PairJoins {
  /// What two neighbours join to, and its rank: lower ones come first.
  func join(_ left: TokenID, _ right: TokenID) -> (id: TokenID, rank: Int)?

  /// What the bytes of a token are before anything is joined; `nil` where a token does not come about
  /// so.
  func parts(of id: TokenID) -> [TokenID]?

  /// Whether nothing but joins matters where these two meet.
  func matters(_ left: TokenID, _ right: TokenID) -> Bool

  /// Whether a token cannot stay as it is when a character follows it, whatever comes then.
  func isUndone(_ id: TokenID, by character: [UInt8]) -> Bool

  /// The characters that can do so.
  var undoing: Set<[UInt8]> { get }
}

extension PairJoins {
  func matters(_ left: TokenID, _ right: TokenID) -> Bool { true }
  func isUndone(_ id: TokenID, by character: [UInt8]) -> Bool { false }
  var undoing: Set<[UInt8]> { [] }
}

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

  private let joins: any PairJoins
  private var origins: [Origin]
  /// Whether it holds for any two tokens, and not only for those of one word.
  let holdsAnywhere: Bool

  /// The rule for a vocabulary of so many tokens.
  init(_ joins: any PairJoins, count: Int, holdsAnywhere: Bool) {
    self.joins = joins
    self.holdsAnywhere = holdsAnywhere
    origins = [Origin](repeating: .notKnown, count: count)
  }

  /// Whether a token cannot stay as it is when a character follows it, whatever comes then.
  func isUndone(_ id: TokenID, by character: [UInt8]) -> Bool {
    joins.isUndone(id, by: character)
  }

  /// The characters that can do so.
  var undoing: Set<[UInt8]> { joins.undoing }

  /// Whether no merge joins what belongs to `left` with what belongs to `right`; `nil` where this way
  /// of finding out does not hold for them.
  func staysApart(_ left: TokenID, _ right: TokenID) -> Bool? {
    guard joins.matters(left, right) else { return nil }
    var (before, after) = (left, right)
    var (beforeIsUsed, afterIsUsed) = (Int.max, Int.max)
    while true {
      let beforeOrigin = origin(of: before)
      let afterOrigin = origin(of: after)
      guard let beforeRank = beforeOrigin.rank, let afterRank = afterOrigin.rank else { return nil }
      // Of joins with one rank the leftmost is made first.
      if let join = joins.join(before, after), join.rank < beforeIsUsed, join.rank <= afterIsUsed {
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
    guard var ids = joins.parts(of: id) else { return .irregular }
    if ids == [id] { return .byte }
    var last: (left: TokenID, right: TokenID, rank: Int)?
    while ids.count > 1 {
      var best: (id: TokenID, rank: Int)?
      var place = 0
      for index in 0..<ids.count - 1 {
        guard let join = joins.join(ids[index], ids[index + 1]), join.rank < best?.rank ?? .max
        else { continue }
        (best, place) = (join, index)
      }
      guard let best, last.map({ $0.rank <= best.rank }) ?? true else { return .irregular }
      last = (ids[place], ids[place + 1], best.rank)
      ids.replaceSubrange(place...place + 1, with: [best.id])
    }
    guard ids == [id], let last else { return .irregular }
    return .merge(left: last.left, right: last.right, rank: last.rank)
  }
}

/// Byte-level BPE: bytes, and merges in the order of their list.
struct MergeJoins: PairJoins {
  let tables: EncodingTables

  /// A longer token is left out.
  private static let longest = 64

  func join(_ left: TokenID, _ right: TokenID) -> (id: TokenID, rank: Int)? {
    let merge = tables.merges.merge(left, right)
    return merge == MergeTable.none ? nil : (MergeTable.joined(merge), Int(merge >> 32))
  }

  func parts(of id: TokenID) -> [TokenID]? {
    let bytes = tables.vocabulary.bytes(of: id)
    guard !bytes.isEmpty, bytes.count <= Self.longest else { return nil }
    let ids = bytes.map { tables.vocabulary.byteTokens[Int($0)] }
    return ids.contains { $0 < 0 } ? nil : ids
  }
}

/// SentencePiece's BPE: characters, and any two neighbours that make a piece, by its score.
struct ScoredJoins: PairJoins {
  let tables: SentencePieceTables
  let table: ScoredPieceTable

  /// A longer token is left out.
  private static let longest = 64

  private func bytes(of id: TokenID) -> UnsafeBufferPointer<UInt8> {
    tables.pieces.written.bytes(of: Int(id))
  }

  private func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64? {
    bytes.baseAddress.map { table.hashing.hash($0, count: bytes.count) }
  }

  func join(_ left: TokenID, _ right: TokenID) -> (id: TokenID, rank: Int)? {
    let (left, right) = (bytes(of: left), bytes(of: right))
    guard left.count + right.count <= table.hashing.longest, let before = hash(left),
      let after = hash(right)
    else { return nil }
    let entry = table.find(table.hashing.joined(before, after, count: right.count))
    return entry.id >= 0 ? (entry.id, Int(entry.rank)) : nil
  }

  func parts(of id: TokenID) -> [TokenID]? {
    let piece = bytes(of: id)
    guard tables.pieces.kinds[Int(id)] == UInt8(TokenKind.normal.rawValue),
      piece.count <= Self.longest, let base = piece.baseAddress,
      tables.wholes.firstMatch(
        startingIn: 0..<piece.count, of: base, count: piece.count, pieces: tables.pieces.written)
        == nil
    else { return nil }
    var ids: [TokenID] = []
    var position = 0
    while position < piece.count {
      guard let found = UTF8Sequence.scalar(in: base, at: position, end: piece.count) else {
        return nil
      }
      let part = table.find(table.hashing.hash(base + position, count: found.length)).id
      guard part >= 0 else { return nil }
      ids.append(part)
      position += found.length
    }
    return ids
  }

  func matters(_ left: TokenID, _ right: TokenID) -> Bool { !tables.mayStandTogether(left, right) }

  /// User-defined pieces are found before anything is joined, the longest at each place. So a token
  /// is undone when the character makes such a piece of it, or, if it is none itself, of its end.
  func isUndone(_ id: TokenID, by character: [UInt8]) -> Bool {
    let written =
      character == [UInt8(ascii: " ")] && tables.normalizer.spacing.escapesSpaces
      ? SentencePieces.escapedSpace : character
    let piece = Array(bytes(of: id))
    let kind = tables.pieces.kinds[Int(id)]
    guard SentencePieces.isText(kind) else { return false }
    let isWhole = kind == UInt8(TokenKind.userDefined.rawValue)
    return (isWhole ? 0..<1 : piece.indices).contains { start in
      (piece[start...] + written).withUnsafeBufferPointer { longer in
        tables.wholes.exact(longer, in: tables.pieces.written) != nil
      }
    }
  }

  var undoing: Set<[UInt8]> {
    var found: Set<[UInt8]> = []
    for id in tables.wholes.ids {
      SegmentRules.forEachScalar(bytes(of: id)) { before, scalar in
        guard before != nil, let character = Unicode.Scalar(scalar) else { return }
        let isSpace = scalar == SentencePieces.escapedSpaceScalar
        found.insert(isSpace ? [UInt8(ascii: " ")] : Array(String(character).utf8))
      }
    }
    return found
  }
}
