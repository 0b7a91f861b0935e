public import Cells
import Foundation
public import Inference
public import Tokenization

/// What could follow a text, byte by byte.
public struct BytesReport: Sendable {
  /// The model's name.
  public let model: String
  /// The bytes that are given.
  public let text: [UInt8]
  /// One or several definitions of the distribution at the same offset.
  public let distributions: [ByteDistribution]
  /// How many outcomes are told, the likeliest; `nil` for all that are possible.
  public let top: Int?
  private let vocabulary: Vocabulary
  private let opening: Int

  /// A report.
  ///
  /// - Parameter opening: how many bytes stand before the text in what the model was given.
  public init(
    model: String, text: [UInt8], distributions: [ByteDistribution], vocabulary: Vocabulary,
    top: Int?, opening: Int = 0
  ) {
    self.opening = opening
    self.model = model
    self.text = text
    self.distributions = distributions
    self.vocabulary = vocabulary
    self.top = top
  }

  private struct Outcome: Encodable {
    let byte: Int
    let p: Double
  }

  private struct Cover: Encodable {
    let ids: [TokenID]
    let pieces: [String]
    let end: Int
    let share: Double
    let next: [Next]
  }

  private struct Next: Encodable {
    let id: TokenID
    let piece: String
    let share: Double
  }

  private struct Line: Encodable {
    let model, text, definition: String
    let offset: Int
    let outcomes: [Outcome]
    let end, invalidMass, droppedMass, logProbability: Double
    let modelSteps: Int
    let covers: [Cover]

    enum CodingKeys: String, CodingKey {
      case model, text, definition, offset, outcomes, end, covers
      case invalidMass = "invalid_mass"
      case droppedMass = "dropped_mass"
      case logProbability = "log_probability"
      case modelSteps = "model_steps"
    }
  }

  /// JSON, an object a line for each definition; `log_probability` is in nats.
  public func json() throws -> String {
    try distributions.map { distribution in
      try JSONText.line(
        Line(
          model: model, text: String(decoding: text, as: UTF8.self),
          definition: distribution.definition.rawValue, offset: distribution.offset - opening,
          outcomes: Self.likeliest(distribution, top).map {
            Outcome(byte: $0, p: distribution.probabilities[$0])
          }, end: distribution.end, invalidMass: distribution.invalidMass,
          droppedMass: distribution.droppedMass, logProbability: distribution.logProbability,
          modelSteps: distribution.modelSteps,
          covers: distribution.covers.map { cover in
            Cover(
              ids: cover.tokens, pieces: cover.tokens.map { vocabulary.text(of: $0) },
              end: max(0, cover.end - opening), share: cover.share,
              next: cover.next.map {
                Next(id: $0.id, piece: vocabulary.text(of: $0.id), share: $0.share)
              })
          }))
    }.joined()
  }

  /// A table: a row for each outcome, a column for each definition, and what is behind them.
  public func table(charset: Charset) -> String {
    guard let first = distributions.first else { return "" }
    var table = TextTable(
      [.left("byte"), .right("hex")] + distributions.map { .right($0.definition.rawValue) },
      charset: charset)
    for byte in Self.likeliest(first, top ?? 20) {
      table.add(
        [Self.name(UInt8(byte), charset), String(format: "%02X", byte)]
          + distributions.map { Self.percent($0.probabilities[byte]) })
    }
    table.add(["end of text", ""] + distributions.map { Self.percent($0.end) })
    table.add(["not counted", ""] + distributions.map { Self.percent($0.invalidMass) })
    if distributions.contains(where: { $0.droppedMass > 0 }) {
      table.add(["left out", ""] + distributions.map { Self.percent($0.droppedMass) })
    }
    table.add(["model steps", ""] + distributions.map { "\($0.modelSteps)" })
    var text = "after byte \(first.offset - opening)\n" + table.text
    for distribution in distributions where distribution.definition != .naive {
      text += "\ntokens behind \(distribution.definition.rawValue)\n"
      var covers = TextTable(
        [.right("share"), .left("tokens so far"), .left("next")], charset: charset)
      for cover in distribution.covers.prefix(8) {
        covers.add([
          Self.percent(cover.share), pieces(cover.tokens, charset),
          pieces(cover.next.prefix(4).map(\.id), charset),
        ])
      }
      text += covers.text
    }
    return text
  }

  private func pieces(_ ids: [TokenID], _ charset: Charset) -> String {
    ids.map { PieceText.visible(vocabulary.bytes(of: $0), charset: charset) }
      .joined(separator: charset == .unicode ? "▏" : "|")
  }

  private static func likeliest(_ distribution: ByteDistribution, _ count: Int?) -> [Int] {
    let possible = (0..<256).filter { distribution.probabilities[$0] > 0 }
      .sorted { a, b in
        let (p, q) = (distribution.probabilities[a], distribution.probabilities[b])
        return p == q ? a < b : p > q
      }
    return Array(possible.prefix(count ?? 256))
  }

  private static func percent(_ share: Double) -> String {
    share > 0 && share < 0.0001
      ? String(format: "%.1e", share) : String(format: "%.2f %%", share * 100)
  }

  private static func name(_ byte: UInt8, _ charset: Charset) -> String {
    PieceText.visible([byte], charset: charset)
  }
}
