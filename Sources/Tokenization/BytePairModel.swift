/// Byte-level BPE: the text is cut into words by `Splitter`, and in each word bytes are merged.
///
/// Generic over the splitter, so that cutting is compiled for each.
struct BytePairModel<Splitter: WordSplitter>: TokenizerModel {
  let vocabulary: Vocabulary
  let tables: EncodingTables
  let splitter: Splitter
  private let pool = EncoderPool()

  /// A model over tables that have been checked.
  init(_ tables: EncodingTables, splitter: Splitter) {
    vocabulary = tables.vocabulary
    self.tables = tables
    self.splitter = splitter
  }

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, from position: Int, budget: Int, parsesSpecials: Bool,
    into tokens: inout [Token]
  ) -> Int {
    guard let base = text.baseAddress, position < text.count else { return text.count }
    let enough = text.count - position > budget ? position + budget : text.count
    var cursor = SectionCursor(
      text: base, count: text.count, from: position,
      matcher: tables.matcher(parsesSpecials: parsesSpecials), pieces: vocabulary.pieces)
    pool.withEncoder(tables) { encoder in
      while cursor.position < enough {
        encoder.words.removeAll()
        if let whole = cursor.next(splitter, into: &encoder.words) {
          tokens.append(Token(id: whole.id, start: whole.start, end: whole.end))
        } else {
          encoder.encode(base, count: text.count, into: &tokens)
        }
      }
    }
    return cursor.position
  }

  func isStableBoundary(_ position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress, position > 0, position < text.count else { return true }
    return splitter.isCertainCut(in: base, at: position, end: text.count)
  }

  func reach(parsesSpecials: Bool) -> Int? {
    max(tables.matcher(parsesSpecials: parsesSpecials).longest, splitter.lookahead)
  }
}

extension Tokenizer {
  /// Builds the tables of byte-level BPE from what a file gave, after checking it.
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
    let tables = EncodingTables(vocabulary: vocabulary, merges: merges)
    self.init(
      name: preTokenizer.rawValue,
      model: BytePairModel(tables, splitter: SmolLMSplitter()))
  }
}
