public import Cells
import Foundation
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

  /// A table for people.
  public func table(charset: Charset) -> String {
    var table = TextTable(
      [.right("index"), .right("id"), .left("piece"), .left("bytes"), .right("start"), .right("end")],
      charset: charset)
    for token in tokens {
      table.add([
        "\(token.index)", "\(token.id)", PieceText.visible(token.bytes, charset: charset),
        PieceText.hex(token.bytes), "\(token.start)", "\(token.end)",
      ])
    }
    return table.text
  }
}

/// Values as JSON text.
public enum JSONText {
  /// An object in one line, its keys in order of the alphabet, with a line feed.
  public static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }
}

/// Pieces for people.
public enum PieceText {
  /// A piece with its spaces marked, and nothing in it that could steer a terminal.
  public static func visible(
    _ bytes: some RandomAccessCollection<UInt8>, charset: Charset = .unicode
  ) -> String {
    VisibleText.segments(of: bytes, charset: charset).map { segment in
      segment.kind == .space ? (charset == .unicode ? "␣" : "_") : segment.text
    }.joined()
  }

  /// Bytes in hexadecimal, `E2 82 AC`; long ones are cut.
  static func hex(_ bytes: [UInt8]) -> String {
    let shown = bytes.prefix(16).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
    return shown.joined(separator: " ") + (bytes.count > 16 ? " …" : "")
  }
}
