/// Byte-pair encoding by scores, as SentencePiece does it: of all neighbours that make a piece, the
/// two whose piece has the highest score are joined, the leftmost first, until none make one.
///
/// Paper: Kudo, Richardson 2018, "SentencePiece", section 3; Sennrich, Haddow, Birch 2016.
///
/// Short stretches are searched for the best pair again and again; long ones keep their pairs in a
/// heap, so that n characters cost O(n log n).
struct ScoredMerger {
  /// Characters up to which a stretch counts as short.
  static let shortLimit = 48

  /// A run of characters of the stretch.
  private struct Symbol {
    /// The hash of its bytes; `frozen` where it joins nothing.
    var hash: UInt64
    /// Its bytes; 0 where it was joined to the one before it.
    var length: Int
    /// The piece; -1 where it is none.
    var id: TokenID
  }

  /// The parts of which an unused piece was joined; it is the same wherever that happens, since
  /// the order of joins within a piece does not depend on what is around it.
  private struct Parts {
    var left: TokenID
    var right: TokenID
    var leftLength: Int
  }

  /// No hash, as these are below 2⁶¹.
  private static let frozen = UInt64.max

  private let pieces: SentencePieces
  private let table: ScoredPieceTable
  private let frozenPieces: WholeMatcher
  private var symbols: [Symbol] = []
  private var ranks: [UInt32] = []
  private var joined: [TokenID] = []
  private var unusedParts: [TokenID: Parts] = [:]
  private let hasUnused: Bool

  /// A merger over the tables of a vocabulary.
  init(_ tables: SentencePieceTables, _ table: ScoredPieceTable) {
    pieces = tables.pieces
    self.table = table
    frozenPieces = tables.wholes
    hasUnused = pieces.kinds.all.contains(UInt8(TokenKind.unused.rawValue))
  }

  /// Cuts a normalised stretch into pieces, which are appended to `found`.
  mutating func encode(_ text: UnsafeBufferPointer<UInt8>, into found: inout [FoundPiece]) {
    split(text)
    if symbols.count <= Self.shortLimit { joinShort() } else { joinLong() }
    for symbol in symbols where symbol.length > 0 {
      if hasUnused, symbol.id >= 0, isUnused(symbol.id) {
        resegment(symbol, into: &found)
      } else {
        found.append(FoundPiece(id: symbol.id, length: symbol.length))
      }
    }
  }

  /// The characters of the text, and its user-defined pieces.
  @inline(__always)
  private mutating func split(_ text: UnsafeBufferPointer<UInt8>) {
    symbols.removeAll(keepingCapacity: true)
    guard let base = text.baseAddress else { return }
    var position = 0
    while position < text.count {
      if frozenPieces.longest > 0,
        let found = frozenPieces.firstMatch(
          startingIn: position..<position + 1, of: base, count: text.count,
          pieces: pieces.written)
      {
        let length = found.end - found.start
        symbols.append(Symbol(hash: Self.frozen, length: length, id: found.id))
        position += length
        continue
      }
      let length =
        base[position] < 0x80
        ? 1 : UTF8Sequence.scalar(in: base, at: position, end: text.count)?.length ?? 1
      let hash = table.hashing.hash(base + position, count: length)
      symbols.append(Symbol(hash: hash, length: length, id: table.find(hash).id))
      position += length
    }
  }

  /// The piece that two neighbours make.
  @inline(__always)
  private func pair(_ left: Symbol, _ right: Symbol) -> (rank: UInt32, id: TokenID) {
    guard left.hash != Self.frozen, right.hash != Self.frozen,
      left.length + right.length <= table.hashing.longest
    else { return (.max, -1) }
    let entry = table.find(table.hashing.joined(left.hash, right.hash, count: right.length))
    return (entry.rank, entry.id)
  }

  @inline(__always)
  private func merged(_ left: Symbol, _ right: Symbol, _ id: TokenID) -> Symbol {
    Symbol(
      hash: table.hashing.joined(left.hash, right.hash, count: right.length),
      length: left.length + right.length, id: id)
  }

