import Testing

@testable import Tokenization

extension Seeded {
  /// A file of JSON or of lines with one to three places broken: a byte changed, cut off, removed,
  /// doubled, or something put there that does not belong.
  mutating func broken(_ sample: [UInt8]) -> [UInt8] {
    var bytes = sample
    for _ in 0..<Int.random(in: 1...3, using: &self) {
      let place = Int.random(in: 0..<max(bytes.count, 1), using: &self)
      switch Int.random(in: 0..<5, using: &self) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
      case 1: bytes = Array(bytes[..<max(place, 1)])
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + 9))
      case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
      default:
        let strange = [
          "99999999999999999999", "-1", "4294967295", "{", "]", "null", "\"\"", "1e308",
        ]
        bytes.insert(contentsOf: (strange.randomElement(using: &self) ?? "").utf8, at: place)
      }
      if bytes.isEmpty { bytes = [0x7B] }
    }
    return bytes
  }

  /// Changes a text somewhere: the tokens that are found by going on from those before the edit have to
  /// be those of the changed text.
  mutating func expectRetokenized(
    _ text: inout [UInt8], _ alphabet: [[UInt8]], parsesSpecials: Bool, by tokenizer: Tokenizer
  ) {
    let old = tokenizer.encode(text, parsesSpecials: parsesSpecials)
    let start = Int.random(in: 0...text.count, using: &self)
    let end = min(text.count, start + Int.random(in: 0...9, using: &self))
    let inserted = self.text(Int.random(in: 0...4, using: &self), of: alphabet)
    text.replaceSubrange(start..<end, with: inserted)
    let found = tokenizer.retokenize(
      old, text: text, edit: Edit(start: start, oldEnd: end, newEnd: start + inserted.count),
      parsesSpecials: parsesSpecials)
    #expect(found.tokens == tokenizer.encode(text, parsesSpecials: parsesSpecials), "\(text)")
    #expect(
      found.tokens.allSatisfy { 0 <= $0.start && $0.start <= $0.end && $0.end <= text.count })
  }
}
