/// A vocabulary in the order of its bytes, and by what its entries say apart from case and a leading
/// space: to find an entry's neighbours and its other spellings.
///
/// Building it takes a fraction of a second for hundreds of thousands of entries.
public struct VocabularyIndex: Sendable {
  /// The entries in the order of their bytes.
  public let order: PieceOrder
  private let vocabulary: Vocabulary
  private let places: [Int32]
  /// Folded texts by their hashes, ascending, with the entries that have them.
  private let folded: [(hash: UInt64, id: TokenID)]

  /// The index of a vocabulary.
  public init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    order = PieceOrder(vocabulary)
    var places = [Int32](repeating: -1, count: vocabulary.count)
    for (place, id) in order.ids.enumerated() { places[Int(id)] = Int32(place) }
    self.places = places
    folded = order.ids.map { id in (Self.hash(Self.folded(vocabulary.bytes(of: id))), id) }
      .sorted { ($0.hash, $0.id) < ($1.hash, $1.id) }
  }

  /// The entries just before and just after one in the order of bytes, nearest to it last and first.
  public func neighbours(of id: TokenID, count: Int) -> (before: [TokenID], after: [TokenID]) {
    guard vocabulary.contains(id), places[Int(id)] >= 0 else { return ([], []) }
    let place = Int(places[Int(id)])
    return (
      Array(order.ids[max(0, place - count)..<place]),
      Array(order.ids[min(place + 1, order.ids.count)..<min(place + 1 + count, order.ids.count)])
    )
  }

  /// The entries that begin with an entry's bytes, itself left out, in the order of bytes: at most
  /// `limit` of them, and how many there are.
  public func extensions(of id: TokenID, limit: Int) -> (first: [TokenID], count: Int) {
    let bytes = vocabulary.bytes(of: id)
    guard !bytes.isEmpty else { return ([], 0) }
    let range = order.range(startingWith: bytes)
    let isThere = vocabulary.contains(id) && places[Int(id)] >= 0
    let first = order.ids[range].lazy.filter { $0 != id }.prefix(limit)
    return (Array(first), max(0, range.count - (isThere ? 1 : 0)))
  }

  /// Other entries that say the same apart from case and one leading space, by id.
  public func variants(of id: TokenID) -> [TokenID] {
    let wanted = Self.folded(vocabulary.bytes(of: id))
    guard !wanted.isEmpty else { return [] }
    let hash = Self.hash(wanted)
    var (low, high) = (0, folded.count)
    while low < high {
      let middle = (low + high) / 2
      if folded[middle].hash < hash { low = middle + 1 } else { high = middle }
    }
    return folded[low...].prefix { $0.hash == hash }.map(\.id)
      .filter { $0 != id && Self.folded(vocabulary.bytes(of: $0)) == wanted }
  }

  /// Bytes without one leading space (also as `▁`), in small letters.
  static func folded(_ bytes: [UInt8]) -> [UInt8] {
    let text = PieceShape.withoutLeadingSpace(bytes)
    guard text.contains(where: { $0 >= 0x80 }) else {
      return text.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
    }
    let isValid = text.withUnsafeBufferPointer { UTF8Sequence.isValid($0) }
    guard isValid else { return Array(text) }
    return Array(String(decoding: text, as: UTF8.self).lowercased().utf8)
  }

  /// FNV-1a.
  private static func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}

/// What pieces look like.
enum PieceShape {
  /// SentencePiece's mark of a space, `▁` (U+2581).
  static let spaceMark: [UInt8] = [0xE2, 0x96, 0x81]

  /// Whether a piece begins with a space, also as `▁`.
  static func hasLeadingSpace(_ bytes: [UInt8]) -> Bool {
    bytes.first == 0x20 || bytes.starts(with: spaceMark)
  }

  /// A piece without one leading space.
  static func withoutLeadingSpace(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    if bytes.first == 0x20 { return bytes.dropFirst() }
    return bytes.starts(with: spaceMark) ? bytes.dropFirst(spaceMark.count) : bytes[...]
  }
}
