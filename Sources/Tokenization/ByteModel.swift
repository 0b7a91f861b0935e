/// Each byte of the text is a token: 256 entries, no merges.
struct ByteModel: TokenizerModel {
  let vocabulary: Vocabulary

  init() throws(VocabularyFault) {
    var parts = VocabularyParts()
    parts.writing = .bytes
    for byte in UInt8.min...UInt8.max { parts.tokens.append([byte]) }
    parts.kinds = Array(repeating: TokenKind.byte.rawValue, count: 256)
    vocabulary = try Vocabulary(parts)
  }

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, from position: Int, budget: Int, parsesSpecials: Bool,
    into tokens: inout [Token]
  ) -> Int {
    let enough = text.count - position > budget ? position + max(budget, 1) : text.count
    for place in position..<max(enough, position) {
      tokens.append(Token(id: TokenID(text[place]), start: place, end: place + 1))
    }
    return enough
  }

  func isStableBoundary(_ position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool { true }

  func reach(parsesSpecials: Bool) -> Int? { 0 }
}
