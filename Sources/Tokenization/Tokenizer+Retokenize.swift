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
    let changed =
      Self.fits(edit, text: text, old: old)
      ? text.withUnsafeBufferPointer {
        model.retokenize(&old, text: $0, edit: edit, parsesSpecials: parsesSpecials)
      } : nil
    if let changed { return changed }
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
