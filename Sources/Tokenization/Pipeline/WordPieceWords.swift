/// WordPiece as the word model of a pipeline: a word is cut into the longest pieces from its beginning
/// on, or is unknown as a whole.
///
/// Paper: Wu et al. 2016, "Google's Neural Machine Translation System", section 4.1.
struct WordPieceWords: WordModel {
  /// All entries as the file writes them: what may begin a word.
  private let beginnings: PieceTrie
  /// The entries with the prefix of continuations, without it.
  private let continuations: PieceTrie
  /// Characters up to which a word is cut into pieces; a longer one is unknown.
  private let longestWord: Int
  /// What a word becomes that cannot be cut; without it such words are left out.
  private let unknown: TokenID?

  /// A model of those of `pieces` that `table` finds.
  init(
    _ pieces: PieceBytes, _ table: PieceTable, prefix: [UInt8], longestWord: Int, unknown: TokenID?
  ) {
    let ids = table.ids
    beginnings = PieceTrie(pieces, ids: ids) { _ in 0 }
    var bytes: [UInt8] = []
    var starts: [UInt32] = [0]
    var further: [TokenID] = []
    var next = ids.makeIterator()
    var id = next.next()
    for index in 0..<pieces.count {
      let piece = pieces.bytes(of: index)
      if id == TokenID(index) {
        id = next.next()
        if piece.count > prefix.count, piece.starts(with: prefix) {
          bytes += piece.dropFirst(prefix.count)
          further.append(TokenID(index))
        }
      }
      starts.append(UInt32(truncatingIfNeeded: bytes.count))
    }
    continuations = PieceTrie(
      PieceBytes(bytes: FrozenArray(bytes), starts: FrozenArray(starts)), ids: further
    ) { _ in 0 }
    self.longestWord = longestWord
    self.unknown = unknown
  }

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, words: [Range<Int>], into tokens: inout [Token]
  ) {
    for word in words {
      let first = tokens.count
      guard !cut(text, word, into: &tokens) else { continue }
      tokens.removeLast(tokens.count - first)
      if let unknown {
        tokens.append(Token(id: unknown, start: word.lowerBound, end: word.upperBound))
      }
    }
  }

  /// Appends the pieces of a word; `false` when it has none.
  private func cut(
    _ text: UnsafeBufferPointer<UInt8>, _ word: Range<Int>, into tokens: inout [Token]
  ) -> Bool {
    guard !isTooLong(UnsafeBufferPointer(rebasing: text[word])) else { return false }
    var position = word.lowerBound
    while position < word.upperBound {
      let trie = position == word.lowerBound ? beginnings : continuations
      guard let (id, length) = trie.longestMatch(text, in: position..<word.upperBound) else {
        return false
      }
      tokens.append(Token(id: id, start: position, end: position + length))
      position += length
    }
    return true
  }

  private func isTooLong(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    // A character has at least a byte.
    guard word.count > longestWord, let base = word.baseAddress else { return false }
    var characters = 0
    var position = 0
    while position < word.count {
      position += UTF8Sequence.scalar(in: base, at: position, end: word.count)?.length ?? 1
      characters += 1
      if characters > longestWord { return true }
    }
    return false
  }

  func reasons(of word: [UInt8]) -> WordReasons? {
    guard word.count <= MergeTrace.longestWord else { return nil }
    var tokens: [Token] = []
    word.withUnsafeBufferPointer { encode($0, words: [0..<word.count], into: &tokens) }
    return .longest(tokens.map(\.id))
  }
}
