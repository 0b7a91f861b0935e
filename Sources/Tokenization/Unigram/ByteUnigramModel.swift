internal import ModelFiles

/// A Unigram model whose pieces are bytes: the text is cut into words as for byte-level BPE, and each
/// word into the pieces whose probabilities have the largest product.
///
/// Paper: Kudo 2018, "Subword Regularization", section 3.2. Of equally likely segmentations that is
/// taken which Hugging Face `tokenizers` takes: pieces that begin earlier come first.
struct ByteUnigramModel: TokenizerModel {
  let vocabulary: Vocabulary
  private let trie: SubstringTrie
  private let scores: [Double]
  private let splitter: any WordSplitter

  /// A model of the ordinary entries of `vocabulary`, each single byte among them.
  ///
  /// - Parameter scores: for each entry, the natural logarithm of its probability.
  init(_ vocabulary: Vocabulary, scores: [Double], splitter: any WordSplitter) {
    precondition(scores.count == vocabulary.count && vocabulary.absentBytes.isEmpty)
    self.vocabulary = vocabulary
    self.scores = scores
    self.splitter = splitter
    var trie = SubstringTrie()
    for id in 0..<vocabulary.count where vocabulary.kind(of: TokenID(id)) == .normal {
      trie.set(vocabulary.pieces.bytes(of: id), to: Int32(id))
    }
    self.trie = trie
  }

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, from position: Int, budget: Int, parsesSpecials: Bool,
    into tokens: inout [Token]
  ) -> Int {
    guard let base = text.baseAddress, position < text.count else { return text.count }
    let enough = text.count - position > budget ? position + budget : text.count
    var cursor = SectionCursor(
      text: base, count: text.count, from: position,
      matcher: parsesSpecials ? vocabulary.wholes : vocabulary.userDefined,
      pieces: vocabulary.pieces)
    var words = WordList()
    var lattice = PieceLattice()
    while cursor.position < enough {
      words.removeAll()
      if let whole = cursor.next(splitter, into: &words) {
        tokens.append(Token(id: whole.id, start: whole.start, end: whole.end))
      } else {
        append(words, of: text, &lattice, to: &tokens)
      }
    }
    return cursor.position
  }

  func encode(_ text: UnsafeBufferPointer<UInt8>, upTo end: Int, into tokens: inout [Token]) {
    guard let base = text.baseAddress else { return }
    var cursor = SectionCursor(
      text: base, count: text.count, from: 0, matcher: vocabulary.userDefined,
      pieces: vocabulary.pieces)
    var words = WordList()
    var lattice = PieceLattice()
    while cursor.position < end {
      words.removeAll()
      if let whole = cursor.next(splitter, into: &words) {
        guard whole.end <= end else {
          words.append(whole.start, end)
          return append(words, of: text, &lattice, to: &tokens)
        }
        tokens.append(Token(id: whole.id, start: whole.start, end: whole.end))
      } else {
        words.cutOff(at: end)
        append(words, of: text, &lattice, to: &tokens)
      }
    }
  }

  private func append(
    _ words: WordList, of text: UnsafeBufferPointer<UInt8>, _ lattice: inout PieceLattice,
    to tokens: inout [Token]
  ) {
    for word in words.spans {
      lattice.read(UnsafeBufferPointer(rebasing: text[word]), trie)
      var start = word.lowerBound
      for piece in lattice.bestPath(scores).pieces {
        let end = start + vocabulary.pieces.length(of: piece)
        tokens.append(Token(id: TokenID(piece), start: start, end: end))
        start = end
      }
    }
  }

  func isStableBoundary(_ position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress, position > 0, position < text.count else { return true }
    return splitter.isCertainCut(in: base, at: position, end: text.count)
  }

  func reach(parsesSpecials: Bool) -> Int? {
    guard splitter.lookahead < .max else { return nil }
    let matcher = parsesSpecials ? vocabulary.wholes : vocabulary.userDefined
    return max(matcher.longest, splitter.lookahead)
  }
}

extension TokenizerJSON {
  /// A Unigram model whose words are cut as bytes; `nil` when the file asks for more than that, or
  /// its entries cannot say every byte, so that it must be read as written, character by character.
  func byteUnigram(
    _ normalizers: [Normalizer], _ steps: [CuttingStep], _ affixes: Affixes
  ) throws(FileFault) -> Tokenizer? {
    guard try joinsBytes(), normalizers.isEmpty,
      added.allSatisfy({ $0.rules == AddedEntries.Rules() }), let splitter = splitter(steps)
    else { return nil }
    let parts = try byteLevelParts(affixes)
    let vocabulary: Vocabulary
    do throws(VocabularyFault) {
      vocabulary = try Vocabulary(parts)
    } catch {
      throw fault(error)
    }
    guard vocabulary.absentBytes.isEmpty else { return nil }
    try check(affixes, vocabulary)
    // Added entries may have ids beyond the list, and are no pieces of words.
    let scores = (0..<vocabulary.count).map {
      model.scores.indices.contains($0) ? model.scores[$0] : 0
    }
    return Tokenizer(
      name: "unigram",
      model: ByteUnigramModel(vocabulary, scores: scores, splitter: splitter.splitter),
      affixes: affixes)
  }
}
