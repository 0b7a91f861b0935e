/// Learns the merges of byte-level BPE: from single bytes on, the most frequent pair of neighbours
/// is joined everywhere, again and again.
///
/// Paper: Sennrich, Haddow, Birch 2016, section 3.2. Entries and merges are those of Hugging Face
/// `tokenizers` (0.23), also in what it does beyond the paper:
/// - ids: special tokens, then all bytes in the order of GPT-2's alphabet, then joined tokens.
/// - Of equally frequent pairs the smaller pair of ids comes first.
/// - Two ways to join may give the same bytes: that is one entry with two merges. A pair with such
///   an entry can appear again after it was merged. Its count then goes on from where it was, since
///   it is not set back by merging; it is merged again, and its merge takes the later rank.
///
/// Where `tokenizers` would overflow, at a pair that occurs 2³¹ times, this goes on counting.
struct BytePairTrainer {
  /// What was learned.
  struct Result: Equatable {
    /// Entries as they are written: special tokens as they are, the others in GPT-2's alphabet.
    var entries: [String]
    /// Pairs of entries in order of rank.
    var merges: [UInt64]
  }

  private var entries: [String] = []
  private var ids: [String: TokenID] = [:]
  private var pairs = PairCounts()
  private var queue = FrequentPairQueue()
  private var words: WordSymbols
  /// The words where pairs appeared, by ranges of entries of the queue.
  private var places: [Int32] = []
  private var changes = PairChanges()

  private let size: Int
  private let minimumFrequency: Int

  /// Merges between two reports.
  private static let patience = 64

  /// A trainer for `size` entries, which must be more than the special tokens and the bytes.
  init(_ table: WordTable, size: Int, minimumFrequency: Int, specialTokens: [String]) {
    self.size = size
    self.minimumFrequency = minimumFrequency
    let alphabet = ByteAlphabet.characters.sorted { $0.value < $1.value }.map { String($0) }
    var known: [String: TokenID] = [:]
    for entry in specialTokens + alphabet where known[entry] == nil {
      known[entry] = TokenID(entries.count)
      entries.append(entry)
    }
    ids = known
    // Every character of the alphabet has just been given an id.
    let byteTokens = ByteAlphabet.characters.map { known[String($0)] ?? 0 }
    words = WordSymbols(table, byteTokens: byteTokens)
    countPairs(of: table, byteTokens: byteTokens)
  }

  /// The most entries there can be without a merge.
  static func alphabetSize(specialTokens: [String]) -> Int {
    Set(specialTokens + ByteAlphabet.characters.map { String($0) }).count
  }

  private mutating func countPairs(of table: WordTable, byteTokens: [TokenID]) {
    let index = BytePairIndex(table)
    places = index.places
    for pair in 0..<(1 << 16) where index.times[pair] > 0 {
      let key = TokenPair.key(byteTokens[pair >> 8], byteTokens[pair & 0xFF])
      pairs.add(index.times[pair], to: key)
      queue.insert(
        FrequentPairQueue.Entry(
          count: index.times[pair], key: key, start: index.ranges[pair].lowerBound,
          length: index.ranges[pair].count))
    }
  }

  /// Merges until there are as many entries as wanted, or no pair is frequent enough.
  ///
  /// - Throws: what `report` throws.
  mutating func run(report: TrainingReport) throws -> Result {
    var merged: [UInt64] = []
    while entries.count < size, var top = queue.popFirst() {
      let count = pairs[top.key]
      if top.count != count {
        top.count = count
        queue.insert(top)
        continue
      }
      guard count >= max(1, minimumFrequency) else { break }
      merged.append(top.key)
      merge(top)
      if merged.count % Self.patience == 0 {
        try report(.merging(entries: entries.count, of: size))
      }
    }
    try report(.merging(entries: entries.count, of: entries.count))
    // A pair that was merged again has the rank of the last time.
    var seen: Set<UInt64> = []
    let latest = merged.reversed().filter { seen.insert($0).inserted }
    return Result(entries: entries, merges: latest.reversed())
  }

  private mutating func merge(_ top: FrequentPairQueue.Entry) {
    let left = TokenPair.left(top.key)
    let right = TokenPair.right(top.key)
    let joined = entry(entries[Int(left)] + entries[Int(right)])
    changes.begin(tokenCount: entries.count)
    for place in top.start..<(top.start + top.length) {
      _ = words.merge(left, right, into: joined, in: Int(places[place]), changes: &changes)
    }
    changes.forEachDelta(of: left, right, joined: joined) { key, delta in
      pairs.add(delta, to: key)
    }
    changes.forEachNewPair(joined: joined, places: &places) { key, range in
      let count = pairs[key]
      guard count > 0 else { return }
      queue.insert(
        FrequentPairQueue.Entry(
          count: count, key: key, start: range.lowerBound, length: range.count))
    }
  }

  /// The id of an entry, new or not.
  private mutating func entry(_ text: String) -> TokenID {
    if let known = ids[text] { return known }
    let id = TokenID(entries.count)
    ids[text] = id
    entries.append(text)
    return id
  }
}
