import TestSupport
import Testing

@testable import Tokenization

/// Cuts that hold whatever stands around them, and what re-tokenizing makes of them.
@Suite struct SentencePieceStabilityTests {
  private static let alphabet: [[UInt8]] =
    TurningPoints.all
    + ["a", "b", "c", "é", "今", " ", "\u{2581}", "<s>", "<s>b", "x", "ab", "ca"].map {
      Array($0.utf8)
    }

  private func tokenizers() throws -> [Tokenizer] {
    var made: [Tokenizer] = []
    for (index, spacing) in SpacingStyles.all.enumerated() {
      for algorithm in [SentencePieceParts.Algorithm.bytePair, .unigram] {
        for fallsBack in [true, false] {
          var spacing = spacing
          spacing.replacesInvalid = index % 2 == 0 || algorithm == .unigram
          let small = SmallPieces(
            seed: UInt64(index + 40), algorithm: algorithm, fallsBack: fallsBack, spacing: spacing)
          made.append(try small.tokenizer())
        }
      }
    }
    return made
  }

  /// Puts other texts before the character left of each stable boundary and after the one right of
  /// it: a token has to begin there all the same.
  private func fuzz(_ tokenizer: Tokenizer, seed: UInt64, rounds: Int, alphabet: [[UInt8]]) {
    var generator = Seeded(seed)
    for _ in 0..<rounds {
      let text = generator.text(Int.random(in: 2...30, using: &generator), of: alphabet)
      for position in 1..<max(text.count, 2) where tokenizer.isStableBoundary(position, in: text) {
        guard position < text.count else { continue }
        let (left, right) = text.withUnsafeBufferPointer { bytes -> (Int, Int) in
          guard let base = bytes.baseAddress else { return (0, 0) }
          return (
            UTF8Sequence.scalar(in: base, before: position)?.length ?? 1,
            UTF8Sequence.scalar(in: base, at: position, end: bytes.count)?.length ?? 1
          )
        }
        let prefix = generator.text(Int.random(in: 0...8, using: &generator), of: alphabet)
        let suffix = generator.text(Int.random(in: 0...8, using: &generator), of: alphabet)
        let other = prefix + text[position - left..<position + right] + suffix
        let place = prefix.count + left
        let inside = tokenizer.encode(other, parsesSpecials: false)
          .contains { $0.start < place && place < $0.end }
        #expect(!inside, "\(other) at \(place)")
      }
    }
  }

  @Test("no token lies across a stable boundary, whatever text stands before and after it")
  func stableBoundaries() throws {
    for (index, tokenizer) in try tokenizers().enumerated() {
      fuzz(tokenizer, seed: UInt64(index), rounds: 120, alphabet: Self.alphabet)
    }
  }

  @Test("the same holds for trained models with rules of normalisation")
  func trainedBoundaries() throws {
    for name in ["unigram-nfkc", "unigram-suffix", "unigram-runs", "bpe-nfkc", "bpe-suffix"] {
      let tokenizer = try TrainedPieces.tokenizer(name)
      let words = ["of", " the", "\u{FF21}", "\u{301}", "\u{AD}", "ｶ", "ﾞ", "\n", "ﬁ", "¨", "New"]
      fuzz(
        tokenizer, seed: 9, rounds: 400, alphabet: Self.alphabet + words.map { Array($0.utf8) })
    }
  }

  private func checkEdits(
    _ tokenizer: Tokenizer, seed: UInt64, rounds: Int, alphabet: [[UInt8]]
  ) {
    var generator = Seeded(seed)
    for round in 0..<rounds {
      var text = generator.text(Int.random(in: 0...80, using: &generator), of: alphabet)
      for _ in 0..<8 {
        generator.expectRetokenized(
          &text, alphabet, parsesSpecials: round % 3 != 0, by: tokenizer)
      }
    }
  }

  @Test("after random edits the tokens are those of the whole")
  func edits() throws {
    for (index, tokenizer) in try tokenizers().enumerated() {
      checkEdits(tokenizer, seed: UInt64(index + 70), rounds: 40, alphabet: Self.alphabet)
    }
    for name in ["bpe-nfkc", "bpe-bytes", "bpe-suffix", "unigram-nfkc"] {
      checkEdits(
        try TrainedPieces.tokenizer(name), seed: 3, rounds: 60,
        alphabet: Self.alphabet + [" of", " the", "\n\n", "ﬁ", "\u{301}"].map { Array($0.utf8) })
    }
  }

  /// Edits a long text again and again, going on with the tokens that were found.
  private func checkLongText(
    _ tokenizer: Tokenizer, _ text: [UInt8], edits: Int, alphabet: [[UInt8]],
    using generator: inout Seeded
  ) -> [Token] {
    var text = text
    var tokens = tokenizer.encode(text)
    for round in 0..<edits {
      let start =
        round % 8 == 0
        ? 0 : round % 8 == 1 ? text.count : Int.random(in: 0...text.count, using: &generator)
      let end = min(text.count, start + Int.random(in: 0...9, using: &generator))
      let inserted = generator.text(Int.random(in: 0...3, using: &generator), of: alphabet)
      text.replaceSubrange(start..<end, with: inserted)
      let old = tokens
      let found = tokenizer.retokenize(
        tokens, text: text, edit: Edit(start: start, oldEnd: end, newEnd: start + inserted.count))
      tokens = found.tokens
      let expected = tokenizer.encode(text)
      #expect(tokens == expected, "edit \(round) at \(start)")
      #expect(found.firstChanged == zip(old, expected).prefix { $0 == $1 }.count)
      guard tokens == expected else { break }
    }
    return tokens
  }

  @Test(
    "after edits of a long text the tokens are those of the whole where rounding decides",
    arguments: 0..<6)
  func roundedEdits(seed: UInt64) throws {
    var generator = Seeded(seed + 900)
    let made = try RoundingPieces(seed: seed)
    let text = generator.text(15_000, of: made.words)
    let tokens = checkLongText(
      made.tokenizer, text, edits: 40, alphabet: made.words, using: &generator)
    // Most are known for any sum; some are as they are after sums of one span.
    #expect(tokens.count { $0.span == .any } > tokens.count / 2)
    #expect(tokens.contains { $0.span != .any && $0.span != .none })
  }

  @Test("after edits of a long text the tokens are those of the whole for every style of spaces")
  func longEdits() throws {
    let words = ["ab", "ca", " ", "abc", "é", "今", " a b c", "!", "\u{2581}", "ba", "x今x"]
    for (index, tokenizer) in try tokenizers().enumerated() {
      guard let model = tokenizer.model as? SentencePieceModel, !model.isLocal else { continue }
      var generator = Seeded(UInt64(index) + 500)
      var text: [UInt8] = []
      for _ in 0..<3 {
        text += generator.text(12_000, of: words.map { Array($0.utf8) })
        text += Array("<s>".utf8) + [0xE4, 0xBB]
      }
      _ = checkLongText(
        tokenizer, text, edits: 12, alphabet: Self.alphabet, using: &generator)
    }
    for name in ["unigram-nfkc", "unigram-suffix", "unigram-bytes"] {
      var generator = Seeded(4)
      let pieces = [" of", " the", "\n\n", "ﬁ", "\u{301}", " naïve", "今日は", " 🎉🎉", "…", " 12"]
      let alphabet = Self.alphabet + pieces.map { Array($0.utf8) }
      _ = checkLongText(
        try TrainedPieces.tokenizer(name), generator.text(30_000, of: alphabet), edits: 16,
        alphabet: alphabet, using: &generator)
    }
  }
}
