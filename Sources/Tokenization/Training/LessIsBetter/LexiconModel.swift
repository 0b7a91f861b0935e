/// A learned lexicon as a tokenizer: at each place the longest entry that the text goes on with.
///
/// Ids 0 to 255 are the single bytes, then follow the entries, the most important first. Where a
/// text goes on does not depend on what stands before, so encoding can begin at the end of any
/// token.
struct LexiconModel: TokenizerModel {
  let vocabulary: Vocabulary
  private let trie: SubstringTrie
  /// Whether a token that contains a line feed ends with it, whatever the text.
  private let endsAtLineFeeds: Bool

  /// A model of `entries`, which must be neither empty nor single bytes, and all different.
  init(_ entries: [[UInt8]]) throws(VocabularyFault) {
    var parts = VocabularyParts()
    var trie = SubstringTrie()
    for (id, string) in ((0..<256).map { [UInt8($0)] } + entries).enumerated() {
      parts.tokens.append(ByteAlphabet.written(string).utf8)
      parts.kinds.append(TokenKind.normal.rawValue)
      trie.set(string, to: Int32(id))
    }
    vocabulary = try Vocabulary(parts)
    self.trie = trie
    endsAtLineFeeds = !entries.contains { $0.dropLast().contains(0x0A) }
  }

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, from position: Int, budget: Int, parsesSpecials: Bool,
    into tokens: inout [Token]
  ) -> Int {
    var position = position
    let enough = text.count - position > budget ? position + budget : text.count
    while position < enough {
      // Every byte is an entry.
      var id = 0
      var length = 1
      trie.forEachMatch(in: text, at: position) {
        id = $0; length = $1
      }
      tokens.append(Token(id: TokenID(id), start: position, end: position + length))
      position += length
    }
    return position
  }

  func isStableBoundary(_ position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard position > 0, position < text.count else { return true }
    return endsAtLineFeeds && text[position - 1] == 0x0A
  }

  func reach(parsesSpecials: Bool) -> Int? {
    endsAtLineFeeds ? vocabulary.longestTokenBytes : nil
  }
}
