/// How the words of a text become tokens: the part of a pipeline between cutting and post-processing.
protocol WordModel: Sendable {
  /// Appends the tokens of `words`, in order, with offsets in `text`.
  func encode(
    _ text: UnsafeBufferPointer<UInt8>, words: [Range<Int>], into tokens: inout [Token])

  /// How a word became tokens; `nil` when it is too long to be told.
  func reasons(of word: [UInt8]) -> WordReasons?

  /// How merges alone would build a word; `nil` when they play no part, or the word is too long.
  func trace(of word: [UInt8]) -> MergeTrace?
}

extension WordModel {
  func trace(of word: [UInt8]) -> MergeTrace? { nil }
}

/// Byte-level BPE as the word model of a pipeline.
struct BytePairWords: WordModel {
  let tables: EncodingTables
  private let pool = EncoderPool()

  init(_ tables: EncodingTables) { self.tables = tables }

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, words: [Range<Int>], into tokens: inout [Token]
  ) {
    guard let base = text.baseAddress else { return }
    pool.withEncoder(tables) { encoder in
      encoder.words.removeAll()
      for word in words { encoder.words.append(word.lowerBound, word.upperBound) }
      encoder.encode(base, count: text.count, into: &tokens)
      encoder.words.removeAll()
    }
  }

  func reasons(of word: [UInt8]) -> WordReasons? { tables.reasons(of: word) }

  func trace(of word: [UInt8]) -> MergeTrace? { tables.trace(of: word) }
}

/// A vocabulary of whole words.
struct WordLevelWords: WordModel {
  let pieces: PieceBytes
  let table: PieceTable
  /// Stands for words that are no entry; without it they are left out.
  let unknown: TokenID?

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, words: [Range<Int>], into tokens: inout [Token]
  ) {
    for word in words {
      let id = table.find(UnsafeBufferPointer(rebasing: text[word]), in: pieces) ?? unknown
      if let id { tokens.append(Token(id: id, start: word.lowerBound, end: word.upperBound)) }
    }
  }

  func reasons(of word: [UInt8]) -> WordReasons? {
    word.withUnsafeBufferPointer { table.find($0, in: pieces) }.map { .entry($0) }
  }
}
