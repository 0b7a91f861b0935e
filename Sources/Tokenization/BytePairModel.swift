/// Byte-level BPE: the text is cut into words, some hundred at a time, and in each word bytes are
/// merged.
struct BytePairModel: TokenizerModel {
  let vocabulary: Vocabulary
  let tables: EncodingTables
  let splitter: any WordSplitter
  private let pool = EncoderPool()

  /// A model over tables that have been checked.
  init(_ tables: EncodingTables, splitter: any WordSplitter) {
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

  func encode(_ text: UnsafeBufferPointer<UInt8>, upTo end: Int, into tokens: inout [Token]) {
    guard let base = text.baseAddress else { return }
    var cursor = SectionCursor(
      text: base, count: text.count, from: 0, matcher: tables.matcher(parsesSpecials: false),
      pieces: vocabulary.pieces)
    pool.withEncoder(tables) { encoder in
      while cursor.position < end {
        encoder.words.removeAll()
        if let whole = cursor.next(splitter, into: &encoder.words) {
          guard whole.end <= end else {
            encoder.words.append(whole.start, end)
            return encoder.encode(base, count: text.count, into: &tokens)
          }
          tokens.append(Token(id: whole.id, start: whole.start, end: whole.end))
        } else {
          encoder.words.cutOff(at: end)
          encoder.encode(base, count: text.count, into: &tokens)
        }
      }
    }
  }

  func isStableBoundary(_ position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress, position > 0, position < text.count else { return true }
    return splitter.isCertainCut(in: base, at: position, end: text.count)
  }

  func reach(parsesSpecials: Bool) -> Int? {
    guard splitter.lookahead < .max else { return nil }
    return max(tables.matcher(parsesSpecials: parsesSpecials).longest, splitter.lookahead)
  }

  func pairRule() -> PairRule? {
    let isLocal =
      splitter.keepsLettersTogether && !tables.ignoresMerges
      && vocabulary.userDefined.ids.isEmpty
    return isLocal
      ? PairRule(MergeJoins(tables: tables), count: vocabulary.count, holdsAnywhere: false) : nil
  }
}

extension Tokenizer {
  /// Byte-level BPE with a known way of cutting words.
  init(
    _ parts: VocabularyParts, pattern: WordPattern, affixes: Affixes = Affixes()
  ) throws(VocabularyFault) {
    try self.init(
      parts, name: pattern.rawValue, splitter: pattern.splitter,
      ignoresMerges: pattern.ignoresMerges, affixes: affixes)
  }

  /// Builds the tables of byte-level BPE from what a file gave, after checking it.
  ///
  /// - Parameter ignoresMerges: whether a word that is an entry is taken as it is.
  init(
    _ parts: VocabularyParts, name: String, splitter: any WordSplitter, ignoresMerges: Bool,
    affixes: Affixes = Affixes()
  ) throws(VocabularyFault) {
    let tables = try EncodingTables(parts, ignoresMerges: ignoresMerges)
    self.init(name: name, model: BytePairModel(tables, splitter: splitter), affixes: affixes)
  }
}

extension EncodingTables {
  /// The tables of what a file gave, after checking it.
  init(_ parts: VocabularyParts, ignoresMerges: Bool) throws(VocabularyFault) {
    let vocabulary = try Vocabulary(parts)
    let list = try parts.decodedMerges(vocabulary)
    do throws(MergeTable.Repetition) {
      merges = try MergeTable(list)
    } catch {
      throw VocabularyFault(
        key: parts.names.merges, index: error.second,
        what: "is the same as entry \(error.first)")
    }
    firstJoins = FirstJoins(list, vocabulary: vocabulary)
    self.vocabulary = vocabulary
    cuts = CertainCuts(vocabulary)
    wholeWords = ignoresMerges ? WholeWords(vocabulary) : nil
  }
}
