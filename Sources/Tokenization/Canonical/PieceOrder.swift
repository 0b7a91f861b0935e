/// The entries of a vocabulary that can spell text, in the order of their bytes: those that begin
/// with the same bytes stand together, the shortest first. Entries with equal bytes stand by id.
///
/// It is a trie without pointers: a node is a range of places and a depth in bytes.
public struct PieceOrder: Sendable {
  /// The entries, in order: ordinary ones, single bytes, and user-defined ones.
  public let ids: [TokenID]
  /// Where each entry of the vocabulary stands; -1 for those that spell no text.
  public let places: [Int32]
  /// The first byte of each entry of the vocabulary; ``noByte`` for those that spell no text.
  public let firstBytes: [UInt16]
  /// No byte.
  public static let noByte: UInt16 = 256
  private let pieces: PieceBytes

  /// The order of a vocabulary.
  public init(_ vocabulary: Vocabulary) {
    let pieces = vocabulary.pieces
    self.pieces = pieces
    ids = (0..<TokenID(vocabulary.count)).filter { id in
      switch vocabulary.kind(of: id) {
      case .normal, .byte, .userDefined: pieces.length(of: Int(id)) > 0
      case .control, .unknown, .unused: false
      }
    }.sorted { a, b in
      let (left, right) = (pieces.bytes(of: Int(a)), pieces.bytes(of: Int(b)))
      if left.elementsEqual(right) { return a < b }
      return left.lexicographicallyPrecedes(right)
    }
    var places = [Int32](repeating: -1, count: vocabulary.count)
    var firstBytes = [UInt16](repeating: Self.noByte, count: vocabulary.count)
    for (place, id) in ids.enumerated() {
      places[Int(id)] = Int32(place)
      firstBytes[Int(id)] = UInt16(pieces.bytes(of: Int(id))[0])
    }
    self.places = places
    self.firstBytes = firstBytes
  }

  /// Number of bytes of the entry at a place.
  public func length(at place: Int) -> Int { pieces.length(of: Int(ids[place])) }

  /// The places of the entries that begin with these bytes.
  public func range(startingWith prefix: some Sequence<UInt8>) -> Range<Int> {
    var range = 0..<ids.count
    for (depth, byte) in prefix.enumerated() where !range.isEmpty {
      range = child(byte, of: range, depth: depth)
    }
    return range
  }

  /// Of entries that begin with the same `depth` bytes, those that have `byte` next.
  public func child(_ byte: UInt8, of range: Range<Int>, depth: Int) -> Range<Int> {
    let lower = first(in: range) { self.byte(at: $0, depth: depth) >= Int(byte) }
    return
      lower..<first(in: lower..<range.upperBound) { self.byte(at: $0, depth: depth) > Int(byte) }
  }

  /// Of entries that begin with the same `depth` bytes: those that end there, and the others by
  /// their next byte.
  public func children(
    of range: Range<Int>, depth: Int
  ) -> (ending: Range<Int>, next: [(byte: UInt8, range: Range<Int>)]) {
    var place = first(in: range) { self.byte(at: $0, depth: depth) >= 0 }
    let ending = range.lowerBound..<place
    var next: [(byte: UInt8, range: Range<Int>)] = []
    while place < range.upperBound {
      let byte = byte(at: place, depth: depth)
      let end = first(in: place..<range.upperBound) { self.byte(at: $0, depth: depth) > byte }
      next.append((UInt8(truncatingIfNeeded: byte), place..<end))
      place = end
    }
    return (ending, next)
  }

  /// The byte of an entry at a depth, or -1 where it has ended.
  private func byte(at place: Int, depth: Int) -> Int {
    let bytes = pieces.bytes(of: Int(ids[place]))
    return depth < bytes.count ? Int(bytes[depth]) : -1
  }

  /// The first place that satisfies a condition that holds from some place on.
  private func first(in range: Range<Int>, where condition: (Int) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if condition(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
