/// A SentencePiece vocabulary as a file gives it, before anything is believed.
struct SentencePieceParts: Sendable {
  /// How a text is cut into pieces.
  enum Algorithm: Sendable, Hashable {
    /// Neighbours are joined, those that make the piece of the highest score first.
    case bytePair
    /// The pieces whose scores have the largest sum.
    case unigram
  }

  /// What is done to a text before it is cut into pieces.
  struct Spacing: Sendable, Hashable {
    /// A space is put before the text (or after it, with `spaceIsSuffix`).
    var addsSpace = true
    /// Spaces at both ends are taken away, and of several in a row all but one.
    var removesExtraSpaces = true
    /// Spaces become U+2581.
    var escapesSpaces = true
    /// Pieces carry the space after them, not the one before.
    var spaceIsSuffix = false
    /// Bytes that are not UTF-8 become U+FFFD; otherwise each stays as a byte of its own.
    var replacesInvalid = true
    /// The file writes spaces in user-defined pieces as they are, not escaped.
    var spacesInWholes = false

    /// Whether user-defined pieces are found in the text before it is normalised. Written with
    /// plain spaces they are found after it, where nothing else changes the text.
    func findsWholes(map: CharacterMap?) -> Bool {
      !spacesInWholes || removesExtraSpaces || map != nil
    }
  }

  var algorithm = Algorithm.bytePair
  /// Pieces by id, as the file writes them.
  var pieces = ByteStrings()
  /// The score of each piece.
  var scores: [Float] = []
  /// `TokenKind` of each piece.
  var kinds: [Int32] = []
  var spacing = Spacing()
  /// Rules of normalisation, compiled (`CharacterMap`); empty when there are none.
  var characterMap: [UInt8] = []
  /// Whether characters that no piece holds become bytes.
  var fallsBackToBytes = false
  /// How files call what they hold, for faults.
  var names = Names()

  /// Keys of the lists, for faults.
  struct Names: Sendable {
    var pieces = "pieces"
    var scores = "scores"
    var kinds = "types"
    var characterMap = "precompiled_charsmap"
  }
}

/// The pieces of a SentencePiece vocabulary, checked.
struct SentencePieces: Sendable {
  /// The bytes of each piece as the model sees them, spaces escaped as in the text.
  let written: PieceBytes
  let scores: FrozenArray<Float>
  /// `TokenKind` of each piece.
  let kinds: FrozenArray<UInt8>
  /// The piece for what no other says, if there is one.
  let unknown: TokenID?
  /// The pieces of single bytes by value, when all 256 are there and used.
  let byteTokens: FrozenArray<TokenID>?
  /// Ids of user-defined pieces.
  let userDefined: [TokenID]
  /// The largest number of bytes of a piece that a text can be cut into.
  let longest: Int

  /// Whether some piece of text is a space alone; every piece is looked at.
  func haveSpace() -> Bool {
    (0..<written.count).contains { id in
      Self.isText(kinds[id]) && kinds[id] != UInt8(TokenKind.unused.rawValue)
        && (written.bytes(of: id).elementsEqual(Self.escapedSpace)
          || written.bytes(of: id).elementsEqual([UInt8(ascii: " ")]))
    }
  }

  /// U+2581, which stands for a space.
  static let escapedSpace: [UInt8] = [0xE2, 0x96, 0x81]
  /// The code point of `escapedSpace`.
  static let escapedSpaceScalar: UInt32 = 0x2581

  /// Whether texts can be cut into pieces of this kind.
  @inline(__always)
  static func isText(_ kind: UInt8) -> Bool {
    kind == UInt8(TokenKind.normal.rawValue) || kind == UInt8(TokenKind.userDefined.rawValue)
      || kind == UInt8(TokenKind.unused.rawValue)
  }

