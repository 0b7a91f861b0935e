/// Where a text can be cut so that both sides are cut into pieces by themselves.
///
/// A piece is a run of characters. If no piece of the vocabulary holds two characters as
/// neighbours, then wherever these two meet in the normalised text no piece lies across, whatever
/// else the text holds: joining neighbours never joins over that place, since each join makes a
/// piece; and every way of the best sum has a boundary there. So the two sides do not know of each
/// other. What the normalised characters are must be known from the two characters of the text
/// alone, so these must be in no rule of normalisation with others at that side.
struct SegmentRules: Sendable {
  /// The first and the last character that a character of the text becomes; `never` where that
  /// depends on its neighbours.
  private struct Edges: BitwiseCopyable {
    var first: UInt32
    var last: UInt32
    /// What it is instead within a user-defined piece: itself; `never` where that is the same.
    var own = SegmentRules.never
  }

  /// Characters below this one, those of most alphabets, have their edges in a table.
  private static let firstRare: UInt32 = 0x3200

  /// No character: beside it nothing is known.
  private static let never = UInt32.max
  private static let space: UInt32 = 0x20
  /// Bytes around a cut that its rule may read.
  static let lookahead = 8

  private let pieces: PairSet
  /// Pairs of characters of the text over which a rule or a user-defined piece may lie.
  private let rules: PairSet
  private let map: CharacterMap?
  private let heads: Set<UInt32>
  private let tails: Set<UInt32>
  /// Characters of user-defined pieces, which stand for themselves where the piece is found.
  private let written: Set<UInt32>
  private let spacing: SentencePieceParts.Spacing
  /// Characters that are no piece: two of them make one unknown token.
  private let joinsUnknown: Bool
  private let known: Set<UInt32>
  /// For each two ASCII characters whether there is a cut between them: 128 rows of 128.
  private var ascii = FrozenArray<UInt8>([])
  private var commonEdges = FrozenArray<Edges>([])

  /// The rules of a vocabulary.
  init(
    _ pieces: SentencePieces, map: CharacterMap?, rules: CharacterMap.Rules,
    spacing: SentencePieceParts.Spacing
  ) {
    var inside = PairSet()
    var single = Set<UInt32>()
    for id in 0..<pieces.written.count where SentencePieces.isText(pieces.kinds[id]) {
      Self.forEachScalar(pieces.written.bytes(of: id)) { before, scalar in
        if let before { inside.insert(before, scalar) }
      }
      if let only = Self.onlyScalar(pieces.written.bytes(of: id)),
        pieces.kinds[id] != UInt8(TokenKind.unused.rawValue)
      {
        single.insert(only)
      }
    }
    var across = PairSet()
    for (before, after) in rules.pairs { across.insert(before, after) }
    var own = Set<UInt32>()
    if spacing.findsWholes(map: map) {
      for id in pieces.userDefined {
        Self.forEachScalar(pieces.written.bytes(of: Int(id))) { before, scalar in
          if let before { across.insert(before, scalar) }
          own.insert(scalar)
        }
      }
    }
    self.pieces = inside
    self.rules = across
    self.map = map
    self.spacing = spacing
    heads = rules.heads
    tails = rules.tails
    written = own
    known = single
    joinsUnknown = pieces.byteTokens == nil
    commonEdges = FrozenArray((0..<Self.firstRare).map { foundEdges($0) })
    var table = [UInt8](repeating: 0, count: 128 * 128)
    for before in 0..<UInt32(128) {
      for after in 0..<UInt32(128) where isCut(before, after) {
        table[Int(before << 7 | after)] = 1
      }
    }
    ascii = FrozenArray(table)
  }

  /// Gives the characters of some bytes, each with the one before it; `never` for bytes that are none.
  static func forEachScalar(
    _ bytes: UnsafeBufferPointer<UInt8>, _ body: (_ before: UInt32?, _ scalar: UInt32) -> Void
  ) {
    guard let base = bytes.baseAddress else { return }
    var before: UInt32?
    var position = 0
    while position < bytes.count {
      let found = UTF8Sequence.scalar(in: base, at: position, end: bytes.count)
      // Bytes that are no character are neighbours of none in a text.
      body(before, found?.value ?? never)
      before = found?.value ?? never
      position += found?.length ?? 1
    }
  }

  private static func onlyScalar(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
    guard let base = bytes.baseAddress, bytes.count <= 4,
      let found = UTF8Sequence.scalar(in: base, at: 0, end: bytes.count),
      found.length == bytes.count
    else { return nil }
    return found.value
  }

  /// What a character of the text becomes.
  @inline(__always)
  private func edges(_ scalar: UInt32) -> Edges {
    scalar < Self.firstRare ? commonEdges.base[Int(scalar)] : foundEdges(scalar)
  }

  private func foundEdges(_ scalar: UInt32) -> Edges {
    var edges = Edges(first: scalar, last: scalar)
    if let map {
      var bytes: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
      let length = UTF8Sequence.encode(scalar, into: &bytes)
      edges = withUnsafeBytes(of: bytes) { raw in
        raw.withMemoryRebound(to: UInt8.self) { buffer in
          guard let base = buffer.baseAddress, let match = map.longestMatch(base, count: length)
          else { return edges }
          guard match.consumed == length else { return Edges(first: Self.never, last: Self.never) }
          return Self.edges(of: match)
        }
      }
      if edges.first != scalar || edges.last != scalar, written.contains(scalar) {
        edges.own = scalar
      }
    }
    if edges.first == Self.space, spacing.escapesSpaces {
      edges.first = SentencePieces.escapedSpaceScalar
      edges.last = SentencePieces.escapedSpaceScalar
    }
    if heads.contains(scalar) { edges.first = Self.never }
    if tails.contains(scalar) { edges.last = Self.never }
    return edges
  }