  private mutating func joinShort() {
    var count = symbols.count
    guard count > 1 else { return }
    if ranks.count < count {
      ranks = [UInt32](repeating: .max, count: Self.shortLimit)
      joined = [TokenID](repeating: -1, count: Self.shortLimit)
    }
    for place in 0..<(count - 1) {
      (ranks[place], joined[place]) = pair(symbols[place], symbols[place + 1])
    }
    while count > 1 {
      var best = ranks[0]
      var place = 0
      for index in 1..<max(count - 1, 1) where ranks[index] < best {
        best = ranks[index]
        place = index
      }
      guard best != .max else { break }
      let id = joined[place]
      if hasUnused, isUnused(id) { remember(id, symbols[place], symbols[place + 1]) }
      symbols[place] = merged(symbols[place], symbols[place + 1], id)
      count -= 1
      for index in (place + 1)..<max(count, place + 1) { symbols[index] = symbols[index + 1] }
      for index in place..<max(count - 1, place) {
        ranks[index] = ranks[index + 1]
        joined[index] = joined[index + 1]
      }
      if place < count - 1 {
        (ranks[place], joined[place]) = pair(symbols[place], symbols[place + 1])
      }
      if place > 0 {
        (ranks[place - 1], joined[place - 1]) = pair(symbols[place - 1], symbols[place])
      }
    }
    symbols.removeLast(symbols.count - count)
  }

  /// The queue may hold pairs of which one has changed: they are recognised by their length.
  private mutating func joinLong() {
    let count = symbols.count
    var next = (1...count).map { Int32(truncatingIfNeeded: $0) }
    var previous = (-1..<count - 1).map { Int32(truncatingIfNeeded: $0) }
    var queue = PairQueue()
    for place in 0..<(count - 1) {
      queue.collect(
        rank: pair(symbols[place], symbols[place + 1]).rank, place: place,
        length: symbols[place].length + symbols[place + 1].length)
    }
    queue.order()
    while let top = queue.popFirst() {
      let left = top.place
      let right = Int(next[left])
      guard symbols[left].length > 0, right < count,
        symbols[left].length + symbols[right].length == top.length
      else { continue }
      let (rank, id) = pair(symbols[left], symbols[right])
      guard rank == top.rank else { continue }
      if hasUnused, isUnused(id) { remember(id, symbols[left], symbols[right]) }
      symbols[left] = merged(symbols[left], symbols[right], id)
      symbols[right].length = 0
      let after = Int(next[right])
      next[left] = Int32(truncatingIfNeeded: after)
      if after < count {
        previous[after] = Int32(truncatingIfNeeded: left)
        queue.insert(
          rank: pair(symbols[left], symbols[after]).rank, place: left,
          length: symbols[left].length + symbols[after].length)
      }
      let before = Int(previous[left])
      if before >= 0 {
        queue.insert(
          rank: pair(symbols[before], symbols[left]).rank, place: before,
          length: symbols[before].length + symbols[left].length)
      }
    }
  }

  private func isUnused(_ id: TokenID) -> Bool {
    pieces.kinds[Int(id)] == UInt8(TokenKind.unused.rawValue)
  }

  private mutating func remember(_ id: TokenID, _ left: Symbol, _ right: Symbol) {
    unusedParts[id] = Parts(left: left.id, right: right.id, leftLength: left.length)
  }

  /// Appends the parts of an unused piece, and their parts, where these are unused too.
  private func resegment(_ symbol: Symbol, into found: inout [FoundPiece]) {
    var stack = [FoundPiece(id: symbol.id, length: symbol.length)]
    while let piece = stack.popLast() {
      guard piece.id >= 0, isUnused(piece.id), let parts = unusedParts[piece.id] else {
        found.append(piece)
        continue
      }
      stack.append(FoundPiece(id: parts.right, length: piece.length - parts.leftLength))
      stack.append(FoundPiece(id: parts.left, length: parts.leftLength))
    }
  }
}
