import TestSupport

@testable import Tokenization

/// A unigram vocabulary of which some words can be cut in two ways that are equal but for the rounding
/// of sums.
struct RoundingPieces {
  let tokenizer: Tokenizer
  /// Words of it, each with a space before it.
  private(set) var words: [[UInt8]] = [" xyx", " xyxyx", " yxy"].map { Array($0.utf8) }

  init(seed: UInt64) throws {
    var generator = Seeded(seed + 77)
    var parts = SentencePieceParts()
    parts.algorithm = .unigram
    parts.spacing.removesExtraSpaces = false
    parts.fallsBackToBytes = true
    for byte in UInt8.min...UInt8.max { parts.add(BytePiece.name(of: byte), 0, .byte) }
    // Single letters are so poor that the sums beside the best way leave the limit long before it; the
    // two ways to cut x, y, x are equal but for rounding.
    for letter in ["\u{2581}", "a", "b", "c"] { parts.add(letter, -80 - Float(seed) * 7.3) }
    for (piece, score) in [("x", -20.1), ("y", -20.1), ("xy", -30.7), ("yx", -30.7)] {
      parts.add(piece, Float(score))
    }
    for _ in 0..<150 {
      let word = generator.text(Int.random(in: 3...6, using: &generator), of: [[97], [98], [99]])
      guard !words.contains([0x20] + word) else { continue }
      words.append([0x20] + word)
      parts.add(
        "\u{2581}" + String(decoding: word, as: UTF8.self),
        Float.random(in: -30 ... -9, using: &generator))
    }
    tokenizer = try Tokenizer(parts, name: "tiny", roles: TokenRoles())
  }
}
