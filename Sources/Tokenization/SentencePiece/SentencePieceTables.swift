/// The tables of a SentencePiece model that encoding reads; immutable.
struct SentencePieceTables: Sendable {
  /// How stretches between cuts are cut into pieces.
  enum Search: Sendable {
    case bytePair(ScoredPieceTable)
    case unigram(PieceTrie)
  }

  let pieces: SentencePieces
  private(set) var normalizer: PieceNormalizer
  let rules: SegmentRules
  /// User-defined pieces, as they stand in a normalised text.
  let wholes: WholeMatcher
  private let neighbours: WholeNeighbours
  let search: Search

  /// Builds the tables from what a file gave, after checking it.
  init(_ parts: SentencePieceParts) throws(VocabularyFault) {
    pieces = try SentencePieces(parts)
    let map = try CharacterMap(parts.characterMap, key: parts.names.characterMap)
    let compiled = try map?.rules(key: parts.names.characterMap) ?? CharacterMap.Rules()
    normalizer = PieceNormalizer(pieces, spacing: parts.spacing, map: map, rules: compiled)
    rules = SegmentRules(pieces, map: map, rules: compiled, spacing: parts.spacing)
    hasSpace = pieces.haveSpace()
    tellsTokensApart =
      pieces.byteTokens != nil && !pieces.kinds.all.contains(UInt8(TokenKind.unused.rawValue))
    wholes = WholeMatcher(pieces.userDefined, in: pieces.written)
    neighbours = WholeNeighbours(pieces, escapesSpaces: parts.spacing.escapesSpaces)
    switch parts.algorithm {
    case .bytePair: search = .bytePair(ScoredPieceTable(pieces))
    case .unigram: search = .unigram(PieceTrie(pieces))
    }
  }

  /// Whether some piece says a space alone.
  let hasSpace: Bool
  /// Whether each token stands for itself: unused pieces fall apart into others, and characters that
  /// are unknown join.
  let tellsTokensApart: Bool

  /// Whether a user-defined piece may lie over the place between two tokens.
  func mayStandTogether(_ left: TokenID, _ right: TokenID) -> Bool {
    neighbours.contains(pieces.written.bytes(of: Int(left)), pieces.written.bytes(of: Int(right)))
  }

  /// The same for texts in which the space before them is written. Where texts can be cut does not
  /// depend on it.
  func withoutAddedSpace() -> SentencePieceTables {
    var tables = self
    tables.normalizer.spacing.addsSpace = false
    return tables
  }
}
