/// How often each pair of neighbouring tokens occurs in the samples of several categories before
/// each step of a merge list: the counts before the first, and what each step changes.
///
/// Only pairs beside a joined one change, so the changes of all steps fit into memory.
struct PairHistory: Sendable {
  /// A pair of one category that occurs more or less often than before.
  struct Change: Sendable {
    var pair: UInt32
    var category: UInt16
    var delta: Int32
  }

  /// The pairs, as keys of `TokenPair`, by their number.
  private(set) var keys: [UInt64] = []
  /// What there is before the first step, as changes from nothing.
  private(set) var initial: [Change] = []
  /// What all steps change, in order.
  private(set) var changes: [Change] = []
  /// Where the changes of each step begin; one more than there are steps.
  private(set) var starts: [Int] = [0]
  /// The pair that each step joins.
  private(set) var joined: [UInt32] = []

  /// Number of categories.
  let categoryCount: Int
  /// Number of steps.
  var stepCount: Int { joined.count }

  /// Changes that are kept at most, 12 bytes each.
  static let maximumChanges = 1 << 28
  /// Merges between two reports.
  private static let patience = 16

  /// A merge list that can be applied to bytes.
  struct Merges: Sendable {
    /// What each merge joins, and the entry that comes of it, in order of rank.
    var list: [(left: TokenID, right: TokenID, joined: TokenID)]
    /// The entry of each byte.
    var byteTokens: [TokenID]
    /// More than any id.
    var tokenCount: Int
  }

  /// Applies the first `stepCount` merges to the words of each category.
  ///
  /// - Throws: `TrainingFault` when there are more changes than are kept; what `report` throws.
  init(_ samples: [WordTable], merges: Merges, stepCount: Int, report: TrainingReport) throws {
    categoryCount = samples.count
    let steps = merges.list.prefix(stepCount)
    var ranks: [UInt64: Int] = [:]
    for (rank, merge) in steps.enumerated() { ranks[TokenPair.key(merge.left, merge.right)] = rank }
    var numbers = PairNumbers()
    var texts = samples.map { Text($0, merges: merges, ranks: ranks) }
    for category in texts.indices {
      texts[category].forEachInitialPair { key, times in
        initial.append(
          Change(
            pair: numbers.number(of: key), category: UInt16(category),
            delta: Int32(clamping: times)))
      }
    }
    for (rank, merge) in steps.enumerated() {
      let key = TokenPair.key(merge.left, merge.right)
      joined.append(numbers.number(of: key))
      for category in texts.indices {
        texts[category].apply(merge, rank: rank, ranks: ranks) { key, delta in
          changes.append(
            Change(
              pair: numbers.number(of: key), category: UInt16(category),
              delta: Int32(clamping: delta)))
        }
      }
      guard changes.count <= Self.maximumChanges else {
        throw TrainingFault.settings(
          "the samples change more than \(Self.maximumChanges) counts in \(rank) merges; "
            + "consider fewer merges, or give smaller samples")
      }
      starts.append(changes.count)
      if rank % Self.patience == 0 { try report(.applying(merges: rank, of: steps.count)) }
    }
    keys = numbers.keys
  }

  /// The changes of a step.
  func changes(of step: Int) -> ArraySlice<Change> { changes[starts[step]..<starts[step + 1]] }
}

extension PairHistory {
  /// A number for each pair, in order of appearance.
  private struct PairNumbers {
    private(set) var keys: [UInt64] = []
    private var table = PairCounts()

    mutating func number(of key: UInt64) -> UInt32 {
      let known = table[key]
      if known > 0 { return UInt32(known - 1) }
      keys.append(key)
      table.add(keys.count, to: key)
      return UInt32(keys.count - 1)
    }
  }

  /// The words of one category while merges are applied to them.
  private struct Text {
    private var words: WordSymbols
    private var changes = PairChanges()
    private let index: BytePairIndex
    private let byteTokens: [TokenID]
    private let tokenCount: Int
    /// Words where pairs appeared, and for each merge to come the ranges with its words.
    private var places: [Int32]
    private var ranges: [Int: [Range<Int>]] = [:]

    init(_ table: WordTable, merges: Merges, ranks: [UInt64: Int]) {
      words = WordSymbols(table, byteTokens: merges.byteTokens)
      index = BytePairIndex(table)
      places = index.places
      byteTokens = merges.byteTokens
      tokenCount = merges.tokenCount
      for pair in 0..<(1 << 16) where index.times[pair] > 0 {
        if let rank = ranks[key(pair)] { ranges[rank, default: []].append(index.ranges[pair]) }
      }
    }

    private func key(_ pair: Int) -> UInt64 {
      TokenPair.key(byteTokens[pair >> 8], byteTokens[pair & 0xFF])
    }

    func forEachInitialPair(_ body: (_ key: UInt64, _ times: Int) -> Void) {
      for pair in 0..<(1 << 16) where index.times[pair] > 0 { body(key(pair), index.times[pair]) }
    }

    mutating func apply(
      _ merge: (left: TokenID, right: TokenID, joined: TokenID), rank: Int, ranks: [UInt64: Int],
      _ body: (_ key: UInt64, _ delta: Int) -> Void
    ) {
      guard let found = ranges.removeValue(forKey: rank) else { return }
      changes.begin(tokenCount: tokenCount)
      var gone = 0
      for range in found {
        for place in range {
          let word = Int(places[place])
          let joinings = words.merge(
            merge.left, merge.right, into: merge.joined, in: word, changes: &changes)
          gone += joinings * words.counts[word]
        }
      }
      // What overlaps (as in "aaa") has parted as a neighbour already.
      body(TokenPair.key(merge.left, merge.right), -gone)
      changes.forEachDelta(of: merge.left, merge.right, joined: merge.joined, body)
      changes.forEachNewPair(joined: merge.joined, places: &places) { key, range in
        if let later = ranks[key], later > rank { ranges[later, default: []].append(range) }
      }
    }
  }
}