  /// What a rule writes for one character: a single space or a text without spaces at its ends.
  private static func edges(of match: CharacterMap.Match) -> Edges {
    let nothing = Edges(first: never, last: never)
    guard match.count > 0,
      let first = UTF8Sequence.scalar(in: match.text, at: 0, end: match.count),
      let last = UTF8Sequence.scalar(in: match.text, before: match.count)
    else { return nothing }
    guard match.count == 1 || (first.value != space && last.value != space) else { return nothing }
    return Edges(first: first.value, last: last.value)
  }

  /// Whether there is a cut between two characters of the text.
  private func isCut(_ before: UInt32, _ after: UInt32) -> Bool {
    let (left, right) = (edges(before), edges(after))
    guard left.last != Self.never, right.first != Self.never, !rules.contains(before, after),
      areApart(left.last, right.first)
    else { return false }
    // Where one may stand for itself there has to be a cut in either case.
    return (left.own == Self.never || areApart(left.own, right.first))
      && (right.own == Self.never || areApart(left.last, right.own))
      && (left.own == Self.never || right.own == Self.never || areApart(left.own, right.own))
  }

  /// Whether no piece lies over these two characters of a normalised text, nor anything else.
  private func areApart(_ last: UInt32, _ first: UInt32) -> Bool {
    guard !pieces.contains(last, first) else { return false }
    if joinsUnknown, !known.contains(last), !known.contains(first) { return false }
    let blank = spacing.escapesSpaces ? SentencePieces.escapedSpaceScalar : Self.space
    return !(spacing.removesExtraSpaces && last == blank && first == blank)
  }

  /// The first cut after `position`, or `end`.
  ///
  /// - Parameter everywhere: whether all cuts are looked for; else, with rules of normalisation, only those
  ///   before ASCII, as it is quicker to encode what is between two of them than to look for others.
  @inline(__always)
  func nextCut(
    in text: UnsafePointer<UInt8>, after position: Int, end: Int, everywhere: Bool
  ) -> Int {
    let onlyASCII = map != nil && !everywhere
    var position = position
    var byte = text[position]
    while true {
      // From ASCII to ASCII.
      while byte < 0x80 {
        position += 1
        guard position < end else { return end }
        let next = text[position]
        guard next < 0x80 else { break }
        if ascii.base[Int(byte) << 7 | Int(next)] != 0 { return position }
        byte = next
      }
      if byte < 0x80 {
        if isCut(UInt32(byte), in: text, at: position, end: end, onlyASCII) { return position }
        byte = text[position]
        continue
      }
      let found = UTF8Sequence.scalar(in: text, at: position, end: end)
      position += found?.length ?? 1
      guard position < end else { return end }
      if let found, isCut(found.value, in: text, at: position, end: end, onlyASCII) {
        return position
      }
      byte = text[position]
    }
  }

  /// Whether there is a cut between a character and the one at `position`.
  @inline(never)
  private func isCut(
    _ before: UInt32, in text: UnsafePointer<UInt8>, at position: Int, end: Int, _ onlyASCII: Bool
  ) -> Bool {
    guard !onlyASCII || text[position] < 0x80,
      let after = UTF8Sequence.scalar(in: text, at: position, end: end)
    else { return false }
    return isCut(before, after.value)
  }

  /// Whether every text with these two characters around `position` is cut there.
  func isCertainCut(in text: UnsafePointer<UInt8>, at position: Int, end: Int) -> Bool {
    guard position > 0, position < end else { return true }
    guard let after = UTF8Sequence.scalar(in: text, at: position, end: end),
      let before = UTF8Sequence.scalar(in: text, before: position)
    else { return false }
    return isCut(before.value, after.value)
  }
}

/// A set of pairs of code points: an open-addressing table.
struct PairSet: Sendable {
  private static let vacant = UInt64.max
  private var slots = [UInt64](repeating: vacant, count: 64)
  private var count = 0
  private let seed = SeededHash.processSeed

  @inline(__always)
  private static func key(_ before: UInt32, _ after: UInt32) -> UInt64 {
    UInt64(before) << 32 | UInt64(after)
  }

  /// The place of a key, or the vacant one where it would be.
  @inline(__always)
  private func place(_ key: UInt64) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: SeededHash.mix(key, seed: seed)) & mask
    while slots[place] != key, slots[place] != Self.vacant { place = (place + 1) & mask }
    return place
  }

  /// Whether the pair is there.
  @inline(__always)
  func contains(_ before: UInt32, _ after: UInt32) -> Bool {
    let key = Self.key(before, after)
    return slots[place(key)] == key
  }

  /// Adds a pair.
  mutating func insert(_ before: UInt32, _ after: UInt32) {
    let key = Self.key(before, after)
    let free = place(key)
    guard slots[free] != key else { return }
    slots[free] = key
    count += 1
    guard count * 2 > slots.count else { return }
    let old = slots
    slots = [UInt64](repeating: Self.vacant, count: old.count * 2)
    for key in old where key != Self.vacant { slots[place(key)] = key }
  }
}
