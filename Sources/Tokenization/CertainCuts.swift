/// Where a word may be cut before its bytes are merged: between two characters that stand side by side
/// in no entry. Whatever is merged makes an entry, so nothing is ever merged across.
///
/// Writing without spaces, such as Chinese and Japanese, makes words of whole clauses. Their parts are
/// short, come again and again, and so are remembered.
struct CertainCuts: Sendable {
  /// The fewest bytes of a character at which a word is cut: shorter ones are written with spaces.
  private static let fewestBytes = 3

  /// A bit for each value of a hash of two whole characters: set where some entry has both.
  private let pairs: FrozenArray<UInt64>
  /// A bit for the last byte of a character and the first of the next: set where some entry has both,
  /// but not both characters whole. `[last, first]`
  private let halves: FrozenArray<UInt64>
  private let seed = SeededHash.processSeed

  /// The cuts that the entries of a vocabulary allow. `nil` where it lacks bytes: what stands around them
  /// is merged as if they were not there.
  init?(_ vocabulary: Vocabulary) {
    guard vocabulary.absentBytes.isEmpty else { return nil }
    let words = max(1, PieceTable.placeCount(for: vocabulary.count) / Self.placesPerWord)
    var pairs = [UInt64](repeating: 0, count: words)
    var halves = [UInt64](repeating: 0, count: 256 * 256 / 64)
    for id in 0..<vocabulary.count {
      let bytes = vocabulary.pieces.bytes(of: id)
      guard let base = bytes.baseAddress else { continue }
      for position in 1..<max(1, bytes.count) where bytes[position] >= 0xC0 {
        let before = Self.character(in: base, endingAt: position, from: 0)
        let after = Self.character(in: base, at: position, end: bytes.count)
        if let before, let after {
          let mark = Self.mark(before, after, words, seed)
          pairs[mark.word] |= mark.bit
        } else {
          let half = Self.half(bytes[position - 1], bytes[position])
          halves[half.word] |= half.bit
        }
      }
    }
    self.pairs = FrozenArray(pairs)
    self.halves = FrozenArray(halves)
  }

  /// Places of a table of all entries for each word of marks: a bit for two places, since few entries hold
  /// long characters.
  private static let placesPerWord = 128

  /// Whether it is worth while to cut a word: it is too long to be remembered, and begins with a long
  /// character, or with one byte before that.
  @inline(__always)
  func mayCut(_ range: Range<Int>, of text: UnsafePointer<UInt8>) -> Bool {
    range.count > WordCache.longestWord
      && max(text[range.lowerBound], text[range.lowerBound + 1]) >= 0xE0
  }

  /// Appends the parts of the word `range` of a text.
  func cut(_ range: Range<Int>, of text: UnsafePointer<UInt8>, into parts: inout WordList) {
    var start = range.lowerBound
    var position = start
    var previous: UInt32?
    while position < range.upperBound {
      guard let character = Self.character(in: text, at: position, end: range.upperBound) else {
        previous = nil
        position += 1
        continue
      }
      if let previous, isCertain(previous, character, text + position) {
        parts.append(start, position)
        start = position
      }
      previous = character
      position += Self.length(text[position])
    }
    parts.append(start, range.upperBound)
  }

  /// Whether two characters, of which the second begins at `place`, are in no entry side by side.
  @inline(__always)
  private func isCertain(_ before: UInt32, _ after: UInt32, _ place: UnsafePointer<UInt8>) -> Bool {
    let mark = Self.mark(before, after, pairs.count, seed)
    let half = Self.half((place - 1).pointee, place.pointee)
    return pairs.base[mark.word] & mark.bit == 0 && halves.base[half.word] & half.bit == 0
  }

  /// Bytes of a character that begins with a byte; 0 where it is too short, or none begins so.
  @inline(__always)
  private static func length(_ lead: UInt8) -> Int {
    lead >= 0xF0 ? (lead < 0xF8 ? 4 : 0) : lead >= 0xE0 ? fewestBytes : 0
  }

  /// The bytes of the long character at `position`, if it is whole before `end`.
  @inline(__always)
  private static func character(
    in text: UnsafePointer<UInt8>, at position: Int, end: Int
  ) -> UInt32? {
    let count = length(text[position])
    guard count > 0, position + count <= end else { return nil }
    var bytes = UInt32(text[position])
    for index in 1..<count {
      let byte = text[position + index]
      guard byte & 0xC0 == 0x80 else { return nil }
      bytes = bytes << 8 | UInt32(byte)
    }
    return bytes
  }

  /// The bytes of the long character that ends before `position`, if it is whole from `start` on.
  private static func character(
    in text: UnsafePointer<UInt8>, endingAt position: Int, from start: Int
  ) -> UInt32? {
    for count in fewestBytes...4 where position - count >= start {
      let first = position - count
      if length(text[first]) == count {
        return character(in: text, at: first, end: position)
      }
    }
    return nil
  }

  @inline(__always)
  private static func mark(
    _ before: UInt32, _ after: UInt32, _ words: Int, _ seed: UInt64
  ) -> (word: Int, bit: UInt64) {
    let hash = SeededHash.mix(UInt64(before) << 32 | UInt64(after), seed: seed)
    return (Int(truncatingIfNeeded: hash >> 32) & (words - 1), 1 << (hash >> 58))
  }

  @inline(__always)
  private static func half(_ last: UInt8, _ first: UInt8) -> (word: Int, bit: UInt64) {
    let place = Int(last) << 8 | Int(first)
    return (place >> 6, 1 << UInt64(place & 63))
  }
}
