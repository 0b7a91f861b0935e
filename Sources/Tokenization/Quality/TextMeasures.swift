import Foundation

/// What a tokenizer makes of texts, in sums and in the figures that follow from them.
public struct TextMeasures: Sendable, Hashable {
  /// Bytes of the texts.
  public let bytes: Int
  /// Characters (`WordCount`).
  public let characters: Int
  /// Words (`WordCount`).
  public let words: Int
  /// Tokens.
  public let tokens: Int
  /// Words without a boundary inside.
  public let wholeWords: Int
  /// Tokens that are no whole characters: single bytes of one, or pieces that begin or end within.
  public let brokenTokens: Int
  /// Tokens that stand for what the vocabulary cannot say.
  public let unknownTokens: Int
  /// Entries that occur.
  public let usedEntries: Int
  /// Rényi efficiency of the distribution of tokens, of order 2.5; `nil` without tokens.
  public let renyiEfficiency: Double?

  /// Fertility: tokens over words; `nil` without words.
  public var fertility: Double? { Self.over(tokens, words) }
  /// Bytes over tokens; `nil` without tokens.
  public var bytesPerToken: Double? { Self.over(bytes, tokens) }
  /// Characters over tokens; `nil` without tokens.
  public var charactersPerToken: Double? { Self.over(characters, tokens) }
  /// The share of words that are not cut; `nil` without words.
  public var wholeWordShare: Double? { Self.over(wholeWords, words) }
  /// The share of tokens that are no whole characters; `nil` without tokens.
  public var brokenShare: Double? { Self.over(brokenTokens, tokens) }
  /// The share of tokens that stand for the unknown; `nil` without tokens.
  public var unknownShare: Double? { Self.over(unknownTokens, tokens) }

  /// The order of the Rényi entropy, which goes with translation quality best.
  public static let renyiOrder = 2.5

  private static func over(_ a: Int, _ b: Int) -> Double? { b > 0 ? Double(a) / Double(b) : nil }

  /// The Rényi entropy of a distribution over the largest that it could have with so many entries:
  /// H_α(p) / log |V|, with H_α(p) = log(Σ p^α) / (1 − α).
  ///
  /// Paper: Zouhar et al. 2023, "Tokenization and the Noiseless Channel".
  public static func renyiEfficiency(_ counts: [Int], entries: Int) -> Double? {
    let total = counts.reduce(0, +)
    guard total > 0, entries > 1 else { return nil }
    let sum = counts.reduce(0.0) { sum, count in
      count > 0 ? sum + pow(Double(count) / Double(total), renyiOrder) : sum
    }
    return log(sum) / (1 - renyiOrder) / log(Double(entries))
  }
}

/// Takes texts in, one after another, and gives their measures.
public struct TextMeasurer: Sendable {
  /// The tokenizer.
  public let tokenizer: Tokenizer
  /// How often each entry occurred, by id.
  public private(set) var counts: [Int]
  private let isBroken: [Bool]
  private var bytes = 0
  private var characters = 0
  private var words = 0
  private var wholeWords = 0

  /// A measurer that has seen nothing.
  public init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    let vocabulary = tokenizer.vocabulary
    counts = [Int](repeating: 0, count: vocabulary.count)
    isBroken = (0..<TokenID(vocabulary.count)).map { id in
      vocabulary.kind(of: id) == .byte
        || !UTF8Sequence.isValid(vocabulary.pieces.bytes(of: Int(id)))
    }
  }

  /// Takes a text in.
  ///
  /// - Returns: the number of its tokens.
  @discardableResult
  public mutating func add(_ text: [UInt8]) -> Int {
    let tokens = tokenizer.encode(text, parsesSpecials: false)
    for token in tokens where counts.indices.contains(Int(token.id)) { counts[Int(token.id)] += 1 }
    bytes += text.count
    characters += WordCount.characters(in: text, 0..<text.count)
    var next = 0
    for word in WordCount.spans(in: text) {
      words += 1
      while next < tokens.count, tokens[next].start <= word.lowerBound { next += 1 }
      if next == tokens.count || tokens[next].start >= word.upperBound { wholeWords += 1 }
    }
    return tokens.count
  }

  /// The measures of all texts so far.
  public var measures: TextMeasures {
    let vocabulary = tokenizer.vocabulary
    var (tokens, broken, unknown, used) = (0, 0, 0, 0)
    for (id, count) in counts.enumerated() where count > 0 {
      tokens += count
      used += 1
      if isBroken[id] { broken += count }
      if vocabulary.kind(of: TokenID(id)) == .unknown { unknown += count }
    }
    return TextMeasures(
      bytes: bytes, characters: characters, words: words, tokens: tokens, wholeWords: wholeWords,
      brokenTokens: broken, unknownTokens: unknown, usedEntries: used,
      renyiEfficiency: TextMeasures.renyiEfficiency(counts, entries: vocabulary.count))
  }
}
