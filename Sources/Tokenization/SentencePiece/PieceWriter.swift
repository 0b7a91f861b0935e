/// A piece found in a normalised stretch, after those found before it.
struct FoundPiece {
  /// The piece; -1 for a character that is none.
  var id: TokenID
  /// Its bytes.
  var length: Int
}

/// Turns pieces of a normalised stretch into tokens of the text.
struct PieceWriter {
  private let pieces: SentencePieces
  private let unknown: TokenID
  /// Where the stretch begins in the text.
  private var start = 0
  /// Index of the stretch's first token.
  private var first = 0
  /// Bytes of the stretch that are done.
  private var position = 0

  init(pieces: SentencePieces) {
    self.pieces = pieces
    unknown = pieces.unknown ?? -1
  }

  /// Begins a stretch.
  ///
  /// - Parameters:
  ///   - start: where it begins in the text.
  ///   - first: the index of its first token.
  mutating func begin(start: Int, first: Int) {
    self.start = start
    self.first = first
    position = 0
  }

  /// Appends the tokens of the next piece.
  @inline(__always)
  mutating func write(
    _ piece: FoundPiece, _ text: NormalizedText, into tokens: inout [Token]
  ) {
    let next = position + piece.length
    let begin = start + Int(text.origins[position])
    let end = start + Int(text.origins[next])
    if piece.id >= 0, piece.id != unknown {
      tokens.append(Token(id: piece.id, start: begin, end: end))
    } else {
      writeUnknown(
        UnsafeBufferPointer(rebasing: text.bytes[position..<next]), begin, end, into: &tokens)
    }
    position = next
  }

  /// A character that is no piece: its bytes, or an unknown token, several of which in a row are
  /// one. Each byte stands for one of the text, where there are as many; else the last for all.
  private func writeUnknown(
    _ bytes: UnsafeBufferPointer<UInt8>, _ begin: Int, _ end: Int, into tokens: inout [Token]
  ) {
    if let byteTokens = pieces.byteTokens {
      let even = end - begin == bytes.count
      for (index, byte) in bytes.enumerated() {
        let last = index == bytes.count - 1
        tokens.append(
          Token(
            id: byteTokens[Int(byte)], start: even ? begin + index : begin,
            end: even ? begin + index + 1 : last ? end : begin))
      }
    } else if let unknown = pieces.unknown {
      if tokens.count > first, tokens[tokens.count - 1].id == unknown {
        tokens[tokens.count - 1].end = end
      } else {
        tokens.append(Token(id: unknown, start: begin, end: end))
      }
    }
  }
}
