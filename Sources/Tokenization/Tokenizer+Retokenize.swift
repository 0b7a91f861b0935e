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
  ///     encoded anew.
  ///
  /// The new work grows with the distance between stable boundaries around the edit, not with the
  /// text; moving the offsets of what follows is one pass over the tokens after the edit.
  public func retokenize(
    _ old: consuming [Token], text: [UInt8], edit: Edit, parsesSpecials: Bool = true
  ) -> Retokenization {
    guard Self.fits(edit, text: text, old: old) else {
      let tokens = encode(text, parsesSpecials: parsesSpecials)
      let changed = zip(tokens, old).prefix { $0 == $1 }.count
      return Retokenization(tokens: tokens, firstChanged: changed)
    }
    let shift = edit.newEnd - edit.oldEnd
    let matcher = tables.matcher(parsesSpecials: parsesSpecials)
    let first = restart(old, text, before: edit.start, reach: matcher.longest)
    var fresh: [Token] = []
    var resumed = old.count
    encode(text, from: first.position, parsesSpecials: parsesSpecials, into: &fresh) { cut, _ in
      // Both characters around the cut must be unchanged ones.
      guard cut - 4 >= edit.newEnd, isStableBoundary(cut, in: text) else { return true }
      guard let index = Self.index(in: old, ofCut: cut - shift) else { return true }
      resumed = index
      return false
    }
    return Self.splice(&old, first.index..<resumed, fresh, shift: shift)
  }

  /// Whether the edit lies in both texts, and the old tokens in the old one.
  private static func fits(_ edit: Edit, text: [UInt8], old: [Token]) -> Bool {
    guard edit.start >= 0, edit.start <= edit.oldEnd, edit.start <= edit.newEnd,
      edit.newEnd <= text.count
    else { return false }
    let (oldCount, overflow) = (text.count - edit.newEnd).addingReportingOverflow(edit.oldEnd)
    return !overflow && (old.last?.end ?? 0) <= oldCount
  }

  /// Whether every text that has these two characters around `position` is cut there between two
  /// words, so that no token but a special one lies across: beside a number; before white space
  /// that follows none; from letters to others; from others but an apostrophe to letters. Also at
  /// both ends of the text.
  public func isStableBoundary(_ position: Int, in text: [UInt8]) -> Bool {
    guard position > 0, position < text.count else { return true }
    return text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return true }
      return SmolLMSplitter(kinds: tables.kinds.base)
        .isCertainCut(in: base, at: position, end: bytes.count)
    }
  }

  /// The last token that begins at a stable boundary so far before `position` that no rule and no
  /// special token of the old text that began before it could have read what is at `position`.
  private func restart(
    _ old: [Token], _ text: [UInt8], before position: Int, reach: Int
  ) -> (index: Int, position: Int) {
    let limit = position - max(reach, SmolLMSplitter.lookahead)
    var index = Self.firstIndex(in: old) { $0.start > limit } - 1
    while index > 0 {
      let start = old[index].start
      if isStableBoundary(start, in: text) { return (index, start) }
      index -= 1
    }
    return (0, 0)
  }

  /// The old token at or after `cut`, unless the cut lies inside an old token.
  private static func index(in old: [Token], ofCut cut: Int) -> Int? {
    let index = firstIndex(in: old) { $0.start >= cut }
    return index == 0 || old[index - 1].end <= cut ? index : nil
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
