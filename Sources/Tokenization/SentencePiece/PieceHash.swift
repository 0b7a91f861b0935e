/// A hash of byte strings from which that of two strings joined follows without reading them: the
/// bytes are the digits of a number to a secret base, modulo 2⁶¹ − 1.
///
/// Two different strings of up to n bytes have the same hash with a probability below n / 2⁶⁰
/// over the choice of the base, so equal hashes are taken for equal strings.
///
/// Paper: Karp, Rabin 1987, "Efficient randomized pattern-matching algorithms".
struct PieceHash: Sendable {
  private static let modulus: UInt64 = 1 << 61 - 1
  private static let processBase = UInt64.random(in: 1 << 32..<modulus)

  private let base = Self.processBase
  /// The base to the power of each length.
  private let powers: FrozenArray<UInt64>
  /// The hash of each single byte, as are those of longer strings: below 2⁶¹ − 1.
  let longest: Int

  /// Hashes of strings of up to `longest` bytes.
  init(longest: Int) {
    var list: [UInt64] = [1]
    for _ in 0..<longest { list.append(Self.product(list[list.count - 1], base)) }
    powers = FrozenArray(list)
    self.longest = longest
  }

  @inline(__always)
  private static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let full = left.multipliedFullWidth(by: right)
    // Both factors are below 2⁶¹, so the product's high word is below 2⁵⁸.
    return reduced((full.low & modulus) &+ (full.high << 3 | full.low >> 61))
  }

  /// A sum below 2⁶² brought below the modulus.
  @inline(__always)
  private static func reduced(_ sum: UInt64) -> UInt64 { sum >= modulus ? sum &- modulus : sum }

  /// The hash of a string.
  @inline(__always)
  func hash(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
    var hash: UInt64 = 0
    for index in 0..<count {
      hash = Self.reduced(Self.product(hash, base) &+ UInt64(bytes[index]) &+ 1)
    }
    return hash
  }

  /// The hash of two strings joined; the right one has `count` bytes, at most `longest`.
  @inline(__always)
  func joined(_ left: UInt64, _ right: UInt64, count: Int) -> UInt64 {
    Self.reduced(Self.product(left, powers.base[count]) &+ right)
  }
}

/// Finds pieces by their hash: an open-addressing table of 16 bytes an entry.
struct ScoredPieceTable: Sendable {
  /// A piece, or where the table is empty.
  struct Entry: BitwiseCopyable, Sendable {
    var hash: UInt64
    /// The place of the piece's score among all scores, the highest first; equal scores share it.
    var rank: UInt32
    /// The piece; -1 where the table is empty.
    var id: TokenID
  }

  /// What is found where nothing is.
  static let nothing = Entry(hash: 0, rank: .max, id: -1)

  private let entries: FrozenArray<Entry>
  private let shift: UInt64
  let hashing: PieceHash

  /// A table of the pieces of text.
  init(_ pieces: SentencePieces) {
    hashing = PieceHash(longest: pieces.longest)
    let texts = (0..<pieces.written.count).filter { SentencePieces.isText(pieces.kinds[$0]) }
    let ranks = Self.ranks(texts, pieces.scores)
    let places = PieceTable.placeCount(for: texts.count)
    shift = UInt64(64 - places.trailingZeroBitCount)
    var table = [Entry](repeating: Self.nothing, count: places)
    for (index, piece) in texts.enumerated() {
      let bytes = pieces.written.bytes(of: piece)
      guard let start = bytes.baseAddress else { continue }
      let hash = hashing.hash(start, count: bytes.count)
      var place = Self.place(hash, shift)
      while table[place].id >= 0 { place = (place + 1) & (places - 1) }
      table[place] = Entry(hash: hash, rank: ranks[index], id: TokenID(piece))
    }
    entries = FrozenArray(table)
  }

  private static func ranks(_ texts: [Int], _ scores: FrozenArray<Float>) -> [UInt32] {
    var order = Array(texts.indices)
    // The scores are finite, so they are in order.
    order.sort { scores[texts[$0]] > scores[texts[$1]] }
    var ranks = [UInt32](repeating: 0, count: texts.count)
    var rank: UInt32 = 0
    for (place, index) in order.enumerated() {
      if place > 0, scores[texts[index]] < scores[texts[order[place - 1]]] { rank += 1 }
      ranks[index] = rank
    }
    return ranks
  }

  @inline(__always)
  private static func place(_ hash: UInt64, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }

  /// The piece of this hash.
  @inline(__always)
  func find(_ hash: UInt64) -> Entry {
    let mask = entries.count - 1
    var place = Self.place(hash, shift)
    while true {
      let entry = entries.base[place]
      if entry.hash == hash || entry.id < 0 { return entry }
      place = (place + 1) & mask
    }
  }
}
