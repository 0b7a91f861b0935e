/// Tells of most words that they are no entry, from their first bytes and their length alone: a look
/// into the vocabulary hashes the whole word and goes to slow memory.
struct WholeWords: Sendable {
  /// Set for the first bytes and the length of an entry.
  private let marks: HashMarks
  private let longest: Int
  private let seed = SeededHash.processSeed

  /// The filter of all entries that have at least two bytes.
  init(_ vocabulary: Vocabulary) {
    // Two bits for a place of a table of all entries.
    var marks = HashMarks.Growing(bits: PieceTable.placeCount(for: vocabulary.count) * 2)
    for id in 0..<vocabulary.count where vocabulary.pieces.length(of: id) > 1 {
      marks.insert(Self.hash(vocabulary.pieces.bytes(of: id), seed))
    }
    self.marks = marks.frozen
    longest = vocabulary.longestTokenBytes
  }

  /// Whether some entry may be this word, of at least two bytes.
  @inline(__always)
  func mayHold(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    word.count <= longest && marks.mayHold(Self.hash(word, seed))
  }

  @inline(__always)
  private static func hash(_ word: UnsafeBufferPointer<UInt8>, _ seed: UInt64) -> UInt64 {
    let raw = UnsafeRawBufferPointer(word)
    let beginning =
      switch word.count {
      case 8...: raw.loadUnaligned(as: UInt64.self)
      case 4...:
        UInt64(raw.loadUnaligned(as: UInt32.self)) << 32
          | UInt64(raw.loadUnaligned(fromByteOffset: word.count - 4, as: UInt32.self))
      default:
        UInt64(raw.loadUnaligned(as: UInt16.self)) << 32 | UInt64(raw[word.count - 1])
      }
    return SeededHash.mix(beginning ^ UInt64(word.count) << 56, seed: seed)
  }
}
