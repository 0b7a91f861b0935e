/// Unigram models after an edit.
///
/// Sums of scores go on through the whole text in 32 bits, so an edit changes all that follow, and with
/// them the rounding that decides between ways that are nearly equal. But hardly any stretch hangs on
/// that, and those that do only on the span of the sum (``CertainPath``). So tokens stay, and their
/// scores are only added up, one addition for each; what is not known to be cut so is cut anew, and
/// from then on known.
extension SentencePieceModel {
  func retokenize(
    _ old: inout [Token], text: UnsafeBufferPointer<UInt8>, edit: Edit, parsesSpecials: Bool
  ) -> Retokenization? {
    guard let reach = reach(parsesSpecials: parsesSpecials), let base = text.baseAddress else {
      return nil
    }
    guard case .unigram = tables.search else {
      return retokenize(
        &old, text: text, edit: edit, reach: reach, parsesSpecials: parsesSpecials)
    }
    let restart = restart(old, text, before: edit.start - reach)
    let matcher = parsesSpecials ? specials : nothing
    let shift = edit.newEnd - edit.oldEnd
    var change = Change(range: restart.index..<old.count, fresh: [])
    var later: [Change] = []
    pool.withEncoder(tables) { encoder in
      encoder.begin()
      defer { encoder.settles = false }
      var walk = SumWalk(model: self, text: base, count: text.count, matcher: matcher, encoder)
      // Nothing changes before the edit but what is known of the tokens.
      _ = walk.follow(&old, 0..<restart.index, from: 0, shift: 0)
      change = walk.replace(old, from: restart, after: edit)
      let rest = change.range.upperBound..<old.count
      guard let first = old[rest].first else { return }
      later = walk.follow(&old, rest, from: first.start + shift, shift: shift)
    }
    // Where rounding has decided otherwise; in the offsets of the old text until all are moved.
    for change in later.reversed() {
      old.replaceSubrange(change.range, with: change.fresh.map { $0.moved(by: -shift) })
    }
    var found = old.splice(change.range, change.fresh, shift: shift)
    if let first = later.first {
      let moved = change.range.lowerBound + change.fresh.count - change.range.upperBound
      found.firstChanged = min(found.firstChanged, first.range.lowerBound + moved)
    }
    return found
  }

  /// Old tokens, and what stands in their place.
  struct Change {
    var range: Range<Int>
    var fresh: [Token]
  }
}

/// Goes over a text with the sum of its scores.
private struct SumWalk {
  typealias Change = SentencePieceModel.Change

  let model: SentencePieceModel
  let text: UnsafePointer<UInt8>
  let count: Int
  let encoder: SegmentEncoder
  private var cursor: StretchCursor

  init(
    model: SentencePieceModel, text: UnsafePointer<UInt8>, count: Int, matcher: WholeMatcher,
    _ encoder: SegmentEncoder
  ) {
    self.model = model
    self.text = text
    self.count = count
    self.encoder = encoder
    // What is cut anew is mostly a word or two.
    cursor = StretchCursor(
      text: text, count: count, from: 0, tables: model.tables, matcher: matcher,
      names: model.names, window: 64, everywhere: true)
  }

  /// Encodes what comes next; `nil` at the end of the text.
  private mutating func encodeNext(into tokens: inout [Token]) -> StretchCursor.Item? {
    guard let item = cursor.next() else { return nil }
    encoder.encode(encoder.expect(item, of: text, count: count), of: text, into: &tokens)
    return item
  }

  /// Encodes from a boundary before an edit to the first one after it from which the old tokens go on.
  mutating func replace(
    _ old: [Token], from restart: (index: Int, position: Int), after edit: Edit
  ) -> Change {
    let bytes = UnsafeBufferPointer(start: text, count: count)
    var fresh: [Token] = []
    cursor.move(to: restart.position)
    encoder.settles = true
    while true {
      let (seen, sum) = (fresh.count, encoder.sum)
      guard encodeNext(into: &fresh) != nil else { break }
      guard seen < fresh.count,
        let next = model.resumption(of: old, at: seen, of: fresh, bytes, after: edit)
      else { continue }
      encoder.begin(after: sum)
      fresh.removeSubrange(seen...)
      return Change(range: restart.index..<next, fresh: fresh)
    }
    return Change(range: restart.index..<old.count, fresh: fresh)
  }

  /// Goes over old tokens that stand `shift` bytes further now: adds up their scores, and cuts the
  /// stretches anew that may be cut otherwise.
  ///
  /// - Parameters:
  ///   - range: begins at a boundary, or the beginning of the text, and ends so or with the text.
  ///   - position: where it begins in the text.
  /// - Returns: what has changed. Of other tokens ``Token/hold`` is brought up to date.
  mutating func follow(
    _ old: inout [Token], _ range: Range<Int>, from position: Int, shift: Int
  ) -> [Change] {
    var changes: [Change] = []
    var fresh: [Token] = []
    var index = range.lowerBound
    while true {
      index = old.withUnsafeBufferPointer {
        encoder.follow($0, index..<range.upperBound, in: text, shift: shift)
      }
      guard index < range.upperBound else { return changes }
      let start =
        index == range.lowerBound ? position : self.start(of: index, in: old, shift: shift)
      guard let start else {
        encoder.add(old[index], in: text, shift: shift)
        index += 1
        continue
      }
      fresh.removeAll(keepingCapacity: true)
      encoder.settles = old[index].span == .none
      let end = encode(from: start, over: old, index..<range.upperBound, shift: shift, into: &fresh)
      let same = zip(old[index..<end], fresh).prefix { $0.moved(by: shift) == $1 }.count
      for place in 0..<same where old[index + place].span == .none {
        old[index + place].hold = fresh[place].hold
      }
      if same < max(end - index, fresh.count) {
        changes.append(Change(range: index + same..<end, fresh: Array(fresh[same...])))
      }
      index = end
    }
  }

  /// Encodes anew from a place on, up to the first old token whose score need only be added.
  ///
  /// - Returns: the index of that token, or the end of the range.
  private mutating func encode(
    from start: Int, over old: [Token], _ range: Range<Int>, shift: Int, into fresh: inout [Token]
  ) -> Int {
    cursor.move(to: start)
    var end = range.lowerBound
    while let item = encodeNext(into: &fresh) {
      while end < range.upperBound, old[end].start + shift < cursor.position { end += 1 }
      guard end < range.upperBound else { return end }
      // After a special token a text of its own begins.
      guard case .segment = item else { continue }
      if old[end].start + shift == cursor.position, old.beginsAlone(end),
        old[end].span.holds(after: encoder.sum)
      {
        return end
      }
    }
    return range.upperBound
  }

  /// Where encoding can begin for the old token at `index`; `nil` within a stretch.
  private func start(of index: Int, in old: [Token], shift: Int) -> Int? {
    let start = old[index].start + shift
    // Others are of whole stretches.
    guard old[index].span == .any else { return start }
    let bytes = UnsafeBufferPointer(start: text, count: count)
    return old.beginsAlone(index) && model.isStableBoundary(start, in: bytes) ? start : nil
  }
}
