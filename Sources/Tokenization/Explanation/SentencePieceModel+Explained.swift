extension SentencePieceModel: ExplainedModel {
  /// How many ways to cut a word are told.
  private static let ways = 3

  func stretches(
    of text: UnsafeBufferPointer<UInt8>, from: Int, to end: Int
  ) -> [ExplainedStretch] {
    guard let base = text.baseAddress else { return [] }
    var cursor = StretchCursor(
      text: base, count: text.count, from: from, tables: tables, matcher: specials, names: names)
    var stretches: [ExplainedStretch] = []
    while cursor.position < end, let item = cursor.next() {
      switch item {
      case .special(_, let range):
        stretches.append(ExplainedStretch(range: range, isWhole: true))
      case .segment(let range, _):
        stretches.append(ExplainedStretch(range: range, isWhole: false))
      }
    }
    return stretches
  }

  func reasons(of word: [UInt8], isFirst: Bool) -> WordReasons? {
    guard !word.isEmpty, word.count <= MergeTrace.longestWord else { return nil }
    let normalized = NormalizedText()
    word.withUnsafeBufferPointer { word in
      guard let base = word.baseAddress else { return }
      tables.normalizer.normalize(
        base, 0..<word.count, PieceNormalizer.Place(isFirst: isFirst, isLast: false),
        into: normalized)
    }
    switch tables.search {
    case .bytePair(let table):
      return trace(written: Array(normalized.bytes), table).map { .merges($0) }
    case .unigram(let trie):
      let best = segmentations(Array(normalized.bytes), trie)
      return best.isEmpty ? nil : .segmentations(best)
    }
  }

  func trace(of id: TokenID) -> MergeTrace? {
    guard case .bytePair(let table) = tables.search else { return nil }
    let escapes = tables.normalizer.spacing.escapesSpaces
    let written = vocabulary.bytes(of: id).flatMap { byte in
      byte == 0x20 && escapes ? SentencePieces.escapedSpace : [byte]
    }
    return trace(written: written, table)
  }

  /// Merges of written text, from its characters on; the rank of a merge is the place of its piece's
  /// score among all scores.
  private func trace(written: [UInt8], _ table: ScoredPieceTable) -> MergeTrace? {
    guard written.count <= MergeTrace.longestWord else { return nil }
    func find(_ bytes: some Collection<UInt8>) -> ScoredPieceTable.Entry {
      guard bytes.count <= tables.pieces.longest else { return ScoredPieceTable.nothing }
      return Array(bytes).withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return ScoredPieceTable.nothing }
        return table.find(table.hashing.hash(base, count: bytes.count))
      }
    }
    var leaves: [(id: TokenID, start: Int)] = []
    var position = 0
    while position < written.count {
      let length = written.withUnsafeBufferPointer { bytes in
        bytes.baseAddress.flatMap {
          UTF8Sequence.scalar(in: $0, at: position, end: bytes.count)?.length
        } ?? 1
      }
      let id = find(written[position..<position + length]).id
      guard id >= 0 else { return nil }
      leaves.append((id, position))
      position += length
    }
    return MergeTrace(leaves) { left, right in
      let bytes =
        Array(tables.pieces.written.bytes(of: Int(left)))
        + Array(tables.pieces.written.bytes(of: Int(right)))
      let entry = find(bytes)
      return entry.id >= 0 ? (Int(entry.rank), entry.id) : nil
    }
  }

  private func segmentations(_ written: [UInt8], _ trie: PieceTrie) -> [Segmentation] {
    // A character that is no piece scores as when encoding (`BestPath`).
    let normal = UInt8(TokenKind.normal.rawValue)
    let lowest = (0..<vocabulary.count).reduce(Float.greatestFiniteMagnitude) { lowest, id in
      tables.pieces.kinds[id] == normal ? min(lowest, tables.pieces.scores[id]) : lowest
    }
    return BestSegmentations.best(written.count, limit: Self.ways) { start in
      var found: [(id: TokenID, length: Int, score: Double)] = []
      for (id, length) in trie.matches(written, from: start) {
        let own = tables.pieces.kinds[Int(id)] == UInt8(TokenKind.userDefined.rawValue)
        let score = own ? 0.1 * Double(length - 1) : Double(tables.pieces.scores[Int(id)])
        found.append((id, length, score))
      }
      let length = written.withUnsafeBufferPointer { bytes in
        bytes.baseAddress.flatMap {
          UTF8Sequence.scalar(in: $0, at: start, end: bytes.count)?.length
        } ?? 1
      }
      if !found.contains(where: { $0.length == length }) {
        found.append((-1, length, Double(lowest) - 10))
      }
      return found
    }
  }
}
