/// Encodes stretches between cuts, remembering those it has seen: the working memory of one
/// encoding at a time.
///
/// `@unchecked`: an encoder is taken out of its pool for one call and put back after it, so it is
/// never with two threads at once.
final class SegmentEncoder: @unchecked Sendable {
  private let tables: SentencePieceTables
  /// One of the two, by the kind of model.
  private var merger: ScoredMerger?
  private var path: BestPath?
  private var normalized = NormalizedText()
  private var found: [FoundPiece] = []
  private var cache = SegmentCache()
  /// Whether the end of a text changes its last stretch.
  private let endMatters: Bool

  /// An encoder that remembers nothing yet.
  init(_ tables: SentencePieceTables) {
    self.tables = tables
    switch tables.search {
    case .bytePair(let table):
      merger = ScoredMerger(tables, table)
    case .unigram(let trie):
      path = BestPath(pieces: tables.pieces, trie: trie)
    }
    let spacing = tables.normalizer.spacing
    endMatters = spacing.removesExtraSpaces || (spacing.addsSpace && spacing.spaceIsSuffix)
  }

  /// Begins a text: what was summed up before it is forgotten.
  func begin() { path?.begin() }

  /// Appends the tokens of a stretch of a text of `count` bytes.
  @inline(__always)
  func encode(
    _ text: UnsafePointer<UInt8>, _ range: Range<Int>, count: Int, _ place: PieceNormalizer.Place,
    into tokens: inout [Token]
  ) {
    guard range.count <= SegmentCache.longest, !place.isFirst, !(place.isLast && endMatters),
      path?.hasRoom ?? true
    else { return search(text, range, place, into: &tokens) }
    let start = range.lowerBound
    let key = SegmentCache.Key(text + start, count: range.count, available: count - start)
    guard let found = cache.find(key) else {
      // Whether a stretch is cut the same anywhere is worth finding out when it comes again.
      if path == nil { return learn(text, range, place, key, into: &tokens) }
      cache.store(key, mark: SegmentCache.seen)
      return search(text, range, place, into: &tokens)
    }
    guard found.ids[0] >= 0 else {
      return found.ids[0] == SegmentCache.seen
        ? learn(text, range, place, key, into: &tokens)
        : search(text, range, place, into: &tokens)
    }
    var position = start
    for index in 0..<SegmentCache.mostTokens {
      guard found.ids[index] >= 0 else { break }
      let end = start + Int(found.ends[index])
      tokens.append(Token(id: found.ids[index], start: position, end: end))
      path?.skip(found.ids[index])
      position = end
    }
  }

  /// Appends the tokens of a stretch, and remembers them if they depend on nothing before it.
  private func learn(
    _ text: UnsafePointer<UInt8>, _ range: Range<Int>, _ place: PieceNormalizer.Place,
    _ key: SegmentCache.Key, into tokens: inout [Token]
  ) {
    let first = tokens.count
    search(text, range, place, into: &tokens)
    if tokens.count - first <= SegmentCache.mostTokens, path?.isCertain(normalized.bytes) ?? true {
      cache.store(key, tokens[first...], start: range.lowerBound)
    } else {
      cache.store(key, mark: SegmentCache.search)
    }
  }

  /// Appends the tokens of a stretch that is not remembered.
  @inline(never)
  private func search(
    _ text: UnsafePointer<UInt8>, _ range: Range<Int>, _ place: PieceNormalizer.Place,
    into tokens: inout [Token]
  ) {
    tables.normalizer.normalize(text, range, place, into: &normalized)
    found.removeAll(keepingCapacity: true)
    merger?.encode(normalized.bytes, into: &found)
    path?.encode(normalized.bytes, into: &found)
    var writer = PieceWriter(
      pieces: tables.pieces, start: range.lowerBound, first: tokens.count)
    for piece in found { writer.write(piece, normalized, into: &tokens) }
  }
}
