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
  /// Bytes up to which a word counts as short.
  static let shortLimit = 96

  private let merges: MergeTable
  private let firstJoins: FirstJoins
  private let byteTokens: FrozenArray<TokenID>
  private let pieces: PieceBytes

  /// The tokens of the last word are the first `count`.
  private(set) var ids: [TokenID] = []
  /// Number of tokens of the last word.
  private(set) var count = 0
  /// For short words: the merge of each token with the next.
  private var neighbours = [UInt64](repeating: MergeTable.none, count: shortLimit)

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
      ids = [TokenID](repeating: 0, count: max(word.count, Self.shortLimit))
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
    if count <= Self.shortLimit { joinShort() } else { joinLong(filled) }
    return word.count - filled
  }

  @inline(__always)
  private mutating func joinFirst(_ word: UnsafeBufferPointer<UInt8>) {
    guard count > 1, word.contains(where: { $0 >= 0x80 }) else { return }
    let (joins, merges) = (firstJoins, merges)
    count = ids.withUnsafeMutableBufferPointer { joins.join(word, $0, merges) }
  }

  private mutating func joinShort() {
    guard count > 1 else { return }
    let merges = merges
    let length = ids.withUnsafeMutableBufferPointer { ids in
      neighbours.withUnsafeMutableBufferPointer { neighbours in
        Self.joinShort(ids, neighbours, count, merges)
      }
    }
    count = length
  }

  @inline(__always)
  private static func joinShort(
    _ ids: UnsafeMutableBufferPointer<TokenID>, _ neighbours: UnsafeMutableBufferPointer<UInt64>,
    _ count: Int, _ merges: MergeTable
  ) -> Int {
    var pairs = count - 1
    for index in 0..<pairs { merges.expect(ids[index], ids[index + 1]) }
    for index in 0..<pairs { neighbours[index] = merges.merge(ids[index], ids[index + 1]) }
    while pairs > 0 {
      var best = neighbours[0]
      var place = 0
      for index in 1..<pairs where neighbours[index] < best {
        best = neighbours[index]
        place = index
      }
      guard best != MergeTable.none else { break }
      ids[place] = MergeTable.joined(best)
      pairs -= 1
      for index in (place + 1)..<(pairs + 1) { ids[index] = ids[index + 1] }
      for index in place..<pairs { neighbours[index] = neighbours[index + 1] }
      if place < pairs { neighbours[place] = merges.merge(ids[place], ids[place + 1]) }
      if place > 0 { neighbours[place - 1] = merges.merge(ids[place - 1], ids[place]) }
    }
    return pairs + 1
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
