import TestSupport

@testable import Tokenization

/// Small vocabularies for tests, and slow encoders to compare with.
enum SmallVocabulary {
  /// The bytes as GPT-2's alphabet writes them.
  static func written(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes { text.unicodeScalars.append(ByteAlphabet.characters[Int(byte)]) }
    return text
  }

  /// All bytes but `absent` as single entries, then `merges` with what they make, then `specials`
  /// and `userDefined`.
  static func parts(
    merges: [(String, String)] = [], specials: [String] = ["<|a|>", "<|a|>b", "<|end|>"],
    userDefined: [String] = [], absent: Set<UInt8> = []
  ) -> VocabularyParts {
    var parts = VocabularyParts()
    for byte in UInt8.min...UInt8.max where !absent.contains(byte) {
      parts.tokens.append(written([byte]).utf8)
    }
    var known = Set<String>()
    for (left, right) in merges where known.insert(left + right).inserted {
      parts.tokens.append(written((left + right).utf8).utf8)
    }
    parts.kinds = Array(repeating: TokenKind.normal.rawValue, count: parts.tokens.count)
    for (left, right) in merges {
      parts.merges.append((written(left.utf8) + " " + written(right.utf8)).utf8)
    }
    for special in specials {
      parts.tokens.append(special.utf8)
      parts.kinds.append(TokenKind.control.rawValue)
    }
    for entry in userDefined {
      parts.tokens.append(entry.utf8)
      parts.kinds.append(TokenKind.userDefined.rawValue)
    }
    return parts
  }

  /// Random merges over letters, signs and spaces, each of two entries there were before, in an
  /// order in which longer entries may well come first.
  static func randomMerges(count: Int, using generator: inout Seeded) -> [(String, String)] {
    var entries = ["a", "b", "c", " ", "!", "'", "\n"]
    var seen = Set<String>()
    var merges: [(String, String)] = []
    while merges.count < count {
      // Both are elements, as `entries` is never empty.
      let left = entries.randomElement(using: &generator) ?? "a"
      let right = entries.randomElement(using: &generator) ?? "b"
      guard left.count + right.count <= 12, seen.insert(left + "\0" + right).inserted else {
        continue
      }
      merges.append((left, right))
      if !entries.contains(left + right) { entries.append(left + right) }
    }
    return merges.shuffled(using: &generator)
  }

  /// A tokenizer of `parts`.
  static func tokenizer(_ parts: VocabularyParts) throws -> Tokenizer {
    try Tokenizer(parts, pattern: .smollm)
  }

  /// Byte-pair encoding as its definition reads: join the leftmost pair of the smallest rank.
  static func naiveMerge(_ word: String, _ merges: [(String, String)]) -> [String] {
    var ranks: [String: Int] = [:]
    for (rank, merge) in merges.enumerated() { ranks[merge.0 + "\0" + merge.1] = rank }
    var pieces = word.map(String.init)
    while true {
      let candidates = pieces.indices.dropLast().compactMap { index in
        ranks[pieces[index] + "\0" + pieces[index + 1]].map { (rank: $0, index: index) }
      }
      guard let best = candidates.min(by: { ($0.rank, $0.index) < ($1.rank, $1.index) }) else {
        return pieces
      }
      pieces.replaceSubrange(
        best.index...(best.index + 1),
        with: [
          pieces[best.index] + pieces[best.index + 1]
        ])
    }
  }
}

/// A small generator with a seed (SplitMix64), so that a failing case comes back.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// `count` parts of `alphabet`, joined.
  mutating func text(_ count: Int, of alphabet: [[UInt8]]) -> [UInt8] {
    var text: [UInt8] = []
    for _ in 0..<count { text += alphabet[Int(next() % UInt64(alphabet.count))] }
    return text
  }
}

/// Pieces of text on which the rules turn: kinds of characters, endings, broken UTF-8, specials.
enum TurningPoints {
  static let valid: [[UInt8]] = [
    " ", " ", "\n", "\t", "\r\n", "\u{0B}", "\u{A0}", "\u{3000}", "\u{85}", "'", "'", "s", "t",
    "re",
    "ve", "ll", "d", "m", "l", "r", "v", "e", "S", "a", "b", "c", "é", "ж", "今", "0", "7", "½", "Ⅷ",
    "!", "-", "…", "\u{301}", "\u{200D}", "🙂", "\0", "\u{202E}", "<", "|", "<|a|>", "<|a|>b",
    "<|end|>",
    "<|im_start|>", "<|im_end|>",
  ].map { Array($0.utf8) }

  static let broken: [[UInt8]] = [
    [0x80], [0xBF], [0xC0], [0xC3], [0xE2], [0xE2, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x9F],
    [0xF0, 0x9F, 0x99], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0xC1, 0xBF], [0xF8],
  ]

  static let all = valid + broken
}
