public import Cells
import Foundation
public import Tokenization

/// Why a text was cut into its tokens as it was.
public struct CutReport: Sendable {
  private let model: String
  private let text: [UInt8]
  private let tokens: [Token]
  private let vocabulary: Vocabulary
  private let cuts: [CutExplanation?]

  /// The most tokens that are explained.
  public static let mostTokens = 10_000

  /// Explains a text's tokens, at most ``mostTokens``.
  public init(model: String, text: [UInt8], tokens: [Token], tokenizer: Tokenizer) {
    self.model = model
    self.text = text
    self.tokens = Array(tokens.prefix(Self.mostTokens))
    vocabulary = tokenizer.vocabulary
    cuts = tokenizer.explainCuts(of: 0..<min(tokens.count, Self.mostTokens), in: tokens, text: text)
  }

  /// A table for people: each token, why it begins where it does, and the merges of its word.
  public func table(charset: Charset, columns: Int? = nil) -> String {
    var table = TextTable(
      [
        .right("index"), .right("id"), .left("piece"), .left("begins"),
        .left("how the word was cut"),
      ], charset: charset)
    var last: Range<Int>?
    for (index, token) in tokens.enumerated() {
      let cut = cuts[index]
      let isNew = cut.map { $0.stretch.range != last } ?? false
      last = cut?.stretch.range
      table.add([
        "\(index)", "\(token.id)", label(token.id, charset),
        cut.map { reason($0.start, charset) } ?? "not told",
        isNew ? merges(cut?.reasons, charset) : "",
      ])
    }
    return table.text(columns: columns)
  }

  private func label(_ id: TokenID, _ charset: Charset) -> String {
    PieceText.visible(vocabulary.bytes(of: id), charset: charset)
  }

  private func reason(_ reason: CutExplanation.Reason, _ charset: Charset) -> String {
    switch reason {
    case .edge: "with the text"
    case .whole: "at an entry found whole"
    case .word: "with a word"
    case .noMerge(let left, let right):
      "no merge joins \(label(left, charset)) + \(label(right, charset))"
    case .bestSum: "the best sum of scores"
    case .longest: "the longest piece ends"
    case .within: "within a word"
    }
  }

  private func merges(_ reasons: WordReasons?, _ charset: Charset) -> String {
    switch reasons {
    case .merges(let trace):
      trace.steps.map { "\(label($0.joined, charset)) \($0.rank)" }.joined(separator: ", ")
    case .entry: "the word is an entry"
    case .segmentations(let ways):
      ways.map { way in
        let pieces = way.pieces.map { $0 < 0 ? "?" : label($0, charset) }.joined(separator: "|")
        return pieces + String(format: " %.2f", way.score)
      }.joined(separator: ", ")
    case .longest(let pieces): pieces.map { label($0, charset) }.joined(separator: "|")
    case nil: ""
    }
  }

  // MARK: JSON

  private struct Step: Encodable {
    var rank: Int
    var left, right, joined: TokenID
    var start: Int
  }

  private struct Way: Encodable {
    var pieces: [TokenID]
    var score: Double
  }

  private struct Row: Encodable {
    var token: TokenRow
    var begins, ends: String
    var word: [Int]?
    var merges: [Step]?
    var segmentations: [Way]?

    private enum Key: String, CodingKey {
      case index, id, piece, bytes, start, end, special, begins, ends, word, merges
      case segmentations
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(token.index, forKey: .index)
      try container.encode(token.id, forKey: .id)
      try container.encode(token.piece, forKey: .piece)
      try container.encode(token.bytes, forKey: .bytes)
      try container.encode(token.start, forKey: .start)
      try container.encode(token.end, forKey: .end)
      try container.encode(token.special, forKey: .special)
      try container.encode(begins, forKey: .begins)
      try container.encode(ends, forKey: .ends)
      try container.encodeIfPresent(word, forKey: .word)
      try container.encodeIfPresent(merges, forKey: .merges)
      try container.encodeIfPresent(segmentations, forKey: .segmentations)
    }
  }

  private struct Object: Encodable {
    var model: String
    var text: String
    var tokens: [Row]
  }

  /// One JSON object, in one line: the listing's tokens, with why each begins and ends.
  public func json() throws -> String {
    let rows = TokenRow.rows(of: tokens, vocabulary: vocabulary)
    return try JSONText.line(
      Object(
        model: model, text: String(decoding: text, as: UTF8.self),
        tokens: zip(rows, cuts).map { row, cut in
          var merges: [Step]?
          var ways: [Way]?
          if case .segmentations(let found) = cut?.reasons {
            ways = found.map { Way(pieces: $0.pieces, score: $0.score) }
          }
          if case .merges(let trace) = cut?.reasons {
            merges = trace.steps.map {
              Step(
                rank: $0.rank, left: $0.left, right: $0.right, joined: $0.joined, start: $0.start)
            }
          }
          return Row(
            token: row, begins: Self.name(cut?.start), ends: Self.name(cut?.end),
            word: cut.map { [$0.stretch.range.lowerBound, $0.stretch.range.upperBound] },
            merges: merges, segmentations: ways)
        }))
  }

  private static func name(_ reason: CutExplanation.Reason?) -> String {
    switch reason {
    case .edge: "edge"
    case .whole: "whole"
    case .word: "word"
    case .noMerge: "no_merge"
    case .bestSum: "best_sum"
    case .longest: "longest"
    case .within, nil: "within"
    }
  }
}
