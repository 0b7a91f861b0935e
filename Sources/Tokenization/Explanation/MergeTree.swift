/// How byte-pair encoding builds a piece: bytes at the leaves, a merge at each other node.
public indirect enum MergeTree: Sendable, Hashable {
  /// An entry that no merge makes.
  case leaf(TokenID)
  /// An entry made of two by the merge of this rank; smaller ranks are applied first.
  case merge(TokenID, rank: Int, left: MergeTree, right: MergeTree)

  /// The entry.
  public var id: TokenID {
    switch self {
    case .leaf(let id), .merge(let id, _, _, _): id
    }
  }

  /// The entries at the leaves, in order.
  public var leaves: [TokenID] {
    switch self {
    case .leaf(let id): [id]
    case .merge(_, _, let left, let right): left.leaves + right.leaves
    }
  }

  /// Levels of it; 1 for a leaf.
  public var depth: Int {
    switch self {
    case .leaf: 1
    case .merge(_, _, let left, let right): 1 + max(left.depth, right.depth)
    }
  }

  /// The nodes from the root down, the left before the right, each with its level, from 0.
  public var nodes: [(level: Int, node: MergeTree)] {
    switch self {
    case .leaf: [(0, self)]
    case .merge(_, _, let left, let right):
      [(0, self)] + (left.nodes + right.nodes).map { ($0.level + 1, $0.node) }
    }
  }
}

/// A merge while a word is encoded.
public struct MergeStep: Sendable, Hashable {
  /// The rank of the merge.
  public let rank: Int
  /// The two tokens, and what they became.
  public let left, right, joined: TokenID
  /// Where the joined token begins, in bytes of the word.
  public let start: Int
}

/// A word on its way from bytes to tokens, as the definition of byte-pair encoding reads: as long as
/// any two neighbours can be joined, the leftmost pair of the smallest rank is.
///
/// Paper: Sennrich, Haddow, Birch 2016, "Neural Machine Translation of Rare Words with Subword
/// Units". It takes time in proportion to the square of the word's length: for words that are looked
/// at, not for texts.
public struct MergeTrace: Sendable, Hashable {
  /// The merges, in order.
  public let steps: [MergeStep]
  /// What is left at the end, with how it was built.
  public let trees: [MergeTree]

  /// The longest word that is traced, in bytes.
  static let longestWord = 512

  /// Traces a word; `nil` when it is too long, or has bytes that the vocabulary has not.
  init?(_ word: some Collection<UInt8>, merges: MergeTable, byteTokens: FrozenArray<TokenID>) {
    guard word.count <= Self.longestWord else { return nil }
    var leaves: [(id: TokenID, start: Int)] = []
    for (offset, byte) in word.enumerated() {
      let id = byteTokens[Int(byte)]
      guard id >= 0 else { return nil }
      leaves.append((id, offset))
    }
    self.init(leaves) { left, right in
      let merge = merges.merge(left, right)
      return merge == MergeTable.none ? nil : (Int(merge >> 32), MergeTable.joined(merge))
    }
  }

  /// Traces merges from some entries on; `merge` gives the rank of joining two, and what they become.
  init(
    _ leaves: [(id: TokenID, start: Int)],
    merge: (TokenID, TokenID) -> (rank: Int, joined: TokenID)?
  ) {
    var parts = leaves.map { (tree: MergeTree.leaf($0.id), start: $0.start) }
    var steps: [MergeStep] = []
    while parts.count > 1 {
      var best: (rank: Int, joined: TokenID, place: Int)?
      for place in 0..<parts.count - 1 {
        guard let found = merge(parts[place].tree.id, parts[place + 1].tree.id),
          best.map({ found.rank < $0.rank }) ?? true
        else { continue }
        best = (found.rank, found.joined, place)
      }
      guard let (rank, joined, place) = best else { break }
      let (left, right) = (parts[place].tree, parts[place + 1].tree)
      steps.append(
        MergeStep(
          rank: rank, left: left.id, right: right.id, joined: joined, start: parts[place].start))
      parts[place].tree = .merge(joined, rank: rank, left: left, right: right)
      parts.remove(at: place + 1)
    }
    self.steps = steps
    trees = parts.map(\.tree)
  }
}
