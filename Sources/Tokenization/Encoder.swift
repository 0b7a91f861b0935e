import Synchronization

/// The tables of a tokenizer that encoding reads; immutable.
struct EncodingTables: Sendable {
  let vocabulary: Vocabulary
  let merges: MergeTable
  /// The joins that are made at once.
  let firstJoins: FirstJoins
  /// Which words may be entries, where those that are one are taken as they are, whatever their merges
  /// would make of them.
  let wholeWords: WholeWords?
  /// Where long words are cut; nil where none is certain.
  let cuts: CertainCuts?

  /// Whether a word that is an entry is taken as it is.
  var ignoresMerges: Bool { wholeWords != nil }

  /// The entries that are found whole in a text. User-defined ones always are; special ones only
  /// when the caller wants them parsed.
  func matcher(parsesSpecials: Bool) -> WholeMatcher {
    parsesSpecials ? vocabulary.wholes : vocabulary.userDefined
  }
}

/// Encodes words, remembering those it has seen: the working memory of one encoding at a time.
///
/// `@unchecked`: an encoder is taken out of its pool for one call and put back after it, so it is
/// never with two threads at once.
final class Encoder: @unchecked Sendable {
  private let tables: EncodingTables
  private var merger: BytePairMerger
  private var cache = WordCache()
  /// The words to encode next.
  var words = WordList()
  /// The words in parts, where some are cut.
  private var parts = WordList()
  /// Words that are made ready before the first of them is looked up, so that what is remembered of
  /// them has come from slow memory.
  private static let batch = 32
  private let keys = UnsafeMutablePointer<WordCache.Key>.allocate(capacity: batch)

  /// An encoder that remembers nothing yet.
  init(_ tables: EncodingTables) {
    self.tables = tables
    merger = BytePairMerger(
      merges: tables.merges, firstJoins: tables.firstJoins,
      byteTokens: tables.vocabulary.byteTokens,
      pieces: tables.vocabulary.pieces)
  }

  deinit { keys.deallocate() }

  /// Appends the tokens of `words`, which lie in a text of `count` bytes.
  func encode(_ text: UnsafePointer<UInt8>, count: Int, into tokens: inout [Token]) {
    let spans = cutWords(of: text)
    var next = 0
    while next < spans.count {
      let batch = next..<min(next + Self.batch, spans.count)
      for index in batch {
        let range = spans[index]
        let key =
          range.count > 1 && range.count <= WordCache.longestWord
          ? WordCache.Key(
            text + range.lowerBound, count: range.count, available: count - range.lowerBound)
          : .none
        keys[index - next] = key
        cache.expect(key)
      }
      for index in batch { encode(text, spans[index], keys[index - next], into: &tokens) }
      next = batch.upperBound
    }
  }

  /// The words, long ones cut where that is certain.
  private func cutWords(of text: UnsafePointer<UInt8>) -> [Range<Int>] {
    guard let cuts = tables.cuts,
      let first = words.spans.firstIndex(where: { cuts.mayCut($0, of: text) })
    else { return words.spans }
    parts.removeAll()
    parts.append(words.spans[..<first])
    for range in words.spans[first...] {
      if cuts.mayCut(range, of: text) {
        cuts.cut(range, of: text, into: &parts)
      } else {
        parts.append(range.lowerBound, range.upperBound)
      }
    }
    return parts.spans
  }

  /// Appends the tokens of the word `range` of a text, which is remembered by `key`, unless that is
  /// ``WordCache/Key/none``.
  @inline(__always)
  private func encode(
    _ text: UnsafePointer<UInt8>, _ range: Range<Int>, _ key: WordCache.Key,
    into tokens: inout [Token]
  ) {
    let start = range.lowerBound
    guard key != .none else {
      guard range.count == 1 else { return merge(text, range, key: nil, into: &tokens) }
      let id = tables.vocabulary.byteTokens.base[Int(text[start])]
      if id >= 0 { tokens.append(Token(id: id, start: start, end: start + 1)) }
      return
    }
    guard let ids = cache.find(key) else { return merge(text, range, key: key, into: &tokens) }
    var position = start
    for index in 0..<WordCache.mostTokens where ids[index] >= 0 {
      let end = position + tables.vocabulary.pieces.length(of: Int(ids[index]))
      tokens.append(Token(id: ids[index], start: position, end: end))
      position = end
    }
  }

  /// Appends the tokens of a word that was not remembered.
  @inline(never)
  private func merge(
    _ text: UnsafePointer<UInt8>, _ range: Range<Int>, key: WordCache.Key?,
    into tokens: inout [Token]
  ) {
    let word = UnsafeBufferPointer(start: text + range.lowerBound, count: range.count)
    if let wholeWords = tables.wholeWords, range.count > 1, wholeWords.mayHold(word),
      let id = tables.vocabulary.ordinary(word)
    {
      if let key { cache.store(key, [id], count: 1) }
      tokens.append(Token(id: id, start: range.lowerBound, end: range.upperBound))
      return
    }
    let absent = merger.encode(word)
    guard absent == 0 else { return placeBetween(absentBytesOf: word, range, into: &tokens) }
    if let key, merger.count <= WordCache.mostTokens {
      cache.store(key, merger.ids, count: merger.count)
    }
    var position = range.lowerBound
    for index in 0..<merger.count {
      let id = merger.ids[index]
      let end = position + tables.vocabulary.pieces.length(of: Int(id))
      tokens.append(Token(id: id, start: position, end: end))
      position = end
    }
  }

  /// Appends the tokens of a word with bytes that the vocabulary cannot say: each from its first
  /// byte to its last, over any such bytes between.
  private func placeBetween(
    absentBytesOf word: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    into tokens: inout [Token]
  ) {
    let byteTokens = tables.vocabulary.byteTokens
    let present = word.indices.filter { byteTokens[Int(word[$0])] >= 0 }
    var used = 0
    for index in 0..<merger.count {
      let id = merger.ids[index]
      let length = tables.vocabulary.pieces.length(of: Int(id))
      tokens.append(
        Token(
          id: id, start: range.lowerBound + present[used],
          end: range.lowerBound + present[used + length - 1] + 1))
      used += length
    }
  }
}

/// Encoders that are idle, with what they remember.
final class EncoderPool: Sendable {
  private let idle = Mutex<[Encoder]>([])
  /// Encoders kept for later; more may work at once.
  private static let kept = 2

  /// Lends an encoder for the time of `body`.
  func withEncoder<Result>(_ tables: EncodingTables, _ body: (Encoder) -> Result) -> Result {
    let encoder = idle.withLock { $0.popLast() } ?? Encoder(tables)
    defer {
      idle.withLock { if $0.count < Self.kept { $0.append(encoder) } }
    }
    return body(encoder)
  }
}
