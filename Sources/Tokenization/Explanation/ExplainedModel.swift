/// What a kind of tokenizer can tell about how it cuts.
protocol ExplainedModel {
  /// The stretches of `text[from..<end]`, from a cut at `from` on, that tokens never cross, with the
  /// last as long as it is: words, or entries that are found whole.
  func stretches(
    of text: UnsafeBufferPointer<UInt8>, from: Int, to end: Int
  ) -> [ExplainedStretch]

  /// How a word became tokens; `nil` when it is too long to be told.
  ///
  /// - Parameters:
  ///   - word: the bytes of a stretch, or what it says is read there.
  ///   - isFirst: whether the text, or a stretch between whole entries, begins with it.
  func reasons(of word: [UInt8], isFirst: Bool) -> WordReasons?

  /// How merges alone would build an entry; `nil` when they play no part, or it is too long.
  func trace(of id: TokenID) -> MergeTrace?
}

/// A stretch of a text that tokens never cross.
public struct ExplainedStretch: Sendable, Hashable {
  /// Its bytes in the text.
  public let range: Range<Int>
  /// Whether it is an entry that is looked for in the text as a whole: a special or user-defined one.
  public let isWhole: Bool
  /// What the model reads there, where that is not what the text says.
  let written: [UInt8]?

  init(range: Range<Int>, isWhole: Bool, written: [UInt8]? = nil) {
    self.range = range
    self.isWhole = isWhole
    self.written = written
  }
}

/// How a word became tokens.
public enum WordReasons: Sendable, Hashable {
  /// By merges.
  case merges(MergeTrace)
  /// The word is an entry, and is taken as such before any merge.
  case entry(TokenID)
  /// By the largest sum of scores: the best ways to cut it, the one that was taken first.
  case segmentations([Segmentation])
  /// By always taking the longest piece that fits; the unknown entry where none does.
  case longest([TokenID])
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

  func trace(of id: TokenID) -> MergeTrace? { tables.trace(of: vocabulary.bytes(of: id)) }
}

extension PipelineModel: ExplainedModel {
  /// The longest text that is cut to tell why: pipelines cut texts as a whole.
  private static let longestText = 1 << 16

  func stretches(
    of text: UnsafeBufferPointer<UInt8>, from: Int, to end: Int
  ) -> [ExplainedStretch] {
    guard text.count <= Self.longestText else { return [] }
    var stretches: [ExplainedStretch] = []
    forEachPart(of: text, parsesSpecials: true) { part in
      switch part {
      case .whole(_, let range): stretches.append(ExplainedStretch(range: range, isWhole: true))
      case .words(let cut):
        stretches += cut.pieces.map { piece in
          let origin = cut.text.origin(of: piece)
          return ExplainedStretch(
            range: origin.start..<origin.end, isWhole: false,
            written: Array(cut.text.bytes[piece]))
        }
      }
    }
    return stretches
  }

  func reasons(of word: [UInt8], isFirst: Bool) -> WordReasons? {
    words.reasons(of: word)
  }

  func trace(of id: TokenID) -> MergeTrace? {
    guard let decoder else { return words.trace(of: vocabulary.bytes(of: id)) }
    guard vocabulary.contains(id), Int(id) < decoder.pieces.count else { return nil }
    return words.trace(of: Array(decoder.pieces.bytes(of: Int(id))))
  }
}

extension WordPieceModel: ExplainedModel {
  func stretches(
    of text: UnsafeBufferPointer<UInt8>, from: Int, to end: Int
  ) -> [ExplainedStretch] {
    var tokens: [Token] = []
    var position = from
    while position < end {
      position = encode(
        text, from: position, budget: max(end - position, 1), parsesSpecials: true, into: &tokens)
    }
    var stretches: [ExplainedStretch] = []
    for token in tokens {
      if let last = stretches.last, continues(token.id) {
        stretches[stretches.count - 1] = ExplainedStretch(
          range: last.range.lowerBound..<max(last.range.upperBound, token.end), isWhole: false)
      } else {
        let isWhole = vocabulary.kind(of: token.id) == .control
        stretches.append(ExplainedStretch(range: token.start..<token.end, isWhole: isWhole))
      }
    }
    return stretches
  }

  func reasons(of word: [UInt8], isFirst: Bool) -> WordReasons? {
    guard word.count <= MergeTrace.longestWord else { return nil }
    var tokens: [Token] = []
    word.withUnsafeBufferPointer {
      _ = encode($0, from: 0, budget: .max, parsesSpecials: false, into: &tokens)
    }
    return .longest(tokens.map(\.id))
  }

  func trace(of id: TokenID) -> MergeTrace? { nil }
}

extension EncodingTables {
  /// How a word becomes tokens; `nil` when it is too long to be told.
  func reasons(of word: [UInt8]) -> WordReasons? {
    if ignoresMerges, let id = word.withUnsafeBufferPointer({ vocabulary.ordinary($0) }) {
      return .entry(id)
    }
    return trace(of: word).map { .merges($0) }
  }

  /// How merges build a word; `nil` when it is too long.
  func trace(of word: [UInt8]) -> MergeTrace? {
    MergeTrace(word, merges: merges, byteTokens: vocabulary.byteTokens)
  }
}
