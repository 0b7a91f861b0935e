/// What a kind of tokenizer can tell about how it cuts.
protocol ExplainedModel {
  /// The stretches of `text[from..<end]`, from a cut at `from` on, that tokens never cross, with the
  /// last as long as it is: words, or entries that are found whole.
  func stretches(
    of text: UnsafeBufferPointer<UInt8>, from: Int, to end: Int
  ) -> [ExplainedStretch]

  /// How a word became tokens; `nil` when it is too long to be told.
  ///
  /// - Parameter isFirst: whether the text, or a stretch between whole entries, begins with it.
  func reasons(of word: [UInt8], isFirst: Bool) -> WordReasons?

  /// How merges alone would build a word; `nil` when they play no part, or the word is too long.
  func trace(of word: [UInt8]) -> MergeTrace?
}

/// A stretch of a text that tokens never cross.
public struct ExplainedStretch: Sendable, Hashable {
  /// Its bytes in the text.
  public let range: Range<Int>
  /// Whether it is an entry that is looked for in the text as a whole: a special or user-defined one.
  public let isWhole: Bool
}

/// How a word became tokens.
public enum WordReasons: Sendable, Hashable {
  /// By merges.
  case merges(MergeTrace)
  /// The word is an entry, and is taken as such before any merge.
  case entry(TokenID)
  /// By the largest sum of scores: the best ways to cut it, the one that was taken first.
  case segmentations([Segmentation])
}

extension BytePairModel: ExplainedModel {
  func stretches(
    of text: UnsafeBufferPointer<UInt8>, from: Int, to end: Int
  ) -> [ExplainedStretch] {
    guard let base = text.baseAddress else { return [] }
    var cursor = SectionCursor(
      text: base, count: text.count, from: from, matcher: tables.matcher(parsesSpecials: true),
      pieces: vocabulary.pieces)
    var stretches: [ExplainedStretch] = []
    var words = WordList()
    while cursor.position < min(end, text.count) {
      words.removeAll()
      if let whole = cursor.next(splitter, into: &words) {
        stretches.append(ExplainedStretch(range: whole.start..<whole.end, isWhole: true))
      } else {
        stretches += words.spans.map { ExplainedStretch(range: $0, isWhole: false) }
      }
    }
    return stretches
  }

  func reasons(of word: [UInt8], isFirst: Bool) -> WordReasons? { tables.reasons(of: word) }

  func trace(of word: [UInt8]) -> MergeTrace? { tables.trace(of: word) }
}

extension PipelineModel: ExplainedModel {
  /// The longest text that is cut to tell why: pipelines cut texts as a whole.
  private static let longestText = 1 << 16

  func stretches(
    of text: UnsafeBufferPointer<UInt8>, from: Int, to end: Int
  ) -> [ExplainedStretch] {
    guard text.count <= Self.longestText else { return [] }
    var stretches: [ExplainedStretch] = []
    added.forEachStretch(of: text, parsesSpecials: true) { stretch, id in
      if id != nil {
        stretches.append(ExplainedStretch(range: stretch, isWhole: true))
      } else if !stretch.isEmpty {
        var normal = AlignedText(text, stretch)
        for normalizer in normalizers { normal = normalizer.applied(to: normal) }
        var cut = CutText(
          text: normal, pieces: normal.bytes.isEmpty ? [] : [0..<normal.bytes.count])
        for step in cutting { step.apply(to: &cut, isFirst: stretch.lowerBound == 0) }
        stretches += cut.pieces.map { piece in
          let origin = cut.text.origin(of: piece)
          return ExplainedStretch(range: origin.start..<origin.end, isWhole: false)
        }
      }
    }
    return stretches
  }

  func reasons(of word: [UInt8], isFirst: Bool) -> WordReasons? {
    (words as? BytePairWords)?.tables.reasons(of: word)
  }

  func trace(of word: [UInt8]) -> MergeTrace? {
    (words as? BytePairWords)?.tables.trace(of: word)
  }
}

extension EncodingTables {
  fileprivate func reasons(of word: [UInt8]) -> WordReasons? {
    if ignoresMerges, let id = word.withUnsafeBufferPointer({ vocabulary.ordinary($0) }) {
      return .entry(id)
    }
    return trace(of: word).map { .merges($0) }
  }

  fileprivate func trace(of word: [UInt8]) -> MergeTrace? {
    MergeTrace(word, merges: merges, byteTokens: vocabulary.byteTokens)
  }
}
