/// The tables of a SentencePiece model that encoding reads; immutable.
struct SentencePieceTables: Sendable {
  /// How stretches between cuts are cut into pieces.
  enum Search: Sendable {
    case bytePair(ScoredPieceTable)
    case unigram(PieceTrie)
  }

  let pieces: SentencePieces
  let normalizer: PieceNormalizer
  let rules: SegmentRules
  let search: Search

  /// Builds the tables from what a file gave, after checking it.
  init(_ parts: SentencePieceParts) throws(VocabularyFault) {
    pieces = try SentencePieces(parts)
    let map = try CharacterMap(parts.characterMap, key: parts.names.characterMap)
    let compiled = try map?.rules(key: parts.names.characterMap) ?? CharacterMap.Rules()
    normalizer = PieceNormalizer(pieces, spacing: parts.spacing, map: map, rules: compiled)
    rules = SegmentRules(pieces, map: map, rules: compiled, spacing: parts.spacing)
    switch parts.algorithm {
    case .bytePair: search = .bytePair(ScoredPieceTable(pieces))
    case .unigram: search = .unigram(PieceTrie(pieces))
    }
  }
}
