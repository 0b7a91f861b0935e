import TestSupport
import Testing

@testable import Tokenization

@Suite struct SentencePieceTests {
  private static let characters = ["a", "b", "c", "é", "今", "!", " ", "x", "b", "a"]

  private func text(_ count: Int, _ generator: inout Seeded) -> String {
    (0..<count).map { _ in
      Self.characters[Int.random(in: 0..<Self.characters.count, using: &generator)]
    }.joined()
  }

  @Test(
    "joining by scores equals its definition over the whole text, ties and unused pieces included",
    arguments: 0..<24)
  func bytePair(seed: Int) throws {
    var spacing = SentencePieceParts.Spacing()
    spacing.removesExtraSpaces = false
    spacing.addsSpace = seed % 2 == 0
    spacing.spaceIsSuffix = seed % 3 == 0
    let small = SmallPieces(
      seed: UInt64(seed), algorithm: .bytePair, fallsBack: true, spacing: spacing)
    let tokenizer = try small.tokenizer()
    var generator = Seeded(UInt64(seed) + 1000)
    for round in 0..<60 {
      // Longer ones are joined by a queue.
      let text = text(round % 10 == 0 ? 300 : Int.random(in: 1...40, using: &generator), &generator)
      let wanted = small.naiveBytePair(text)
      let found = tokenizer.encode(Array(text.utf8)).map(\.id)
      // Bytes of one character stand for one that is no piece.
      var merged: [TokenID?] = []
      var left = 0
      for id in found {
        let byte = tokenizer.vocabulary.bytes(of: id)[0]
        guard tokenizer.vocabulary.kind(of: id) == .byte else {
          merged.append(id)
          continue
        }
        if left == 0 {
          merged.append(nil)
          left = UTF8Sequence.length(lead: byte)
        }
        left -= 1
      }
      #expect(merged == wanted, "\(text)")
    }
  }

  @Test("the best sum is no lower than that of any other way to cut a text", arguments: 0..<12)
  func bestSum(seed: Int) throws {
    var spacing = SentencePieceParts.Spacing()
    spacing.removesExtraSpaces = false
    let small = SmallPieces(
      seed: UInt64(seed), algorithm: .unigram, fallsBack: true, spacing: spacing)
    let tokenizer = try small.tokenizer()
    let lowest = small.pieces.filter { $0.kind == .normal }.map(\.score).min() ?? 0
    var generator = Seeded(UInt64(seed) + 2000)
    for _ in 0..<60 {
      let text = text(Int.random(in: 1...40, using: &generator), &generator)
      var sum = 0.0
      var left = 0
      for token in tokenizer.encode(Array(text.utf8)) {
        if tokenizer.vocabulary.kind(of: token.id) != .byte {
          sum += try #require(small.score(small.pieces[Int(token.id)].text, lowest))
        } else {
          if left == 0 {
            sum += Double(lowest) - 10
            left = UTF8Sequence.length(lead: tokenizer.vocabulary.bytes(of: token.id)[0])
          }
          left -= 1
        }
      }
      #expect(abs(sum - small.bestSum(text)) < 1e-3, "\(text)")
    }
  }

  @Test("a long text is cut into the best pieces as if nothing were remembered", arguments: 0..<6)
  func remembered(seed: UInt64) throws {
    var generator = Seeded(seed + 770)
    let made = try RoundingPieces(seed: seed)
    let tokenizer = made.tokenizer
    let model = try #require(tokenizer.model as? SentencePieceModel)
    guard case .unigram(let trie) = model.tables.search else { throw CancellationError() }
    let text = generator.text(60_000, of: made.words)
    let normal = NormalizedText()
    text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      model.tables.normalizer.normalize(
        base, 0..<bytes.count, .init(isFirst: true, isLast: true), into: normal)
    }
    var path = BestPath(pieces: model.tables.pieces, trie: trie)
    var pieces: [FoundPiece] = []
    path.encode(normal.bytes, into: &pieces)
    #expect(tokenizer.encode(text).map(\.id) == pieces.map(\.id))
    #expect(MemoryLayout<SegmentCache.Entry>.stride == 64)
  }

  @Test("tokens follow each other without gaps, and decoding gives the text back")
  func roundTrip() throws {
    var generator = Seeded(7)
    for seed in 0..<12 {
      var spacing = SentencePieceParts.Spacing()
      spacing.removesExtraSpaces = false
      spacing.replacesInvalid = false
      spacing.addsSpace = seed % 2 == 0
      spacing.spaceIsSuffix = seed % 4 == 0
      let small = SmallPieces(
        seed: UInt64(seed), algorithm: seed % 3 == 0 ? .unigram : .bytePair, fallsBack: true,
        spacing: spacing)
      let tokenizer = try small.tokenizer()
      for round in 0..<60 {
        let text = generator.text(
          Int.random(in: 0...30, using: &generator), of: TurningPoints.all + [Array("<s>".utf8)])
        let found = tokenizer.encode(text, parsesSpecials: round % 2 == 0)
        #expect(tokenizer.decode(found.map(\.id)) == text)
        #expect(found.first.map { $0.start == 0 } ?? text.isEmpty)
        #expect(found.last.map { $0.end == text.count } ?? text.isEmpty)
        for (left, right) in zip(found, found.dropFirst()) { #expect(left.end == right.start) }
      }
    }
  }

  @Test("a word of a million letters and a megabyte without spaces are cut to the end")
  func longTexts() throws {
    for algorithm in [SentencePieceParts.Algorithm.bytePair, .unigram] {
      let small = SmallPieces(
        seed: 3, algorithm: algorithm, fallsBack: true, spacing: SentencePieceParts.Spacing())
      let tokenizer = try small.tokenizer()
      for text in [
        [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
        (0..<1_000_000).map { [UInt8(ascii: "a"), UInt8(ascii: "b"), 0xC3][$0 % 7 % 3] },
        [UInt8](repeating: UInt8(ascii: " "), count: 1_000_000) + [UInt8(ascii: "a")],
        [UInt8](repeating: 0xFF, count: 300_000),
      ] {
        let tokens = tokenizer.encode(text)
        #expect(tokens.last?.end == text.count)
      }
    }
  }

  @Test("special tokens are found whole only when they are asked for")
  func specials() throws {
    var spacing = SentencePieceParts.Spacing()
    spacing.addsSpace = false
    let small = SmallPieces(seed: 1, algorithm: .bytePair, fallsBack: true, spacing: spacing)
    let tokenizer = try small.tokenizer()
    let text = Array("a<s>ba<s>".utf8)
    let found = tokenizer.encode(text).filter { tokenizer.vocabulary.isSpecial($0.id) }
    #expect(found == [Token(id: 2, start: 1, end: 5), Token(id: 1, start: 6, end: 9)])
    #expect(
      !tokenizer.encode(text, parsesSpecials: false).contains {
        tokenizer.vocabulary.isSpecial($0.id)
      })
  }

  @Test("each stretch between special tokens is a text of its own")
  func stretches() throws {
    for spacing in SpacingStyles.all {
      let small = SmallPieces(seed: 5, algorithm: .unigram, fallsBack: true, spacing: spacing)
      let tokenizer = try small.tokenizer()
      let parts = ["ab  c", " b ", "", "今a"]
      let ids = tokenizer.encode(Array(parts.joined(separator: "<s>").utf8)).map(\.id)
      let wanted = parts.map { tokenizer.encode(Array($0.utf8)).map(\.id) }
      #expect(ids == Array(wanted.joined(separator: [1])))
    }
  }
}
