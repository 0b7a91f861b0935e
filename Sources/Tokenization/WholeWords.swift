/// Tells of most words that they are no entry, from their first bytes and their length alone: a look
/// into the vocabulary hashes the whole word and goes to slow memory.
struct WholeWords: Sendable {
  /// A bit for each value of a hash of the first bytes and the length: set where some entry has it.
  private let marks: FrozenArray<UInt64>
  private let seed = SeededHash.processSeed

  /// The filter of all entries that have at least two bytes.
  init(_ vocabulary: Vocabulary) {
    var marks = [UInt64](
      repeating: 0, count: max(1, PieceTable.placeCount(for: vocabulary.count) / Self.placesPerWord)
    )
    for id in 0..<vocabulary.count {
      let bytes = vocabulary.pieces.bytes(of: id)
      guard bytes.count > 1 else { continue }
      let mark = Self.mark(bytes, marks.count, seed)
      marks[mark.word] |= mark.bit
    }
    self.marks = FrozenArray(marks)
  }

  /// Places of a table of all entries for each word of marks: two bits for a place.
  private static let placesPerWord = 32

  /// Whether some entry begins as `word` does, of at least two bytes, and is as long.
  @inline(__always)
  func mayHold(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    let mark = Self.mark(word, marks.count, seed)
    return marks.base[mark.word] & mark.bit != 0
  }

  /// The bit of a word among so many words of marks, a power of two.
  @inline(__always)
  private static func mark(
    _ word: UnsafeBufferPointer<UInt8>, _ words: Int, _ seed: UInt64
  ) -> (word: Int, bit: UInt64) {
    let raw = UnsafeRawBufferPointer(word)
    let ends =
      switch word.count {
      case 8...: raw.loadUnaligned(as: UInt64.self)
      case 4...:
        UInt64(raw.loadUnaligned(as: UInt32.self)) << 32
          | UInt64(raw.loadUnaligned(fromByteOffset: word.count - 4, as: UInt32.self))
      default:
        UInt64(raw.loadUnaligned(as: UInt16.self)) << 32 | UInt64(raw[word.count - 1])
      }
    let hash = SeededHash.mix(ends ^ UInt64(word.count) << 56, seed: seed)
    return (Int(truncatingIfNeeded: hash >> 32) & (words - 1), 1 << (hash >> 58))
  }
}
