internal import ModelFiles

/// Entries with ranks, as `tiktoken` keeps them: two neighbours are joined when their bytes together
/// are an entry, that of the smallest rank first. Merges are not written down; they follow.
struct RankedEntries {
  private let path: String
  private var entries: [(bytes: [UInt8], rank: Int)] = []

  /// No entries yet, of the file at `path`.
  init(path: String) { self.path = path }

  /// Number of entries.
  var count: Int { entries.count }

  /// Leaves only the entries with a rank below `limit`.
  mutating func keep(below limit: Int) { entries.removeAll { $0.rank >= limit } }

  /// Adds an entry; `offset` is its place in the file.
  mutating func add(_ bytes: [UInt8], rank: Int, offset: Int) throws(FileFault) {
    guard !bytes.isEmpty, bytes.count <= Vocabulary.maximumTokenBytes else {
      throw FileFault(
        path: path, offset: offset,
        what:
          "the entry has \(bytes.count) bytes; 1 to \(Vocabulary.maximumTokenBytes) are supported")
    }
    guard (0..<Vocabulary.maximumCount).contains(rank), entries.count < Vocabulary.maximumCount
    else {
      throw FileFault(
        path: path, offset: offset,
        what: "the rank is \(rank); 0 to \(Vocabulary.maximumCount - 1) are supported")
    }
    entries.append((bytes, rank))
  }

  /// The vocabulary: the entry of a rank has the id `firstID + rank`; ids without an entry are
  /// unused.
  func parts(
    firstID: TokenID, specials: [TokenID: String]
  ) throws(FileFault) -> VocabularyParts {
    let largest = entries.reduce(-1) { max($0, $1.rank) } + Int(firstID)
    let count = max(largest, Int(specials.keys.max() ?? 0)) + 1
    guard count <= Vocabulary.maximumCount else {
      throw FileFault(path: path, what: "has more than \(Vocabulary.maximumCount) entries")
    }
    var byID = [Int32](repeating: -1, count: count)
    for (index, entry) in entries.enumerated() {
      let id = entry.rank + Int(firstID)
      guard byID[id] < 0, specials[TokenID(id)] == nil else {
        throw FileFault(path: path, what: "two entries have the rank \(entry.rank)")
      }
      byID[id] = Int32(index)
    }
    var parts = VocabularyParts()
    parts.names = VocabularyParts.Names(tokens: "entries", kinds: "kinds", merges: "merges")
    parts.writing = .bytes
    parts.kinds.reserveCapacity(count)
    parts.tokens.reserve(count: count, byteCount: count * 8)
    for id in 0..<count {
      if let name = specials[TokenID(id)] {
        parts.tokens.append(name.utf8)
        parts.kinds.append(TokenKind.control.rawValue)
      } else if byID[id] >= 0 {
        parts.tokens.append(entries[Int(byID[id])].bytes)
        parts.kinds.append(TokenKind.normal.rawValue)
      } else {
        parts.tokens.append([])
        parts.kinds.append(TokenKind.unused.rawValue)
      }
    }
    parts.merging = Self.merges(of: parts)
    return parts
  }

  /// The merge that makes each entry: the two pieces into which the entries of smaller rank join its
  /// bytes. An entry of which more are left is never made by joining.
  ///
  /// Why one merge for an entry is enough: where two neighbours spell an entry, all joining within
  /// them was within the entry's bytes alone, in the order of ranks, so it went as here.
  private static func merges(of parts: VocabularyParts) -> [MergeTable.Merge] {
    var bytes = [TokenID](repeating: -1, count: 256)
    for id in 0..<parts.tokens.count where parts.kinds[id] == TokenKind.normal.rawValue {
      let range = parts.tokens.range(id)
      if range.count == 1 { bytes[Int(parts.tokens.bytes[range.lowerBound])] = TokenID(id) }
    }
    var builder = MergeTable.Builder(capacity: parts.tokens.count)
    var pieces: [TokenID] = []
    for id in 0..<parts.tokens.count where parts.kinds[id] == TokenKind.normal.rawValue {
      let range = parts.tokens.range(id)
      guard range.count > 1 else { continue }
      pieces.removeAll(keepingCapacity: true)
      for byte in parts.tokens.bytes[range] { pieces.append(bytes[Int(byte)]) }
      guard !pieces.contains(-1), builder.join(&pieces, downTo: 2) else { continue }
      builder.add(MergeTable.Merge(left: pieces[0], right: pieces[1], joined: TokenID(id)))
    }
    return builder.merges
  }
}

extension MergeTable {
  /// A table that grows, the smallest rank first, while it is used.
  struct Builder {
    /// The merges so far, in order of rank.
    private(set) var merges: [Merge] = []
    private var places: [(pair: UInt64, rank: Int32)]

    /// A table of at most `capacity` merges.
    init(capacity: Int) {
      places = Array(
        repeating: (pair: UInt64.max, rank: -1), count: PieceTable.placeCount(for: capacity))
      merges.reserveCapacity(capacity)
    }

    private func place(_ pair: UInt64) -> Int {
      let mask = places.count - 1
      var place =
        Int(truncatingIfNeeded: SeededHash.mix(pair, seed: SeededHash.processSeed)) & mask
      while places[place].pair != pair, places[place].pair != UInt64.max {
        place = (place + 1) & mask
      }
      return place
    }

    /// Adds a merge of the largest rank so far; the first of two for one pair counts.
    mutating func add(_ merge: Merge) {
      let pair =
        UInt64(UInt32(bitPattern: merge.left)) << 32 | UInt64(UInt32(bitPattern: merge.right))
      let place = place(pair)
      guard places[place].pair != pair else { return }
      places[place] = (pair, Int32(merges.count))
      merges.append(merge)
    }

    private func rank(_ left: TokenID, _ right: TokenID) -> Int32 {
      let pair = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
      return places[place(pair)].rank
    }

    /// Joins neighbours, the smallest rank first and the leftmost of equal ones; whether `count` are
    /// left in the end. Long entries, of which no vocabulary has many, take their square.
    func join(_ pieces: inout [TokenID], downTo count: Int) -> Bool {
      // Beyond this an entry would cost more than it could be worth: it is left as never joined.
      guard pieces.count <= 1024 else { return false }
      var ranks = zip(pieces, pieces.dropFirst()).map { rank($0, $1) }
      while true {
        var best: Int?
        for index in ranks.indices where ranks[index] >= 0 {
          if best.map({ ranks[index] < ranks[$0] }) ?? true { best = index }
        }
        guard let best else { return pieces.count == count }
        pieces[best] = merges[Int(ranks[best])].joined
        pieces.remove(at: best + 1)
        ranks.remove(at: best)
        if best < ranks.count { ranks[best] = rank(pieces[best], pieces[best + 1]) }
        if best > 0 { ranks[best - 1] = rank(pieces[best - 1], pieces[best]) }
      }
    }
  }
}

extension VocabularyParts {
  /// The tokenizer of this vocabulary, from the file at `path`.
  func bytePair(
    _ path: String, name: String, splitter: any WordSplitter, ignoresMerges: Bool,
    affixes: Affixes = Affixes()
  ) throws(FileFault) -> Tokenizer {
    do throws(VocabularyFault) {
      return try Tokenizer(
        self, name: name, splitter: splitter, ignoresMerges: ignoresMerges, affixes: affixes)
    } catch {
      let place = error.index.map { "\(error.key)[\($0)]" } ?? error.key
      throw FileFault(path: path, what: "\(place) \(error.what)", remedy: error.remedy)
    }
  }
}
