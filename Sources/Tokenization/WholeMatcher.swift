/// Finds entries that are matched whole in the text: special tokens and user-defined ones,
/// leftmost first, the longest of those that begin at one place.
///
/// The entries are sorted by bytes; a match narrows the range of entries that agree so far byte by
/// byte, so a place costs at most the longest entry, however many there are.
struct WholeMatcher: Sendable {
  /// The entries, sorted by their bytes.
  let ids: [TokenID]
  /// For each first byte, where its entries begin in `ids`; 257 places.
  private let first: FrozenArray<UInt32>
  /// The largest number of bytes of any entry; 0 when there is none.
  let longest: Int

  /// An entry found in a text, and where.
  struct Match: Equatable {
    var id: TokenID
    var start: Int
    var end: Int
  }

  /// A matcher of entries of `pieces`, each of at least one byte and no two the same.
  init(_ entries: some Sequence<TokenID>, in pieces: PieceBytes) {
    ids = entries.sorted { left, right in
      pieces.bytes(of: Int(left)).lexicographicallyPrecedes(pieces.bytes(of: Int(right)))
    }
    var starts = [UInt32](repeating: 0, count: 257)
    for id in ids { starts[Int(pieces.bytes(of: Int(id))[0]) + 1] += 1 }
    for byte in 0..<256 { starts[byte + 1] += starts[byte] }
    first = FrozenArray(starts)
    longest = ids.reduce(0) { max($0, pieces.length(of: Int($1))) }
  }

  /// The entry with exactly these bytes.
  func exact(_ bytes: UnsafeBufferPointer<UInt8>, in pieces: PieceBytes) -> TokenID? {
    guard let base = bytes.baseAddress, bytes.count > 0,
      let match = match(at: 0, in: base, count: bytes.count, pieces: pieces),
      match.end == bytes.count
    else { return nil }
    return match.id
  }

  /// The first match that begins in `range`; it may end beyond, up to `count`, the end of the text.
  func firstMatch(
    startingIn range: Range<Int>, of text: UnsafePointer<UInt8>, count: Int, pieces: PieceBytes
  ) -> Match? {
    guard !ids.isEmpty else { return nil }
    for position in range {
      let byte = Int(text[position])
      guard first.base[byte] != first.base[byte + 1] else { continue }
      if let match = match(at: position, in: text, count: count, pieces: pieces) { return match }
    }
    return nil
  }

  /// The longest match that begins at `position`.
  private func match(
    at position: Int, in text: UnsafePointer<UInt8>, count: Int, pieces: PieceBytes
  ) -> Match? {
    var low = Int(first[Int(text[position])])
    var high = Int(first[Int(text[position]) + 1])
    var depth = 1
    var best: Match?
    while low < high {
      if pieces.length(of: Int(ids[low])) == depth {
        best = Match(id: ids[low], start: position, end: position + depth)
        low += 1
      }
      guard low < high, position + depth < count else { break }
      let byte = text[position + depth]
      low = boundary(low, high, depth, pieces) { $0 >= byte }
      high = boundary(low, high, depth, pieces) { $0 > byte }
      depth += 1
    }
    return best
  }

  /// The first entry in `low..<high`, all longer than `depth`, whose byte at `depth` satisfies
  /// `condition`, which holds from some entry on.
  private func boundary(
    _ low: Int, _ high: Int, _ depth: Int, _ pieces: PieceBytes, _ condition: (UInt8) -> Bool
  ) -> Int {
    var low = low
    var high = high
    while low < high {
      let middle = (low + high) / 2
      if condition(pieces.bytes(of: Int(ids[middle]))[depth]) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return low
  }
}
