/// What may follow the bytes of a text that ends within a character.
///
/// Pre-tokenizers look at the kinds of characters, so how such a text is cut depends on which
/// character it will be. One of each general category is enough to know all ways.
struct CharacterCompletions {
  private var known: [[UInt8]: [[UInt8]]] = [:]

  /// The bytes at the end of `text` that begin a character without ending it; none when the text
  /// ends with a whole character, or with bytes that begin none.
  static func tail(of text: some BidirectionalCollection<UInt8>) -> [UInt8] {
    let last = Array(text.suffix(3))
    return last.suffix(UTF8Sequence.unfinishedTail(of: last))
  }

  /// For each general category that a character with these first bytes can have, the rest of one.
  mutating func completions(of tail: [UInt8]) -> [[UInt8]] {
    if let found = known[tail] { return found }
    var found: [Unicode.GeneralCategory: [UInt8]] = [:]
    for value in Self.scalars(startingWith: tail) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let category = scalar.properties.generalCategory
      if found[category] == nil {
        found[category] = Array(String(Character(scalar)).utf8.dropFirst(tail.count))
      }
    }
    let completions = found.values.sorted { $0.lexicographicallyPrecedes($1) }
    known[tail] = completions
    return completions
  }

  /// The numbers of the characters whose first bytes are these.
  private static func scalars(startingWith tail: [UInt8]) -> Range<UInt32> {
    guard let lead = tail.first else { return 0..<0 }
    let length = UTF8Sequence.length(lead: lead)
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for byte in tail.dropFirst() { value = value << 6 | UInt32(byte & 0x3F) }
    let bits = UInt32(6 * (length - tail.count))
    let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
    return max(least, value << bits)..<max(least, min(0x110000, (value + 1) << bits))
  }
}
