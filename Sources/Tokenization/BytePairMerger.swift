/// Byte-pair encoding of one word: from its single bytes on, the neighbours whose merge has the
/// smallest rank are joined, the leftmost first, until none can be.
///
/// Paper: Sennrich, Haddow, Birch 2016, "Neural Machine Translation of Rare Words with Subword
/// Units", section 3.2.
///
/// Short words are searched for the smallest rank again and again, in an array of neighbours; long
/// ones keep their neighbours in a queue, so that a word of n bytes costs O(n log n) time, and some
/// 20 n bytes of memory while it lasts.
struct BytePairMerger {
  private let merges: MergeTable
  private let firstJoins: FirstJoins
  private let byteTokens: FrozenArray<TokenID>
  private let pieces: PieceBytes

  /// The tokens of the last word are the first `count`.
  private(set) var ids: [TokenID] = []
  /// Number of tokens of the last word.
  private(set) var count = 0
  private let short = ShortWordMerger()

  /// A merger over the tables of a tokenizer.
  init(
    merges: MergeTable, firstJoins: FirstJoins, byteTokens: FrozenArray<TokenID>, pieces: PieceBytes
  ) {
    self.merges = merges
    self.firstJoins = firstJoins
    self.byteTokens = byteTokens
    self.pieces = pieces
  }

  /// Encodes a word into `ids`; gives the number of its bytes that the vocabulary cannot say, which
  /// are left out before anything is joined.
  @inline(__always)
  mutating func encode(_ word: UnsafeBufferPointer<UInt8>) -> Int {
    if ids.count < word.count {
      ids = [TokenID](repeating: 0, count: max(word.count, ShortWordMerger.limit))
    }
    var filled = 0
    for byte in word {
      let id = byteTokens.base[Int(byte)]
      guard id >= 0 else { continue }
      ids[filled] = id
      filled += 1
    }
    count = filled
    if filled == word.count { joinFirst(word) }
    if count <= ShortWordMerger.limit { joinShort() } else { joinLong(filled) }
    return word.count - filled
  }

  @inline(__always)
  private mutating func joinFirst(_ word: UnsafeBufferPointer<UInt8>) {
    guard count > 1, word.contains(where: { $0 >= 0x80 }) else { return }
    let (joins, merges) = (firstJoins, merges)
    count = ids.withUnsafeMutableBufferPointer { joins.join(word, $0, merges) }
  }

  @inline(__always)
  private mutating func joinShort() {
    guard count > 1 else { return }
    let (short, merges, count) = (short, merges, count)
    self.count = ids.withUnsafeMutableBufferPointer { ids in
      ids.baseAddress.map { short.join($0, count, merges) } ?? 0
    }
  }

  /// Tokens stand at the place of their first byte; the place of the last byte holds the token's
  /// length, so that the token before a place is found too. The queue may hold pairs that are no
  /// longer neighbours: they are recognised when they come up.
  private mutating func joinLong(_ length: Int) {
    var lengths = [UInt16](repeating: 1, count: length)
    spread(over: length, &lengths)
    var queue = MergeQueue(capacity: length)
    for place in 0..<(length - 1) where ids[place] >= 0 {
      let next = place + pieces.length(of: Int(ids[place]))
      if next < length { queue.collect(merges.merge(ids[place], ids[next]), at: place) }
    }
    queue.order()
    while let (merge, place) = queue.popFirst() {
      guard ids[place] >= 0 else { continue }
      let next = place + pieces.length(of: Int(ids[place]))
      guard next < length, merges.merge(ids[place], ids[next]) == merge else { continue }
      let joined = MergeTable.joined(merge)
      let end = place + pieces.length(of: Int(joined))
      ids[place] = joined
      ids[next] = -1
      // An entry of the vocabulary has at most 65,535 bytes.
      lengths[end - 1] = UInt16(end - place)
      if end < length { queue.insert(merges.merge(joined, ids[end]), at: place) }
      if place > 0 {
        let previous = place - Int(lengths[place - 1])
        queue.insert(merges.merge(ids[previous], joined), at: previous)
      }
    }
    var kept = 0
    var place = 0
    while place < length {
      let id = ids[place]
      place += pieces.length(of: Int(id))
      ids[kept] = id
      kept += 1
    }
    count = kept
  }

  /// Moves each token to the place of its first byte, from the last on; the others' places get -1.
  private mutating func spread(over length: Int, _ lengths: inout [UInt16]) {
    guard count < length else { return }
    var place = length
    for index in (0..<count).reversed() {
      let id = ids[index]
      let bytes = pieces.length(of: Int(id))
      place -= bytes
      for inner in place..<place + bytes { ids[inner] = -1 }
      ids[place] = id
      lengths[place + bytes - 1] = UInt16(bytes)
    }
  }
}
