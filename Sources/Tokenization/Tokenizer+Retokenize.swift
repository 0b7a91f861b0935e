extension Tokenizer {
  /// The tokens of a text after an edit: equal to `encode(text, parsesSpecials:)`, but computed
  /// only from the last stable boundary before the edit to the first one after it at which the old
  /// tokens go on.
  ///
  /// - Parameters:
  ///   - old: the tokens that `encode` gave for the old text with the same `parsesSpecials`. Hand
  ///     over the only copy (`consume`), and its storage is re-used.
  ///   - text: the new text.
  ///   - edit: what was replaced. If it does not fit the text and the old tokens, everything is
  ///     encoded anew; so it is with models that have no stable boundaries.
  ///
  /// The new work grows with the distance between stable boundaries around the edit, not with the
  /// text; moving the offsets of what follows is one pass over the tokens after the edit.
  public func retokenize(
    _ old: consuming [Token], text: [UInt8], edit: Edit, parsesSpecials: Bool = true
  ) -> Retokenization {
    guard Self.fits(edit, text: text, old: old),
      let reach = model.reach(parsesSpecials: parsesSpecials)
    else {
      let tokens = encode(text, parsesSpecials: parsesSpecials)
      let changed = zip(tokens, old).prefix { $0 == $1 }.count
      return Retokenization(tokens: tokens, firstChanged: changed)
    }
    let shift = edit.newEnd - edit.oldEnd
    var fresh: [Token] = []
    var resumed = old.count
    var first = 0
    text.withUnsafeBufferPointer { bytes in
      let restart = restart(old, bytes, before: edit.start - reach)
      first = restart.index
      var position = restart.position
      var budget = max(edit.newEnd - position, 0) + Self.firstBudget
      while position < bytes.count {
        let seen = fresh.count
        position = model.encode(
          bytes, from: position, budget: budget, parsesSpecials: parsesSpecials, into: &fresh)
        // Both characters around the cut must be unchanged ones.
        for index in seen..<fresh.count where fresh[index].start - 4 >= edit.newEnd {
          let cut = fresh[index].start
          guard Self.beginsAlone(fresh, index), model.isStableBoundary(cut, in: bytes),
            let next = Self.index(in: old, ofCut: cut - shift), Self.beginsAlone(old, next)
          else { continue }
          resumed = next
          fresh.removeSubrange(index...)
          return
        }
        budget = min(budget, Self.largestBudget) * 2
      }
    }
    return Self.splice(&old, first..<resumed, fresh, shift: shift)
  }

  /// Bytes that are encoded beyond an edit before the old tokens are looked at, and how many more
  /// at most each further time.
  private static let firstBudget = 64
  private static let largestBudget = 1 << 20

  /// Whether the edit lies in both texts, and the old tokens in the old one.
  private static func fits(_ edit: Edit, text: [UInt8], old: [Token]) -> Bool {
    guard edit.start >= 0, edit.start <= edit.oldEnd, edit.start <= edit.newEnd,
      edit.newEnd <= text.count
    else { return false }
    let (oldCount, overflow) = (text.count - edit.newEnd).addingReportingOverflow(edit.oldEnd)
    return !overflow && (old.last?.end ?? 0) <= oldCount
  }

  /// The last token that begins at a stable boundary at or before `limit`; its index and place, or
  /// the beginning of the text.
  private func restart(
    _ old: [Token], _ text: UnsafeBufferPointer<UInt8>, before limit: Int
  ) -> (index: Int, position: Int) {
    var index = Self.firstIndex(in: old) { $0.start > limit } - 1
    while index > 0 {
      let start = old[index].start
      if Self.beginsAlone(old, index), model.isStableBoundary(start, in: text) {
        return (index, start)
      }
      index -= 1
    }
    return (0, 0)
  }

  /// The old token at or after `cut`, unless the cut lies inside an old token.
  private static func index(in old: [Token], ofCut cut: Int) -> Int? {
    let index = firstIndex(in: old) { $0.start >= cut }
    return index == 0 || old[index - 1].end <= cut ? index : nil
  }

  /// Whether a token has bytes and none without any stands before it at the same place: such tokens
  /// (a space put before or after a text) may belong to either side.
  private static func beginsAlone(_ tokens: [Token], _ index: Int) -> Bool {
    guard tokens.indices.contains(index) else { return false }
    let start = tokens[index].start
    return start < tokens[index].end && (index == 0 || tokens[index - 1].start < start)
  }

  /// The first token that satisfies a condition that holds from some token on.
  private static func firstIndex(in tokens: [Token], where condition: (Token) -> Bool) -> Int {
    var low = 0
    var high = tokens.count
    while low < high {
      let middle = (low + high) / 2
      if condition(tokens[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Puts `fresh` in the place of `range`, and moves the tokens after it by `shift` bytes.
  private static func splice(
    _ old: inout [Token], _ range: Range<Int>, _ fresh: [Token], shift: Int
  ) -> Retokenization {
    let movedFrom = range.lowerBound + fresh.count
    let count = movedFrom + old.count - range.upperBound
    var changed = range.lowerBound
    while changed < min(count, old.count) {
      let token =
        changed < movedFrom
        ? fresh[changed - range.lowerBound]
        : old[changed - movedFrom + range.upperBound].moved(by: shift)
      guard token == old[changed] else { break }
      changed += 1
    }
    old.replaceSubrange(range, with: fresh)
    if shift != 0 {
      for index in movedFrom..<count { old[index] = old[index].moved(by: shift) }
    }
    return Retokenization(tokens: old, firstChanged: changed)
  }
}

extension Token {
  fileprivate func moved(by shift: Int) -> Token {
    Token(id: id, start: start + shift, end: end + shift)
  }
}
