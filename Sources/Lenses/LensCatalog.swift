/// All lenses, in the order in which they are listed.
public enum LensCatalog {
  /// The lenses.
  public static let all: [Lens] = [
    .surprisal, .entropy, .rank, .attention, .attentionHead, .attentionFrom, .logitLens,
    .predictionDepth, .next, .byteSurprisal, .byteBias, .promptBoundary, .byteTable,
  ]

  /// The lens of a name.
  ///
  /// - Throws: `LensFault.noSuchLens`, which lists the names there are.
  public static func lens(_ id: String) throws(LensFault) -> Lens {
    guard let lens = all.first(where: { $0.id == id }) else { throw .noSuchLens(id) }
    return lens
  }
}
