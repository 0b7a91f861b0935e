import TestSupport
import Testing

@testable import Tokenization

/// What is said of stretches, against cutting them after many sums.
@Suite struct CertainPathTests {
  private func cut(_ path: BestPath, _ text: [UInt8], after sum: Float) -> [TokenID] {
    var (path, found) = (path, [FoundPiece]())
    path.begin(after: sum)
    text.withUnsafeBufferPointer { path.encode($0, into: &found) }
    return found.map(\.id)
  }

  @Test("a stretch is cut in the same way after all sums of which that is said", arguments: 0..<12)
  func verdicts(seed: UInt64) throws {
    var generator = Seeded(seed + 3)
    var parts = SentencePieceParts()
    parts.algorithm = .unigram
    parts.add("<unk>", 0, .unknown)
    // Ways to cut a text that differ by less than sums are rounded by.
    var pieces = [""]
    for _ in 0..<3 { pieces += pieces.flatMap { [$0 + "a", $0 + "b", $0 + "é"] } }
    for piece in Set(pieces).subtracting(["", "é"]).sorted() {
      let less: Float = [0, 0.01, 0.5, 3].randomElement(using: &generator) ?? 0
      let noise = Float.random(in: -0.002...0.002, using: &generator)
      parts.add(piece, -2 * Float(piece.count) - less + noise)
    }
    parts.add("aabb", 0, .userDefined)
    let tables = try SentencePieceTables(parts)
    guard case .unigram(let trie) = tables.search else { throw CancellationError() }
    var path = BestPath(pieces: tables.pieces, trie: trie)
    var counts = [0, 0]
    var differing = 0
    for _ in 0..<400 {
      let text = generator.text(
        Int.random(in: 1...12, using: &generator),
        of: ["a", "b", "é", "ab", "?"].map { Array($0.utf8) })
      let verdict = text.withUnsafeBufferPointer { path.verdict($0) }
      let sums = (0..<60).map { _ in -Float.random(in: 0...98_999, using: &generator) }
      let cuts = sums.map { cut(path, text, after: $0) }
      if Set(cuts).count > 1 { differing += 1 }
      switch verdict {
      case .any:
        counts[0] += 1
        #expect(Set(cuts).count == 1)
      case .sameSpan:
        counts[1] += 1
        var known: [UInt8: [TokenID]] = [:]
        for (sum, found) in zip(sums, cuts) where SumSpan(of: sum) != .none {
          let span = SumSpan(of: sum).rawValue
          #expect(known[span, default: found] == found, "\(text) after \(sum)")
          known[span] = found
        }
      case .unknown: break
      }
    }
    #expect(counts[0] > 20 && counts[1] > 20 && differing > 0, "\(counts) \(differing)")
  }

  @Test("a score in the middle between two multiples has no span")
  func middles() {
    // Sums from 65,536 on are multiples of 1/128, those from 8,192 on of 1/1024.
    #expect(SumSpan.isInMiddle(-5 - 1.0 / 256) && SumSpan.isInMiddle(-5 - 1.0 / 2048))
    #expect(!SumSpan.isInMiddle(-5 - 1.0 / 128) && !SumSpan.isInMiddle(-5 - 1.0 / 4096))
    #expect(SumSpan(of: -70_000) == SumSpan(of: -90_000))
    #expect(SumSpan(of: -70_000) != SumSpan(of: -60_000))
    for sum: Float in [0, -8_000, -8_500, -16_200, -65_700, -131_000, .infinity] {
      #expect(SumSpan(of: sum) == .none)
    }
  }
}
