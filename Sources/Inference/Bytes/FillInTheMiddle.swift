public import Tokenization

/// The special tokens with which a model was trained to fill a gap in a text (Bavarian et al. 2022,
/// "Efficient Training of Language Models to Fill in the Middle").
public struct FillInMarkers: Sendable, Hashable {
  /// Stands before what comes before the gap.
  public let prefix: String
  /// Stands before what comes after the gap.
  public let suffix: String
  /// Stands before what fills the gap; `nil` for models that are shown what comes after the gap
  /// first, and then simply go on with what comes before it.
  public let middle: String?

  /// The markers that are in use: of StarCoder and Granite, Qwen and CodeGemma, SantaCoder, DeepSeek,
  /// Codestral.
  static let known = [
    FillInMarkers(prefix: "<fim_prefix>", suffix: "<fim_suffix>", middle: "<fim_middle>"),
    FillInMarkers(prefix: "<|fim_prefix|>", suffix: "<|fim_suffix|>", middle: "<|fim_middle|>"),
    FillInMarkers(prefix: "<fim-prefix>", suffix: "<fim-suffix>", middle: "<fim-middle>"),
    FillInMarkers(
      prefix: "<｜fim▁begin｜>", suffix: "<｜fim▁hole｜>", middle: "<｜fim▁end｜>"),
    FillInMarkers(prefix: "[PREFIX]", suffix: "[SUFFIX]", middle: nil),
  ]

  init(prefix: String, suffix: String, middle: String?) {
    (self.prefix, self.suffix, self.middle) = (prefix, suffix, middle)
  }

  /// The markers that a vocabulary has; `nil` when it has none of those known.
  public init?(of vocabulary: Vocabulary) {
    let found = Self.known.first { markers in
      [markers.prefix, markers.suffix, markers.middle].allSatisfy { marker in
        marker.map { vocabulary.special(named: $0) != nil } ?? true
      }
    }
    guard let found else { return nil }
    self = found
  }

  /// The text with which a model is asked to fill a gap.
  ///
  /// - Parameters:
  ///   - begun: how many of the last bytes before the gap are taken for the beginning of what fills
  ///     it: where the gap begins within a word, the word is then not cut in two.
  public func prompt(before: [UInt8], after: [UInt8], begun: Int = 0) -> [UInt8] {
    guard let middle else {
      return Array(suffix.utf8) + after + Array(prefix.utf8) + before
    }
    return Array(prefix.utf8) + before.dropLast(begun) + Array(suffix.utf8) + after
      + Array(middle.utf8) + before.suffix(begun)
  }
}
