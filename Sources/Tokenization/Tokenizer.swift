/// Turns text into tokens and back. Text is bytes: nothing needs to be valid UTF-8.
///
/// A copy is cheap and shares its storage; all functions may be called from any thread.
///
/// ## Where tokens can change
/// Words are cut looking only forwards, and merges never cross a cut. So a cut, once there, does
/// not depend on what stands before it, and `isStableBoundary` can tell from the two characters
/// around a position that every text with these two has a cut there. Between two such positions
/// tokens depend on nothing else, apart from special tokens, which may lie across.
public struct Tokenizer: Sendable {
  /// What the tokenizer is called: the name of its pre-tokenizer, e.g. `smollm`.
  public let name: String
  /// The entries.
  public let vocabulary: Vocabulary

  let tables: EncodingTables
  let pool = EncoderPool()

  /// Builds the tables from what a file gave, after checking it.
  init(_ parts: VocabularyParts, preTokenizer: PreTokenizer) throws(VocabularyFault) {
    let vocabulary = try Vocabulary(parts)
    let list = try parts.decodedMerges(vocabulary)
    let merges: MergeTable
    do throws(MergeTable.Repetition) {
      merges = try MergeTable(list)
    } catch {
      throw VocabularyFault(
        key: VocabularyParts.Key.merges, index: error.second,
        what: "is the same as entry \(error.first)")
    }
    name = preTokenizer.rawValue
    self.vocabulary = vocabulary
    tables = EncodingTables(vocabulary: vocabulary, merges: merges)
  }

  /// The tokens of a text, in order.
  ///
  /// - Parameter parsesSpecials: whether special tokens written in the text (`<|im_end|>`) become
  ///   those tokens, the leftmost first and the longest of those that begin at one place; otherwise
  ///   they are text like any other. User-defined entries are always found, as they are text that
  ///   the vocabulary was given whole.
  ///
  /// Bytes of `Vocabulary.absentBytes` are left out; without them the tokens cover the text and
  /// `decode` gives it back. A text of n bytes costs O(n log n) time at worst, whatever it holds.
  public func encode(_ text: [UInt8], parsesSpecials: Bool = true) -> [Token] {
    var tokens: [Token] = []
    tokens.reserveCapacity(text.count / 3)
    encode(text, from: 0, parsesSpecials: parsesSpecials, into: &tokens) { _, _ in true }
    return tokens
  }

  /// The bytes of the entries, joined. Ids that are no entry's add nothing.
  public func decode(_ ids: some Sequence<TokenID>) -> [UInt8] {
    var bytes: [UInt8] = []
    for id in ids where vocabulary.contains(id) {
      bytes.append(contentsOf: vocabulary.pieces.bytes(of: Int(id)))
    }
    return bytes
  }

  /// Appends the tokens from `position`, a cut, on, as long as `goesOn` agrees: it is asked at each
  /// further cut, with the cut and the number of tokens so far.
  @inline(__always)
  func encode(
    _ text: [UInt8], from position: Int, parsesSpecials: Bool, into tokens: inout [Token],
    while goesOn: (_ cut: Int, _ count: Int) -> Bool
  ) {
    text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      pool.withEncoder(tables) { encoder in
        var cursor = WordCursor(
          text: base, count: bytes.count, from: position,
          splitter: SmolLMSplitter(kinds: tables.kinds.base),
          matcher: tables.matcher(parsesSpecials: parsesSpecials), pieces: vocabulary.pieces)
        while let word = cursor.next() {
          if word.whole >= 0 {
            tokens.append(Token(id: word.whole, start: word.start, end: word.end))
          } else {
            encoder.encode(base, word.start..<word.end, count: bytes.count, into: &tokens)
          }
          guard goesOn(word.end, tokens.count) else { return }
        }
      }
    }
  }
}
