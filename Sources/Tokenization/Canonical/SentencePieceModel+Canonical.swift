extension SentencePieceModel {
  var spelling: Spelling {
    let spacing = tables.normalizer.spacing
    // Without a piece for the space alone, bytes would say what stands for one.
    guard tables.normalizer.map == nil, !spacing.removesExtraSpaces, tables.hasSpace else {
      return .changed
    }
    guard spacing.addsSpace else { return .same }
    guard !spacing.spaceIsSuffix else { return .changed }
    return .afterSpaces {
      SentencePieceModel(tables.withoutAddedSpace(), vocabulary: vocabulary)
    }
  }

  /// Neither joins nor scores read what follows, and user-defined pieces are found where they begin.
  var looksAhead: Bool { false }

  /// Joins are made by score, wherever they are, so two tokens stay two as long as no join goes over
  /// the place between them, and that depends on these two. Only the characters of a user-defined
  /// piece stand together over any number of tokens, and the bytes of a character that no piece says.
  func tail(of tokens: [TokenID]) -> Int {
    guard isLocal, tables.tellsTokensApart else { return tokens.count }
    var count = 1
    while count < tokens.count {
      let (left, right) = (tokens[tokens.count - count - 1], tokens[tokens.count - count])
      if isText(left), isText(right), !tables.mayStandTogether(left, right) { return count }
      count += 1
    }
    return tokens.count
  }

  func pairRule() -> PairRule? {
    guard case .bytePair(let table) = tables.search, tables.tellsTokensApart else { return nil }
    return PairRule(
      ScoredJoins(tables: tables, table: table), count: vocabulary.count, holdsAnywhere: true)
  }

  private func isText(_ id: TokenID) -> Bool { SentencePieces.isText(tables.pieces.kinds[Int(id)]) }
}

/// Which tokens may lie side by side in a user-defined piece.
struct WholeNeighbours: Sendable {
  private var pairs = PairSet()

  /// The neighbours in the user-defined pieces of a vocabulary.
  init(_ pieces: SentencePieces, escapesSpaces: Bool) {
    func written(_ scalar: UInt32) -> UInt32 {
      escapesSpaces && scalar == 0x20 ? SentencePieces.escapedSpaceScalar : scalar
    }
    for id in pieces.userDefined {
      SegmentRules.forEachScalar(pieces.written.bytes(of: Int(id))) { before, scalar in
        if let before { pairs.insert(written(before), written(scalar)) }
      }
    }
  }

  /// Whether some piece has the last character of `left` before the first of `right`.
  func contains(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard let leftBase = left.baseAddress, let rightBase = right.baseAddress,
      let before = UTF8Sequence.scalar(in: leftBase, before: left.count),
      let after = UTF8Sequence.scalar(in: rightBase, at: 0, end: right.count)
    else { return true }
    return pairs.contains(before.value, after.value)
  }
}
