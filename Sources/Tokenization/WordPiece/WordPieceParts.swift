/// A WordPiece vocabulary as a file gives it, before anything is believed.
struct WordPieceParts: Sendable {
  /// Entries by id: what they say, without the mark of a continuation.
  var pieces = ByteStrings()
  /// `TokenKind` of each entry.
  var kinds: [TokenKind] = []
  /// Whether an entry goes on with a word, rather than beginning one.
  var continues: [Bool] = []
  /// Whether letters become small ones, and accents are taken off.
  var lowercases = true
  var stripsAccents = true
  /// The key of the list, for faults.
  var key = "vocabulary"

  /// Characters up to which a word is cut into pieces; a longer one is unknown.
  static let longestWord = 100

  /// Adds an entry.
  mutating func append(
    _ piece: some Sequence<UInt8>, kind: TokenKind, continues: Bool
  ) {
    pieces.append(piece)
    kinds.append(kind)
    self.continues.append(continues)
  }

  /// Whether some entry that words can be cut into has a capital letter of ASCII: then letters are
  /// kept as they are, since such entries would never be found otherwise.
  var hasCapitals: Bool {
    (0..<pieces.count).contains { index in
      kinds[index] == .normal
        && pieces.bytes[pieces.range(index)].contains {
          (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
        }
    }
  }

  /// Checks all entries and gives them as a vocabulary holds them.
  func entries() throws(VocabularyFault) -> VocabularyParts.Entries {
    guard pieces.count > 0 else {
      throw VocabularyFault(key: key, what: "is empty: a vocabulary needs entries")
    }
    guard pieces.count <= Vocabulary.maximumCount else {
      throw VocabularyFault(
        key: key,
        what: "has \(pieces.count) entries; at most \(Vocabulary.maximumCount) are supported")
    }
    var starts: [UInt32] = [0]
    for index in 0..<pieces.count {
      let range = pieces.range(index)
      let limit =
        kinds[index] == .normal ? Vocabulary.maximumTokenBytes : Vocabulary.maximumWholeBytes
      guard !range.isEmpty || kinds[index] == .unused else {
        throw VocabularyFault(key: key, index: index, what: "is empty")
      }
      guard range.count <= limit else {
        throw VocabularyFault(
          key: key, index: index,
          what: "has \(range.count) bytes; at most \(limit) are supported")
      }
      guard let end = UInt32(exactly: range.upperBound) else {
        throw VocabularyFault(key: key, index: index, what: "lies beyond 4 GiB of entries")
      }
      starts.append(end)
    }
    let bytes = PieceBytes(bytes: FrozenArray(pieces.bytes), starts: FrozenArray(starts))
    return VocabularyParts.Entries(
      pieces: bytes, kinds: kinds.map { UInt8(truncatingIfNeeded: $0.rawValue) },
      table: try table(of: bytes))
  }

  /// Finds ordinary entries; one that begins words comes before one that goes on with them. None
  /// may be there twice.
  private func table(of bytes: PieceBytes) throws(VocabularyFault) -> PieceTable {
    var table = PieceTable(capacity: bytes.count)
    var further = PieceTable(capacity: bytes.count)
    var wholes = PieceTable(capacity: bytes.count)
    for index in 0..<bytes.count where kinds[index] != .unused {
      let id = TokenID(index)
      let twin =
        kinds[index] != .normal
        ? wholes.insert(id, of: bytes)
        : continues[index] ? further.insert(id, of: bytes) : table.insert(id, of: bytes)
      if let twin {
        throw VocabularyFault(key: key, index: index, what: "is the same as entry \(twin)")
      }
    }
    for index in 0..<bytes.count where kinds[index] == .normal && continues[index] {
      _ = table.insert(TokenID(index), of: bytes)
    }
    return table
  }
}