  /// The byte that a piece `<0x0A>` says.
  static func byte(named name: some BidirectionalCollection<UInt8>) -> UInt8? {
    guard name.count == 6, name.starts(with: "<0x".utf8), name.last == UInt8(ascii: ">") else {
      return nil
    }
    var value: UInt8 = 0
    for digit in name.dropFirst(3).prefix(2) {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | (digit - UInt8(ascii: "0"))
      case UInt8(ascii: "A")...UInt8(ascii: "F"):
        value = value << 4 | (digit - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return value
  }

  /// Checks a list: known kinds, no empty piece, none twice, one unknown piece or all bytes.
  init(_ parts: SentencePieceParts) throws(VocabularyFault) {
    let names = parts.names
    let count = parts.pieces.count
    guard count > 0 else {
      throw VocabularyFault(key: names.pieces, what: "is empty: a vocabulary needs entries")
    }
    guard count <= Vocabulary.maximumCount else {
      throw VocabularyFault(
        key: names.pieces,
        what: "has \(count) entries; at most \(Vocabulary.maximumCount) are supported")
    }
    for (key, length) in [(names.scores, parts.scores.count), (names.kinds, parts.kinds.count)] {
      guard length == count else {
        throw VocabularyFault(
          key: key, what: "has \(length) entries, but \(names.pieces) has \(count)")
      }
    }
    var builder = PieceListBuilder(parts)
    for index in 0..<count { try builder.add(index) }
    written = builder.pieces
    kinds = FrozenArray(builder.kinds)
    scores = FrozenArray(parts.scores)
    unknown = builder.unknown
    userDefined = builder.userDefined
    longest = builder.longest
    try builder.checkUnique(written)
    if parts.fallsBackToBytes {
      if let absent = builder.bytes.firstIndex(of: -1) {
        throw VocabularyFault(
          key: names.pieces, what: "falls back to bytes, but has no piece for byte \(absent)")
      }
      byteTokens = FrozenArray(builder.bytes)
    } else {
      byteTokens = nil
      guard unknown != nil else {
        throw VocabularyFault(key: names.pieces, what: "has no piece for what is unknown")
      }
    }
  }
}

/// Collects the pieces of a list one by one.
private struct PieceListBuilder {
  private let parts: SentencePieceParts
  private var all: [UInt8] = []
  private var starts: [UInt32] = [0]
  var kinds: [UInt8] = []
  var unknown: TokenID?
  var userDefined: [TokenID] = []
  var bytes = [TokenID](repeating: -1, count: 256)
  var longest = 0

  init(_ parts: SentencePieceParts) {
    self.parts = parts
    all.reserveCapacity(parts.pieces.bytes.count)
    starts.reserveCapacity(parts.pieces.count + 1)
    kinds.reserveCapacity(parts.pieces.count)
  }

  var pieces: PieceBytes { PieceBytes(bytes: FrozenArray(all), starts: FrozenArray(starts)) }

  mutating func add(_ index: Int) throws(VocabularyFault) {
    let range = parts.pieces.range(index)
    guard let kind = TokenKind(rawValue: parts.kinds[index]) else {
      throw VocabularyFault(
        key: parts.names.kinds, index: index,
        what: "is \(parts.kinds[index]); kinds of tokens are 1 to 6")
    }
    guard parts.scores[index].isFinite else {
      throw VocabularyFault(
        key: parts.names.scores, index: index, what: "is \(parts.scores[index]), not a number")
    }
    guard !range.isEmpty else {
      throw VocabularyFault(key: parts.names.pieces, index: index, what: "is empty")
    }
    let limit =
      kind == .control || kind == .unknown || kind == .userDefined
      ? Vocabulary.maximumWholeBytes : Vocabulary.maximumTokenBytes
    guard range.count <= limit else {
      throw VocabularyFault(
        key: parts.names.pieces, index: index,
        what: "has \(range.count) bytes; at most \(limit) are supported")
    }
    kinds.append(UInt8(truncatingIfNeeded: kind.rawValue))
    switch kind {
    case .unknown:
      if let unknown {
        throw VocabularyFault(
          key: parts.names.kinds, index: index, what: "is unknown, as entry \(unknown) is already")
      }
      unknown = TokenID(index)
    case .byte:
      guard let byte = SentencePieces.byte(named: parts.pieces.bytes[range]) else {
        throw VocabularyFault(
          key: parts.names.pieces, index: index, what: "is of kind byte, but not written <0x00>")
      }
      bytes[Int(byte)] = TokenID(index)
    case .userDefined: userDefined.append(TokenID(index))
    case .normal, .control, .unused: break
    }
    append(parts.pieces.bytes[range], kind: kind)
    guard let end = UInt32(exactly: all.count) else {
      throw VocabularyFault(
        key: parts.names.pieces, index: index, what: "lies beyond 4 GiB of entries")
    }
    starts.append(end)
  }

  private mutating func append(_ piece: ArraySlice<UInt8>, kind: TokenKind) {
    let start = all.count
    if kind == .userDefined, parts.spacing.escapesSpaces, parts.spacing.spacesInWholes {
      for byte in piece {
        if byte == UInt8(ascii: " ") {
          all.append(contentsOf: SentencePieces.escapedSpace)
        } else {
          all.append(byte)
        }
      }
    } else {
      all.append(contentsOf: piece)
    }
    if SentencePieces.isText(UInt8(truncatingIfNeeded: kind.rawValue)) {
      longest = max(longest, all.count - start)
    }
  }

  /// Pieces of text are all different, and so are the others among themselves.
  func checkUnique(_ pieces: PieceBytes) throws(VocabularyFault) {
    var texts = PieceTable(capacity: pieces.count)
    var others = PieceTable(capacity: pieces.count)
    for index in 0..<pieces.count {
      let twin =
        SentencePieces.isText(kinds[index])
        ? texts.insert(TokenID(index), of: pieces) : others.insert(TokenID(index), of: pieces)
      if let twin {
        throw VocabularyFault(
          key: parts.names.pieces, index: index, what: "is the same as entry \(twin)")
      }
    }
  }
}
