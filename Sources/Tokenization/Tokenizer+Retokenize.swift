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
  ///     encoded anew; so it is with models that have no stable boundaries, but for those that sum
  ///     scores through the text, which add up what they know of the old tokens.
  ///
  /// The new work grows with the distance between stable boundaries around the edit, not with the
  /// text; moving the offsets of what follows is one pass over the tokens after the edit.
  public func retokenize(
    _ old: consuming [Token], text: [UInt8], edit: Edit, parsesSpecials: Bool = true
  ) -> Retokenization {
    guard Self.fits(edit, text: text, old: old) else {
      return encodeAnew(text, old, parsesSpecials: parsesSpecials)
    }
    guard let reach = model.reach(parsesSpecials: parsesSpecials) else {
      return text.withUnsafeBufferPointer {
        model.retokenize(&old, text: $0, edit: edit, parsesSpecials: parsesSpecials)
      } ?? encodeAnew(text, old, parsesSpecials: parsesSpecials)
    }
    let shift = edit.newEnd - edit.oldEnd
    var fresh: [Token] = []
    var resumed = old.count
    var first = 0
    text.withUnsafeBufferPointer { bytes in
      let restart = model.restart(old, bytes, before: edit.start - reach)
      first = restart.index
      var position = restart.position
      var budget = max(edit.newEnd - position, 0) + Self.firstBudget
      while position < bytes.count {
        let seen = fresh.count
        position = model.encode(
          bytes, from: position, budget: budget, parsesSpecials: parsesSpecials, into: &fresh)
        for index in seen..<fresh.count {
          guard let next = model.resumption(of: old, at: index, of: fresh, bytes, after: edit)
          else { continue }
          resumed = next
          fresh.removeSubrange(index...)
          return
        }
        budget = min(budget, Self.largestBudget) * 2
      }
    }
    return old.splice(first..<resumed, fresh, shift: shift)
  }

  /// Bytes that are encoded beyond an edit before the old tokens are looked at, and how many more
  /// at most each further time.
  private static let firstBudget = 64
  private static let largestBudget = 1 << 20

  private func encodeAnew(
    _ text: [UInt8], _ old: [Token], parsesSpecials: Bool
  ) -> Retokenization {
    let tokens = encode(text, parsesSpecials: parsesSpecials)
    return Retokenization(tokens: tokens, firstChanged: zip(tokens, old).prefix { $0 == $1 }.count)
  }

  /// Whether the edit lies in both texts, and the old tokens in the old one.
  private static func fits(_ edit: Edit, text: [UInt8], old: [Token]) -> Bool {
    guard edit.start >= 0, edit.start <= edit.oldEnd, edit.start <= edit.newEnd,
      edit.newEnd <= text.count
    else { return false }
    let (oldCount, overflow) = (text.count - edit.newEnd).addingReportingOverflow(edit.oldEnd)
    return !overflow && (old.last?.end ?? 0) <= oldCount
  }
}
