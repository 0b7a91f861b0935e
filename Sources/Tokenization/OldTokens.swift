/// Bytes that are encoded beyond an edit before the old tokens are looked at, and how many more at
/// most each further time.
private let firstBudget = 64
private let largestBudget = 1 << 20

extension TokenizerModel {
  /// The tokens after an edit: encoded from the last stable boundary `reach` bytes before it to the first
  /// one after it at which the old tokens go on.
  func retokenize(
    _ old: inout [Token], text: UnsafeBufferPointer<UInt8>, edit: Edit, reach: Int,
    parsesSpecials: Bool
  ) -> Retokenization {
    let restart = restart(old, text, before: edit.start - reach)
    var fresh: [Token] = []
    var resumed = old.count
    var position = restart.position
    var budget = max(edit.newEnd - position, 0) + firstBudget
    encoding: while position < text.count {
      let seen = fresh.count
      position = encode(
        text, from: position, budget: budget, parsesSpecials: parsesSpecials, into: &fresh)
      for index in seen..<fresh.count {
        guard let next = resumption(of: old, at: index, of: fresh, text, after: edit)
        else { continue }
        resumed = next
        fresh.removeSubrange(index...)
        break encoding
      }
      budget = min(budget, largestBudget) * 2
    }
    return old.splice(restart.index..<resumed, fresh, shift: edit.newEnd - edit.oldEnd)
  }

  /// Where encoding begins for an edit: the last of the old tokens that begins at a stable boundary at
  /// or before `limit`, its index and place, or the beginning of the text.
  func restart(
    _ old: [Token], _ text: UnsafeBufferPointer<UInt8>, before limit: Int
  ) -> (index: Int, position: Int) {
    var index = old.firstIndex(fromWhich: { $0.start > limit }) - 1
    while index > 0 {
      let start = old[index].start
      if old.beginsAlone(index), isStableBoundary(start, in: text) { return (index, start) }
      index -= 1
    }
    return (0, 0)
  }

  /// The old token that goes on where a fresh one begins, when from there on both are the same.
  func resumption(
    of old: [Token], at index: Int, of fresh: [Token], _ text: UnsafeBufferPointer<UInt8>,
    after edit: Edit
  ) -> Int? {
    let cut = fresh[index].start
    // Both characters around the cut must be unchanged ones.
    guard cut - 4 >= edit.newEnd, fresh.beginsAlone(index), isStableBoundary(cut, in: text),
      let next = old.index(ofCut: cut - (edit.newEnd - edit.oldEnd)), old.beginsAlone(next)
    else { return nil }
    return next
  }
}

extension [Token] {
  /// The token at or after `cut`, unless the cut lies inside one.
  func index(ofCut cut: Int) -> Int? {
    let index = firstIndex(fromWhich: { $0.start >= cut })
    return index == 0 || self[index - 1].end <= cut ? index : nil
  }

  /// Whether a token has bytes and none without any stands before it at the same place: such tokens
  /// (a space put before or after a text) may belong to either side.
  func beginsAlone(_ index: Int) -> Bool {
    guard indices.contains(index) else { return false }
    let start = self[index].start
    return start < self[index].end && (index == 0 || self[index - 1].start < start)
  }

  /// The first token that satisfies a condition that holds from some token on.
  func firstIndex(fromWhich condition: (Token) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Puts `fresh` in the place of `range`, and moves the tokens after it by `shift` bytes.
  mutating func splice(_ range: Range<Int>, _ fresh: [Token], shift: Int) -> Retokenization {
    let movedFrom = range.lowerBound + fresh.count
    let end = movedFrom + count - range.upperBound
    var changed = range.lowerBound
    while changed < Swift.min(end, count) {
      let token =
        changed < movedFrom
        ? fresh[changed - range.lowerBound]
        : self[changed - movedFrom + range.upperBound].moved(by: shift)
      guard token == self[changed] else { break }
      changed += 1
    }
    replaceSubrange(range, with: fresh)
    if shift != 0 {
      for index in movedFrom..<end { self[index] = self[index].moved(by: shift) }
    }
    return Retokenization(tokens: self, firstChanged: changed)
  }
}
