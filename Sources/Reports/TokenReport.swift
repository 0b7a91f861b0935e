public import Cells
public import Tokenization

/// A token as listings show it: the base of every JSON that Tessera writes.
public struct TokenRow: Sendable, Hashable, Codable {
  /// Its place in the text, from 0.
  public let index: Int
  /// Its number in the vocabulary.
  public let id: TokenID
  /// Its bytes as text for reading, with U+FFFD for what is not UTF-8.
  public let piece: String
  /// Its bytes.
  public let bytes: [UInt8]
  /// Where it begins, in bytes of the text.
  public let start: Int
  /// Where it ends, in bytes of the text.
  public let end: Int
  /// Whether it steers the model rather than saying text.
  public let special: Bool

  /// The rows of a text's tokens.
  public static func rows(of tokens: [Token], vocabulary: Vocabulary) -> [TokenRow] {
    tokens.enumerated().map { index, token in
      TokenRow(
        index: index, id: token.id, piece: vocabulary.text(of: token.id),
        bytes: vocabulary.bytes(of: token.id), start: token.start, end: token.end,
        special: vocabulary.isSpecial(token.id))
    }
  }
}

/// A text and its tokens.
public struct TokenReport: Sendable, Encodable {
  /// The model whose tokens they are.
  public let model: String
  /// The text, with U+FFFD for what is not UTF-8.
  public let text: String
  /// Its tokens.
  public let tokens: [TokenRow]

  /// A report.
  public init(model: String, text: [UInt8], tokens: [TokenRow]) {
    self.model = model
    self.text = String(decoding: text, as: UTF8.self)
    self.tokens = tokens
  }

  /// One JSON object, in one line.
  public func json() throws -> String { try JSONText.line(self) }

  /// The ids with spaces between them.
  public var ids: String { tokens.map { "\($0.id)" }.joined(separator: " ") + "\n" }

  /// A table for people, of lines no longer than `columns` where that is known.
  public func table(charset: Charset, columns: Int? = nil) -> String {
    var table = TextTable(
      [
        .right("index"), .right("id"), .left("piece"), .left("bytes"), .right("start"),
        .right("end"),
      ], charset: charset)
    for token in tokens {
      table.add([
        "\(token.index)", "\(token.id)", PieceText.visible(token.bytes, charset: charset),
        PieceText.hex(token.bytes, charset: charset), "\(token.start)", "\(token.end)",
      ])
    }
    return table.text(columns: columns)
  }
}
