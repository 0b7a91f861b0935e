/// The tokens of a vocabulary that have a role.
struct TokenRoles: Sendable {
  var beginOfText: TokenID?
  var endOfText: TokenID?
  /// Further ids after which a generation ends.
  var furtherEnds: [TokenID] = []
  /// What the model expects around every text.
  var affixes = Affixes()
}

extension Tokenizer {
  /// Builds the tables of a SentencePiece model from what a file gave, after checking it.
  init(
    _ parts: SentencePieceParts, name: String, roles: TokenRoles
  ) throws(VocabularyFault) {
    let tables = try SentencePieceTables(parts)
    var ids = VocabularyParts()
    ids.beginOfText = roles.beginOfText
    ids.endOfText = roles.endOfText
    ids.furtherEnds = roles.furtherEnds
    let vocabulary = Vocabulary(tables.pieces.entries(spacing: parts.spacing), of: ids)
    self.init(
      name: name, model: SentencePieceModel(tables, vocabulary: vocabulary),
      affixes: roles.affixes)
  }
}

extension SentencePieces {
  /// The entries by what they say: escaped spaces are spaces, and pieces of bytes are bytes.
  func entries(spacing: SentencePieceParts.Spacing) -> VocabularyParts.Entries {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(written.bytes.count)
    var starts: [UInt32] = [0]
    starts.reserveCapacity(written.count + 1)
    for id in 0..<written.count {
      let piece = written.bytes(of: id)
      if let byte = Self.isByte(kinds[id]) ? Self.byte(named: piece) : nil {
        bytes.append(byte)
      } else if Self.isText(kinds[id]), spacing.escapesSpaces {
        Self.unescape(piece, into: &bytes)
      } else {
        bytes.append(contentsOf: piece)
      }
      starts.append(UInt32(truncatingIfNeeded: bytes.count))
    }
    let pieces = PieceBytes(bytes: FrozenArray(bytes), starts: FrozenArray(starts))
    return VocabularyParts.Entries(
      pieces: pieces, kinds: Array(kinds.all), table: table(of: pieces))
  }

  private static func isByte(_ kind: UInt8) -> Bool { kind == UInt8(TokenKind.byte.rawValue) }

  private static func unescape(_ piece: UnsafeBufferPointer<UInt8>, into bytes: inout [UInt8]) {
    var position = 0
    while position < piece.count {
      if piece[position] == escapedSpace[0], piece.count - position >= 3,
        piece[position + 1] == escapedSpace[1], piece[position + 2] == escapedSpace[2]
      {
        bytes.append(UInt8(ascii: " "))
        position += 3
      } else {
        bytes.append(piece[position])
        position += 1
      }
    }
  }

  /// Finds ordinary entries by what they say; a piece of text comes before one of a byte.
  private func table(of pieces: PieceBytes) -> PieceTable {
    var table = PieceTable(capacity: pieces.count)
    for wanted in [TokenKind.normal, .byte] {
      for id in 0..<pieces.count where kinds[id] == UInt8(wanted.rawValue) {
        _ = table.insert(TokenID(id), of: pieces)
      }
    }
    return table
  }
}
