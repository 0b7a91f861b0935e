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

  /// The merge that makes each entry: the two pieces into which the shorter entries join its bytes.
  /// An entry of which more are left is never made by joining.
  ///
  /// Why one merge for an entry is enough: where two neighbours spell an entry, all joining within
  /// them was within the entry's bytes alone, in the order of ranks, so it went as here. Pieces are
  /// shorter than what they make, but may have larger ranks.
  private static func merges(of parts: VocabularyParts) -> [MergeTable.Merge] {
    var bytes = [TokenID](repeating: -1, count: 256)
    var longer: [TokenID] = []
    for id in 0..<parts.tokens.count where parts.kinds[id] == TokenKind.normal.rawValue {
      let range = parts.tokens.range(id)
      if range.count == 1 {
        bytes[Int(parts.tokens.bytes[range.lowerBound])] = TokenID(id)
      } else {
        longer.append(TokenID(id))
      }
    }
    longer.sort { parts.tokens.range(Int($0)).count < parts.tokens.range(Int($1)).count }
    var builder = PairTable(capacity: longer.count)
    var pieces: [TokenID] = []
    for id in longer {
      pieces.removeAll(keepingCapacity: true)
      for byte in parts.tokens.bytes[parts.tokens.range(Int(id))] {
        pieces.append(bytes[Int(byte)])
      }
      guard !pieces.contains(-1), builder.join(&pieces), pieces.count == 2 else { continue }
      builder.add(MergeTable.Merge(left: pieces[0], right: pieces[1], joined: id))
    }
    // An entry is made by one merge at most, and ids ascend with ranks.
    return builder.merges.sorted { $0.joined < $1.joined }
  }
}

/// Pairs of entries and what they make, while the table of merges is being found.
private struct PairTable {
  /// Bytes beyond which an entry would take too long to join, and is left as never joined.
  static let longest = 1024

  private(set) var merges: [MergeTable.Merge] = []
  private let seed = SeededHash.processSeed
  private var marks: HashMarks.Growing
  private var places: [(pair: UInt64, joined: TokenID)]

  /// A table of at most `capacity` pairs.
  init(capacity: Int) {
    places = Array(
      repeating: (pair: UInt64.max, joined: -1), count: PieceTable.placeCount(for: capacity))
    marks = HashMarks.Growing(bits: places.count * 8)
    merges.reserveCapacity(capacity)
  }

  private static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func place(_ pair: UInt64, _ hash: UInt64) -> Int {
    let mask = places.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while places[place].pair != pair, places[place].pair != UInt64.max {
      place = (place + 1) & mask
    }
    return place
  }

  /// Adds a pair that is not there.
  mutating func add(_ merge: MergeTable.Merge) {
    let pair = Self.pair(merge.left, merge.right)
    let hash = SeededHash.mix(pair, seed: seed)
    marks.insert(hash)
    places[place(pair, hash)] = (pair, merge.joined)
    merges.append(merge)
  }

  private func joined(_ left: TokenID, _ right: TokenID) -> TokenID {
    let pair = Self.pair(left, right)
    let hash = SeededHash.mix(pair, seed: seed)
    return marks.mayHold(hash) ? places[place(pair, hash)].joined : -1
  }

  /// Joins neighbours, the smallest rank first and the leftmost of equal ones, until none can be;
  /// whether they are few enough for that.
  func join(_ pieces: inout [TokenID]) -> Bool {
    guard pieces.count <= Self.longest else { return false }
    var made = zip(pieces, pieces.dropFirst()).map { joined($0, $1) }
    while true {
      var best: Int?
      for index in made.indices where made[index] >= 0 {
        if best.map({ made[index] < made[$0] }) ?? true { best = index }
      }
      guard let best else { return true }
      pieces[best] = made[best]
      pieces.remove(at: best + 1)
      made.remove(at: best)
      if best < made.count { made[best] = joined(pieces[best], pieces[best + 1]) }
      if best > 0 { made[best - 1] = joined(pieces[best - 1], pieces[best]) }
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
