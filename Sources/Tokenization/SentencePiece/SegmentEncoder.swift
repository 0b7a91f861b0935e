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

  /// Whether each stretch that is searched is asked whether it is cut the same anywhere: for texts of
  /// which the tokens are looked at again and again.
  var settles = false

  /// Begins a text: what was summed up before it is forgotten.
  func begin() { path?.begin() }

  /// Goes on after a sum of scores.
  func begin(after sum: Float) { path?.begin(after: sum) }

  /// The sum of scores so far.
  var sum: Float { path?.sum ?? 0 }

  /// Whether scores can be added up without a look at the stretch they belong to.
  var hasRoom: Bool { path?.hasRoom ?? true }

  /// Goes over tokens; see ``BestPath/follow(_:_:in:shift:)``.
  func follow(
    _ tokens: UnsafeBufferPointer<Token>, _ range: Range<Int>, in text: UnsafePointer<UInt8>,
    shift: Int
  ) -> Int {
    path?.follow(tokens, range, in: text, shift: shift) ?? range.upperBound
  }

  /// Whether the score of a token that begins a stretch need only be added.
  func knows(_ token: Token) -> Bool {
    token.span == .any ? hasRoom : token.span != .none && token.span == SumSpan(of: sum)
  }

  /// Goes over a token in the midst of a stretch, whatever the sum is.
  func add(_ token: Token, in text: UnsafePointer<UInt8>, shift: Int) {
    path?.add(token, in: text, shift: shift)
  }

  /// Appends the tokens of a stretch of a text of `count` bytes.
  @inline(__always)
  func encode(
    _ text: UnsafePointer<UInt8>, _ range: Range<Int>, count: Int, _ place: PieceNormalizer.Place,
    into tokens: inout [Token]
  ) {
    guard range.count <= SegmentCache.longest, !place.isFirst, !(place.isLast && endMatters),
      path?.hasRoom ?? true
    else {
      let (first, before) = (tokens.count, sum)
      search(text, range, place, into: &tokens)
      if settles { settle(text, &tokens, from: first, after: before) }
      return
    }
    let start = range.lowerBound
    let key = SegmentCache.Key(text + start, count: range.count, available: count - start)
    guard let found = cache.find(key) else {
      // Whether a stretch is cut the same anywhere is worth finding out when it comes again.
      if path == nil || settles { return learn(text, range, place, key, into: &tokens) }
      cache.store(key, mark: SegmentCache.seen)
      return search(text, range, place, into: &tokens)
    }
    guard found.ids[0] >= 0 else {
      return found.ids[0] == SegmentCache.seen || settles
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
    let (first, before) = (tokens.count, sum)
    search(text, range, place, into: &tokens)
    let fits = tokens.count - first <= SegmentCache.mostTokens
    if fits || settles, settle(text, &tokens, from: first, after: before), fits {
      cache.store(key, tokens[first...], start: range.lowerBound)
    } else {
      cache.store(key, mark: SegmentCache.search)
    }
  }

  /// Notes after which sums the stretch that was searched last is cut so.
  ///
  /// - Returns: whether it can be remembered for any.
  @discardableResult
  private func settle(
    _ text: UnsafePointer<UInt8>, _ tokens: inout [Token], from first: Int, after sum: Float
  ) -> Bool {
    guard let verdict = path?.verdict(normalized.bytes) else { return true }
    let span =
      switch verdict {
      case .any: SumSpan.any
      case .sameSpan: SumSpan(of: sum)
      case .unknown: SumSpan.none
      }
    guard span != .none else { return false }
    let hasRuns = tables.pieces.byteTokens == nil && found.contains { $0.id < 0 }
    if hasRuns, !markRuns(text, &tokens, from: first) { return false }
    for index in first..<tokens.count { tokens[index].span = span }
    return span == .any && !hasRuns
  }

  /// Marks the tokens of unknown characters; tells whether the text tells how many each has.
  private func markRuns(
    _ text: UnsafePointer<UInt8>, _ tokens: inout [Token], from first: Int
  ) -> Bool {
    guard let unknown = tables.pieces.unknown else { return false }
    var runs: [Int] = []
    var wasUnknown = false
    for piece in found {
      let isUnknown = piece.id < 0 || piece.id == unknown
      if isUnknown, wasUnknown { runs[runs.count - 1] += 1 }
      if isUnknown, !wasUnknown { runs.append(1) }
      wasUnknown = isUnknown
    }
    let places = (first..<tokens.count).filter { tokens[$0].id == unknown }
    guard
      runs.elementsEqual(
        places.map { UTF8Sequence.count(in: text, tokens[$0].start..<tokens[$0].end) })
    else { return false }
    for place in places { tokens[place].isUnknownRun = true }
    return true
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
    guard path != nil else { return }
    for index in writer.first..<tokens.count { tokens[index].span = .none }
  }
}
