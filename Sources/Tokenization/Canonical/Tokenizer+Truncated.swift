extension Tokenizer {
  /// The tokens of `text[..<end]`, cut into words as the whole text calls for.
  ///
  /// Where `end` lies within a character, the words around it still follow from the whole one.
  func encode(_ text: [UInt8], upTo end: Int) -> [Token] {
    var tokens: [Token] = []
    var cut = 0
    var count = 0
    encode(text, from: 0, parsesSpecials: false, into: &tokens) { position, total in
      guard position <= end else { return false }
      (cut, count) = (position, total)
      return position < end
    }
    tokens.removeSubrange(count...)
    return cut < end ? tokens + encodeWord(text, cut..<end) : tokens
  }

  /// The tokens of a part of one word.
  private func encodeWord(_ text: [UInt8], _ word: Range<Int>) -> [Token] {
    var tokens: [Token] = []
    text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      pool.withEncoder(tables) { encoder in
        encoder.encode(base, word, count: bytes.count, into: &tokens)
      }
    }
    return tokens
  }
}
