import Testing

@testable import Tokenization

@Suite("Explanations of SentencePiece models")
struct SegmentationTests {
  /// All ways to cut a word, by trying each.
  private func all(
    _ count: Int, from start: Int = 0,
    _ pieces: (Int) -> [(id: TokenID, length: Int, score: Double)]
  ) -> [Segmentation] {
    guard start < count else { return [Segmentation(pieces: [], score: 0)] }
    return pieces(start).filter { start + $0.length <= count }.flatMap { piece in
      all(count, from: start + piece.length, pieces).map {
        Segmentation(pieces: [piece.id] + $0.pieces, score: piece.score + $0.score)
      }
    }
  }

  @Test("the best ways to cut are the best of all ways", arguments: 0..<40)
  func best(seed: Int) {
    var generator = Seeded(UInt64(seed))
    let count = Int.random(in: 0...9, using: &generator)
    var table: [[(id: TokenID, length: Int, score: Double)]] = []
    for start in 0..<count {
      table.append(
        (1...4).compactMap { length in
          Int.random(in: 0..<3, using: &generator) == 0
            ? nil
            : (
              TokenID(start * 10 + length), length,
              Double.random(in: -9...0, using: &generator)
            )
        })
    }
    let expected = all(count) { table[$0] }.sorted { $0.score > $1.score }
    for limit in 1...4 {
      let found = BestSegmentations.best(count, limit: limit) { table[$0] }
      #expect(found.map(\.pieces) == expected.prefix(limit).map(\.pieces))
      for (a, b) in zip(found, expected) { #expect(abs(a.score - b.score) < 1e-9) }
    }
  }

  private func text(_ count: Int, _ generator: inout Seeded) -> [UInt8] {
    var text = ""
    for _ in 0..<count {
      text += ["a", "b", "c", " a", "é", "!", "b"].randomElement(using: &generator) ?? "a"
    }
    return Array(text.utf8)
  }

  @Test("the best way has the sum of the tokens that encoding gives", arguments: 0..<8)
  func unigram(seed: Int) throws {
    var spacing = SentencePieceParts.Spacing()
    spacing.removesExtraSpaces = false
    let small = SmallPieces(
      seed: UInt64(seed), algorithm: .unigram, fallsBack: true, spacing: spacing)
    let tokenizer = try small.tokenizer()
    var generator = Seeded(UInt64(seed) + 50)
    for _ in 0..<40 {
      let text = text(Int.random(in: 1...12, using: &generator), &generator)
      let tokens = tokenizer.encode(text)
      var sum = 0.0
      var last: Range<Int>?
      for cut in tokenizer.explainCuts(of: tokens.indices, in: tokens, text: text) {
        guard let cut, cut.stretch.range != last else { continue }
        last = cut.stretch.range
        guard case .segmentations(let ways) = cut.reasons else {
          Issue.record("no ways to cut")
          continue
        }
        sum += ways[0].score
        #expect(zip(ways, ways.dropFirst()).allSatisfy { $0.score >= $1.score })
        #expect(Set(ways.map(\.pieces)).count == ways.count)
      }
      #expect(abs(sum - small.bestSum(String(decoding: text, as: UTF8.self))) < 1e-3)
    }
  }

  @Test("the merges of a word by scores end in what encoding gives", arguments: 0..<8)
  func scoredMerges(seed: Int) throws {
    var spacing = SentencePieceParts.Spacing()
    spacing.removesExtraSpaces = false
    var small = SmallPieces(
      seed: UInt64(seed), algorithm: .bytePair, fallsBack: true, spacing: spacing)
    // Pieces found whole and unused ones are not made by merges alone.
    let normal = TokenKind.normal.rawValue
    small.parts.kinds = small.parts.kinds.map {
      $0 == TokenKind.userDefined.rawValue || $0 == TokenKind.unused.rawValue ? normal : $0
    }
    let tokenizer = try small.tokenizer()
    var generator = Seeded(UInt64(seed) + 80)
    var told = 0
    for _ in 0..<60 {
      let text = text(Int.random(in: 1...12, using: &generator), &generator)
      let tokens = tokenizer.encode(text)
      var built: [TokenID] = []
      var isTold = true
      var last: Range<Int>?
      for cut in tokenizer.explainCuts(of: tokens.indices, in: tokens, text: text) {
        guard let cut, cut.stretch.range != last else { continue }
        last = cut.stretch.range
        guard case .merges(let trace) = cut.reasons else {
          isTold = false
          continue
        }
        built += trace.trees.map(\.id)
      }
      if isTold {
        told += 1
        #expect(built == tokens.map(\.id), "\(String(decoding: text, as: UTF8.self))")
      }
    }
    #expect(told > 0)
  }
}
