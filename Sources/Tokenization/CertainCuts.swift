/// Where a word may be cut before its bytes are merged: between two characters that stand side by side
/// in no entry. Whatever is merged makes an entry, so nothing is ever merged across.
///
/// Writing without spaces, such as Chinese and Japanese, makes words of whole clauses. Their parts are
/// short, come again and again, and so are remembered. Characters of fewer than three bytes are written
/// with spaces; words are not cut there.
struct CertainCuts: Sendable {
  private static let fewestBytes = 3

  /// Set where some entry has two whole characters.
  private let pairs: HashMarks
  /// A bit for the last byte of a character and the first of the next: set where some entry has both,
  /// but not both characters whole. `[last, first]`
  private let halves: FrozenArray<UInt64>
  private let seed = SeededHash.processSeed

  /// The cuts that the entries of a vocabulary allow. `nil` where it lacks bytes: what stands around them
  /// is merged as if they were not there.
  init?(_ vocabulary: Vocabulary) {
    guard vocabulary.absentBytes.isEmpty else { return nil }
    // A bit for two places of a table of all entries, since few hold long characters.
    var pairs = HashMarks.Growing(bits: PieceTable.placeCount(for: vocabulary.count) / 2)
    var halves = [UInt64](repeating: 0, count: 256 * 256 / 64)
    for id in 0..<vocabulary.count {
      let bytes = vocabulary.pieces.bytes(of: id)
      guard let base = bytes.baseAddress else { continue }
      for position in 1..<max(1, bytes.count) where bytes[position] >= 0xE0 {
        let before = UTF8Sequence.scalar(in: base, before: position)
        let after = UTF8Sequence.scalar(in: base, at: position, end: bytes.count)
        if let before, let after {
          pairs.insert(Self.hash(before.value, after.value, seed))
        } else {
          let half = Self.half(bytes[position - 1], bytes[position])
          halves[half.word] |= half.bit
        }
      }
    }
    self.pairs = pairs.frozen
    self.halves = FrozenArray(halves)
  }

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
      let found = UTF8Sequence.scalar(in: text, at: position, end: range.upperBound)
      guard let found, found.length >= Self.fewestBytes else {
        previous = nil
        position += found?.length ?? 1
        continue
      }
      if let previous, isCertain(previous, found.value, text + position) {
        parts.append(start, position)
        start = position
      }
      previous = found.value
      position += found.length
    }
    parts.append(start, range.upperBound)
  }

  /// Whether two characters, of which the second begins at `place`, are in no entry side by side.
  @inline(__always)
  private func isCertain(_ before: UInt32, _ after: UInt32, _ place: UnsafePointer<UInt8>) -> Bool {
    let half = Self.half((place - 1).pointee, place.pointee)
    return !pairs.mayHold(Self.hash(before, after, seed)) && halves.base[half.word] & half.bit == 0
  }

  @inline(__always)
  private static func hash(_ before: UInt32, _ after: UInt32, _ seed: UInt64) -> UInt64 {
    SeededHash.mix(UInt64(before) << 32 | UInt64(after), seed: seed)
  }

  @inline(__always)
  private static func half(_ last: UInt8, _ first: UInt8) -> (word: Int, bit: UInt64) {
    let place = Int(last) << 8 | Int(first)
    return (place >> 6, 1 << UInt64(place & 63))
  }
}
