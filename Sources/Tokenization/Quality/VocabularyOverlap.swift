/// What several vocabularies share: entries that say the same bytes. Special entries are left out,
/// and `▁` at the beginning counts as a space.
public struct VocabularyOverlap: Sendable, Hashable {
  /// Different texts that each vocabulary can say.
  public let sizes: [Int]
  /// For each pair, how many both have; symmetric, with `sizes` on its diagonal.
  public let shared: [[Int]]
  /// How many all of them have.
  public let core: Int

  /// Compares vocabularies.
  public init(_ vocabularies: [Vocabulary]) {
    let sets = vocabularies.map(Self.texts)
    sizes = sets.map(\.count)
    shared = sets.map { a in
      sets.map { b in a.count <= b.count ? Self.both(a, b) : Self.both(b, a) }
    }
    core =
      sets.first.map { first in
        first.reduce(0) { count, text in
          sets.dropFirst().allSatisfy { $0.contains(text) } ? count + 1 : count
        }
      } ?? 0
  }

  /// Of two vocabularies, what both have over what one of them has (Jaccard).
  public func similarity(_ a: Int, _ b: Int) -> Double {
    let either = sizes[a] + sizes[b] - shared[a][b]
    return either > 0 ? Double(shared[a][b]) / Double(either) : 1
  }

  private static func both(_ smaller: Set<[UInt8]>, _ larger: Set<[UInt8]>) -> Int {
    smaller.reduce(0) { larger.contains($1) ? $0 + 1 : $0 }
  }

  private static func texts(_ vocabulary: Vocabulary) -> Set<[UInt8]> {
    var texts = Set<[UInt8]>()
    texts.reserveCapacity(vocabulary.count)
    for id in 0..<TokenID(vocabulary.count) {
      switch vocabulary.kind(of: id) {
      case .normal, .byte, .userDefined:
        let bytes = vocabulary.bytes(of: id)
        guard !bytes.isEmpty else { continue }
        texts.insert(
          bytes.starts(with: PieceShape.spaceMark)
            ? [0x20] + bytes.dropFirst(PieceShape.spaceMark.count) : bytes)
      case .control, .unknown, .unused: break
      }
    }
    return texts
  }
}
