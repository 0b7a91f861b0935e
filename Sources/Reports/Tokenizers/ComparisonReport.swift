public import Cells
import Foundation
public import Tokenization

/// Several tokenizers on one text, as table, JSON and picture.
public struct ComparisonReport: Sendable {
  /// The comparison.
  public let comparison: TokenizerComparison
  /// For each perturbation, how the boundaries of each tokenizer bear it.
  public let perturbations: [(kind: Perturbation, stability: [BoundaryStability])]
  /// The seed of the typos.
  public let seed: UInt64

  /// Compares, and perturbs the text in these ways.
  public init(
    _ comparison: TokenizerComparison, perturbations: [Perturbation], seed: UInt64 = 1
  ) {
    self.comparison = comparison
    self.seed = seed
    self.perturbations = perturbations.map { kind in
      let perturbed = kind.apply(to: comparison.text, seed: seed)
      return (kind, comparison.sides.map { BoundaryStability($0.tokenizer, perturbed) })
    }
  }

  // MARK: Table

  /// The numbers, for people.
  public func table(charset: Charset, columns: Int? = nil) -> String {
    let measures = comparison.measures()
    var table = TextTable(
      [
        .left("tokenizer"), .right("tokens"), .right("bytes/token"), .right("chars/token"),
        .right("tokens/word"), .right("shared"), .right("agreement"),
      ], charset: charset)
    for (side, measure) in zip(comparison.sides, measures) {
      table.add([
        VisibleText.safe(side.name, charset: charset), "\(measure.tokens)",
        Self.number(measure.bytesPerToken), Self.number(measure.charactersPerToken),
        Self.number(measure.tokensPerWord), "\(measure.sharedWithFirst)",
        Self.share(measure.agreement),
      ])
    }
    var out =
      "\(comparison.text.count) bytes, \(comparison.characters) characters, "
      + "\(comparison.words) words\n" + table.text(columns: columns)
    guard !perturbations.isEmpty else { return out }
    var stays = TextTable(
      [.left("boundaries that stay under")]
        + comparison.sides.map {
          .right(VisibleText.safe($0.name, charset: charset))
        }, charset: charset)
    for (kind, stability) in perturbations {
      stays.add([kind.title] + stability.map { Self.share($0.stays) })
    }
    out += "\n" + stays.text(columns: columns)
    return out
  }

  static func number(_ value: Double?) -> String {
    value.map { String(format: "%.2f", $0) } ?? "-"
  }

  static func share(_ value: Double) -> String { String(format: "%.1f %%", value * 100) }

  // MARK: JSON

  private struct Object: Encodable {
    struct Side: Encodable {
      var tokenizer: String
      var measures: TokenizerComparison.Measures
      var tokens: [TokenRow]

      private enum Key: String, CodingKey {
        case tokenizer, tokenCount = "token_count", bytesPerToken = "bytes_per_token"
        case charactersPerToken = "characters_per_token", tokensPerWord = "tokens_per_word"
        case boundaries, sharedWithFirst = "shared_with_first", agreement, tokens
      }

      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(tokenizer, forKey: .tokenizer)
        try container.encode(measures.tokens, forKey: .tokenCount)
        try container.encode(measures.bytesPerToken, forKey: .bytesPerToken)
        try container.encode(measures.charactersPerToken, forKey: .charactersPerToken)
        try container.encode(measures.tokensPerWord, forKey: .tokensPerWord)
        try container.encode(measures.boundaries, forKey: .boundaries)
        try container.encode(measures.sharedWithFirst, forKey: .sharedWithFirst)
        try container.encode(measures.agreement, forKey: .agreement)
        try container.encode(tokens, forKey: .tokens)
      }
    }

    struct Stability: Encodable {
      var tokenizer: String
      var stays: Double
      var appears: Double
      var mapped: Int
      var staying: Int
      var tokensBefore: Int
      var tokensAfter: Int

      private enum CodingKeys: String, CodingKey {
        case tokenizer, stays, appears, mapped, staying
        case tokensBefore = "tokens_before", tokensAfter = "tokens_after"
      }
    }

    struct Change: Encodable {
      var kind: String
      var seed: UInt64?
      var tokenizers: [Stability]
    }

    var text: String
    var bytes: Int
    var characters: Int
    var words: Int
    var tokenizers: [Side]
    var agreements: [[Double]]
    var perturbations: [Change]
  }

  /// One JSON object, in one line.
  public func json() throws -> String {
    let sides = comparison.sides
    return try JSONText.line(
      Object(
        text: String(decoding: comparison.text, as: UTF8.self), bytes: comparison.text.count,
        characters: comparison.characters, words: comparison.words,
        tokenizers: zip(sides, comparison.measures()).map { side, measures in
          Object.Side(
            tokenizer: side.name, measures: measures,
            tokens: TokenRow.rows(of: side.tokens, vocabulary: side.tokenizer.vocabulary))
        },
        agreements: comparison.agreements(),
        perturbations: perturbations.map { kind, stability in
          Object.Change(
            kind: kind.rawValue, seed: kind == .typos ? seed : nil,
            tokenizers: zip(sides, stability).map { side, stability in
              Object.Stability(
                tokenizer: side.name, stays: stability.stays, appears: stability.appears,
                mapped: stability.mapped, staying: stability.staying,
                tokensBefore: stability.tokensBefore, tokensAfter: stability.tokensAfter)
            })
        }))
  }
}
