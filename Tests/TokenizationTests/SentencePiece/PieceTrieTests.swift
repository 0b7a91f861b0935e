import TestSupport
import Testing

@testable import Tokenization

/// The tree of pieces, against comparing each piece with the text.
@Suite struct PieceTrieTests {
  /// Characters of every length, some of them far from the others, and bytes that are none.
  private static let parts: [[UInt8]] =
    ["a", "b", " ", "é", "я", "語", "字", "\u{FFFD}", "😀", "\u{10FFFF}"].map { Array($0.utf8) }
    + [[0xE8], [0x80], [0xFF]]

  private func pieces(_ generator: inout Seeded, count: Int) -> [[UInt8]] {
    let made = (0..<count).map { _ in
      generator.text(Int.random(in: 1...5, using: &generator), of: Self.parts)
    }
    return Set(made).filter { !$0.isEmpty }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Where characters of a text end, a byte that is none being one.
  private func boundaries(_ text: [UInt8]) -> Set<Int> {
    var found: Set<Int> = []
    text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      var position = 0
      while position < bytes.count {
        position += UTF8Sequence.scalar(in: base, at: position, end: bytes.count)?.length ?? 1
        found.insert(position)
      }
    }
    return found
  }

  @Test("the pieces at a place are those that the text goes on with", arguments: 0..<10)
  func matches(seed: UInt64) {
    var generator = Seeded(seed)
    let pieces = pieces(&generator, count: [3, 40, 400, 4000][Int(seed % 4)])
    let order = Array(0..<pieces.count).shuffled(using: &generator)
    let trie = tree(order.map { pieces[$0] })
    for _ in 0..<200 {
      let text = generator.text(Int.random(in: 1...12, using: &generator), of: Self.parts)
      // Bytes that are no character by themselves may be one together with what follows.
      let ends = boundaries(text)
      let expected = order.indices.filter { id in
        let piece = pieces[order[id]]
        return text.starts(with: piece) && boundaries(piece).isSubset(of: ends)
      }.sorted { pieces[order[$0]].count < pieces[order[$1]].count }
      let found = trie.matches(text, from: 0)
      #expect(found.map(\.id) == expected.map { TokenID($0) })
      #expect(found.map(\.length) == expected.map { pieces[order[$0]].count })
      #expect(trie.longestMatch(text, from: 0)?.id == found.last?.id)
    }
  }

  private func tree(_ pieces: [[UInt8]]) -> PieceTrie {
    var starts: [UInt32] = [0]
    for piece in pieces { starts.append(starts[starts.count - 1] + UInt32(piece.count)) }
    let written = PieceBytes(
      bytes: FrozenArray(pieces.flatMap { $0 }), starts: FrozenArray(starts))
    return PieceTrie(written, ids: pieces.indices.map { TokenID($0) }) { Float($0) }
  }

  @Test("memory is in proportion to the pieces, however rare the characters after each other are")
  func placesAreNotWasted() {
    var generator = Seeded(1)
    let alphabet = (0..<4000).compactMap { UnicodeScalar(0x4E00 + $0).map(String.init) }
    var pieces = Set(alphabet)
    for first in alphabet.prefix(1500) {
      for _ in 0..<15 { pieces.insert(first + alphabet[Int.random(in: 0..<40, using: &generator)]) }
      for _ in 0..<5 {
        pieces.insert(first + alphabet[Int.random(in: 0..<4000, using: &generator)])
      }
    }
    // Each piece is a node, and there is the root.
    let trie = tree(pieces.sorted().map { Array($0.utf8) })
    #expect(trie.nodes.count < 8 * pieces.count)
  }
}
