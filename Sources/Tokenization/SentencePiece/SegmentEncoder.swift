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
  private let normalized = NormalizedText()
  private var found: [FoundPiece] = []
  private var writer: PieceWriter
  /// See ``PieceNormalizer/collapses``, which `tables` holds.
  private let collapses: UnsafePointer<Bool>
  private var cache = SegmentCache()
  /// Whether the end of a text changes its last stretch.
  private let endMatters: Bool
  /// Items that are made ready before the first of them is encoded, with where they end.
  private static let batch = 16
  private let ready = UnsafeMutablePointer<(item: Expected, end: Int)>.allocate(capacity: batch)

  /// An encoder that remembers nothing yet.
  init(_ tables: SentencePieceTables) {
    self.tables = tables
    writer = PieceWriter(pieces: tables.pieces)
    collapses = tables.normalizer.collapses.base
    switch tables.search {
    case .bytePair(let table):
      merger = ScoredMerger(tables, table)
    case .unigram(let trie):
      path = BestPath(pieces: tables.pieces, trie: trie)
    }
    let spacing = tables.normalizer.spacing
    endMatters = spacing.removesExtraSpaces || (spacing.addsSpace && spacing.spaceIsSuffix)
  }

  deinit { ready.deallocate() }

  /// Whether each stretch that is searched is asked whether it is cut the same anywhere: for texts of
  /// which the tokens are looked at again and again.
  var settles = false

  /// Begins a text: what was summed up before it is forgotten.
  func begin() { path?.begin() }

  /// Goes on after a sum of scores.
  func begin(after sum: Float) { path?.begin(after: sum) }

  /// The sum of scores so far.
  var sum: Float { path?.sum ?? 0 }

  /// Goes over tokens; see ``BestPath/follow(_:_:in:shift:)``.
  func follow(
    _ tokens: UnsafeBufferPointer<Token>, _ range: Range<Int>, in text: UnsafePointer<UInt8>,
    shift: Int
  ) -> Int {
    path?.follow(tokens, range, in: text, shift: shift) ?? range.upperBound
  }

  /// Goes over a token in the midst of a stretch, whatever the sum is.
  func add(_ token: Token, in text: UnsafePointer<UInt8>, shift: Int) {
    path?.add(token, in: text, shift: shift)
  }

  /// What comes next in a text.
  struct Expected {
    let item: StretchCursor.Item
    /// Where a stretch begins that is the same as this one, where spaces before it become one: of
    /// several that do, the first is where its token begins.
    let start: Int
    /// What the stretch is remembered by; ``SegmentCache/Key/none`` where it is not.
    let key: SegmentCache.Key
  }

  /// Finds out what an item of a text of `count` bytes is remembered by. To be done for an item before
  /// the one before it is encoded, so that what is remembered is at hand when it is looked for.
  @inline(__always)
  func expect(
    _ item: StretchCursor.Item, of text: UnsafePointer<UInt8>, count: Int
  ) -> Expected {
    guard case .segment(let range, let place) = item else {
      return Expected(item: item, start: 0, key: .none)
    }
    var start = range.lowerBound
    if collapses[Int(text[start])] {
      while start + 1 < range.upperBound, collapses[Int(text[start + 1])] { start += 1 }
    }
    guard range.upperBound - start <= SegmentCache.longest, !place.isFirst,
      !(place.isLast && endMatters)
    else { return Expected(item: item, start: start, key: .none) }
    let key = SegmentCache.Key(
      text + start, count: range.upperBound - start, available: count - start)
    cache.expect(key)
    return Expected(item: item, start: start, key: key)
  }

  /// Appends the tokens of a text of `count` bytes from where a cursor stands.
  ///
  /// - Parameter enough: behind the first stretch that ends there or beyond it may stop.
  /// - Returns: where it stopped, a cut or the end of the text.
  func encode(
    _ text: UnsafePointer<UInt8>, count: Int, _ cursor: inout StretchCursor, upTo enough: Int,
    into tokens: inout [Token]
  ) -> Int {
    begin()
    while true {
      var filled = 0
      while filled < Self.batch, let item = cursor.next() {
        ready[filled] = (expect(item, of: text, count: count), cursor.position)
        filled += 1
      }
      guard filled > 0 else { return cursor.position }
      for index in 0..<filled {
        let (expected, end) = ready[index]
        encode(expected, of: text, into: &tokens)
        if case .segment = expected.item, end >= enough { return end }
      }
    }
  }

  /// Appends what comes next in a text: a special token, after which sums begin anew, or the tokens of
  /// a stretch.
  @inline(__always)
  func encode(
    _ expected: Expected, of text: UnsafePointer<UInt8>, into tokens: inout [Token]
  ) {
    switch expected.item {
    case .special(let id, let range):
      var token = Token(id: id, start: range.lowerBound, end: range.upperBound)
      // Whoever adds up scores has to stop here.
      if path != nil { token.span = .none }
      tokens.append(token)
      begin()
    case .segment(let range, let place):
      encode(text, range, place, expected.key, from: expected.start, into: &tokens)
    }
  }

  /// Appends the tokens of a stretch that is remembered by `key`.
  @inline(__always)
  private func encode(
    _ text: UnsafePointer<UInt8>, _ range: Range<Int>, _ place: PieceNormalizer.Place,
    _ key: SegmentCache.Key, from start: Int, into tokens: inout [Token]
  ) {
    guard key != .none, SumSpan.any.holds(after: sum) else {
      let (first, before) = (tokens.count, sum)
      search(text, range, place, into: &tokens)
      if settles { settle(text, &tokens, from: first, after: before) }
      return
    }
    guard let found = cache.find(key) else {
      // Whether a stretch is cut the same anywhere is worth finding out when it comes again.
      return path == nil || settles || cache.wasSeen(key)
        ? learn(text, range, place, key, from: start, into: &tokens)
        : search(text, range, place, into: &tokens)
    }
    guard SegmentCache.Entry.id(0, of: found) >= 0 else {
      return settles
        ? learn(text, range, place, key, from: start, into: &tokens)
        : search(text, range, place, into: &tokens)
    }
    let span = found.pointee.span
    guard span == .any || span == SumSpan(of: sum) else {
      return searchAgain(text, range, place, key, from: start, into: &tokens)
    }
    var position = range.lowerBound
    for index in 0..<SegmentCache.mostTokens {
      let id = SegmentCache.Entry.id(index, of: found)
      guard id >= 0 else { break }
      let end = start + found.pointee.end(index)
      var token = Token(id: id, start: position, end: end)
      token.span = span
      tokens.append(token)
      position = end
    }
    path?.skip(found)
  }

  /// Appends the tokens of a stretch that is remembered for sums of another span.
  private func searchAgain(
    _ text: UnsafePointer<UInt8>, _ range: Range<Int>, _ place: PieceNormalizer.Place,
    _ key: SegmentCache.Key, from start: Int, into tokens: inout [Token]
  ) {
    let (first, span) = (tokens.count, SumSpan(of: sum))
    search(text, range, place, into: &tokens)
    guard span != .none, tokens.count - first <= SegmentCache.mostTokens, !hasRuns else { return }
    for index in first..<tokens.count { tokens[index].span = span }
    cache.store(key, tokens[first...], start: start, span: span)
  }

  /// Appends the tokens of a stretch, and remembers them if they hang on nothing before it but the span
  /// of its sum.
  private func learn(
    _ text: UnsafePointer<UInt8>, _ range: Range<Int>, _ place: PieceNormalizer.Place,
    _ key: SegmentCache.Key, from start: Int, into tokens: inout [Token]
  ) {
    let (first, before) = (tokens.count, sum)
    search(text, range, place, into: &tokens)
    let fits = tokens.count - first <= SegmentCache.mostTokens
    let span = fits || settles ? settle(text, &tokens, from: first, after: before) : .none
    if fits, span != .none, path == nil || !hasRuns {
      cache.store(key, tokens[first...], start: start, span: span)
    } else {
      cache.storeSearch(key)
    }
  }

  /// Notes after which sums the stretch that was searched last is cut so.
  ///
  /// - Returns: after which; none where it is not known.
  @discardableResult
  private func settle(
    _ text: UnsafePointer<UInt8>, _ tokens: inout [Token], from first: Int, after sum: Float
  ) -> SumSpan {
    guard let verdict = path?.verdict(normalized.bytes) else { return .any }
    let span =
      switch verdict {
      case .any: SumSpan.any
      case .sameSpan: SumSpan(of: sum)
      case .unknown: SumSpan.none
      }
    guard span != .none else { return .none }
    if hasRuns, !markRuns(text, &tokens, from: first) { return .none }
    for index in first..<tokens.count { tokens[index].span = span }
    return span
  }

  /// Whether the stretch that was searched last has tokens that may be several unknown characters.
  private var hasRuns: Bool {
    tables.pieces.byteTokens == nil && found.contains { $0.id < 0 }
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
    tables.normalizer.normalize(text, range, place, into: normalized)
    found.removeAll(keepingCapacity: true)
    merger?.encode(normalized.bytes, into: &found)
    path?.encode(normalized.bytes, into: &found)
    let first = tokens.count
    writer.begin(start: range.lowerBound, first: first)
    for piece in found { writer.write(piece, normalized, into: &tokens) }
    guard path != nil else { return }
    for index in first..<tokens.count { tokens[index].span = .none }
  }
}
