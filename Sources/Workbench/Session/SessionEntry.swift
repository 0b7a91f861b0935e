public import Cells
import Foundation
public import Tokenization

/// A line of a session: something that happened, by which the session can be brought back.
///
/// What people do is written as commands. What came from outside of them, because it was pasted or
/// drawn by the sampler, is written as what it was.
public struct SessionEntry: Sendable, Hashable {
  /// What happened.
  public enum Event: Sendable, Hashable {
    /// A command, with the text that it took.
    case command(String, String?)
    /// Bytes were inserted at a place, after some were removed.
    case edit(start: Int, removed: Int, inserted: [UInt8])
    /// Tokens were decoded.
    case decoded([TokenID])
    /// The last token was taken back, and this one decoded in its place.
    case healed(TokenID)
    /// Bytes were decoded.
    case decodedBytes([UInt8])
    /// The screen got another size.
    case size(Size)
    /// The text that the session began with.
    case text([UInt8])
  }

  /// What happened.
  public let event: Event

  /// An entry.
  public init(_ event: Event) { self.event = event }
}

extension SessionEntry: Codable {
  private enum Key: String, CodingKey {
    case at, command, input, edit, removed, inserted, decoded, healed, size, text, base64
    case decodedBytes = "decoded_bytes"
  }

  /// Writes the line's object.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch event {
    case .command(let id, let input):
      try container.encode(id, forKey: .command)
      try container.encodeIfPresent(input, forKey: .input)
    case .edit(let start, let removed, let inserted):
      try container.encode(start, forKey: .edit)
      try container.encode(removed, forKey: .removed)
      try Self.encode(inserted, as: .inserted, into: &container)
    case .decoded(let ids): try container.encode(ids, forKey: .decoded)
    case .healed(let id): try container.encode(id, forKey: .healed)
    case .decodedBytes(let bytes): try Self.encode(bytes, as: .decodedBytes, into: &container)
    case .size(let size): try container.encode([size.rows, size.columns], forKey: .size)
    case .text(let bytes): try Self.encode(bytes, as: .text, into: &container)
    }
  }

  /// Reads a line's object.
  ///
  /// - Throws: `DecodingError` when it is none of the known ones.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if let id = try container.decodeIfPresent(String.self, forKey: .command) {
      event = .command(id, try container.decodeIfPresent(String.self, forKey: .input))
    } else if let start = try container.decodeIfPresent(Int.self, forKey: .edit) {
      event = .edit(
        start: start, removed: try container.decodeIfPresent(Int.self, forKey: .removed) ?? 0,
        inserted: try Self.bytes(.inserted, in: container))
    } else if let ids = try container.decodeIfPresent([TokenID].self, forKey: .decoded) {
      event = .decoded(ids)
    } else if let id = try container.decodeIfPresent(TokenID.self, forKey: .healed) {
      event = .healed(id)
    } else if container.contains(.decodedBytes) {
      event = .decodedBytes(try Self.bytes(.decodedBytes, in: container))
    } else if let size = try container.decodeIfPresent([Int].self, forKey: .size) {
      guard size.count == 2, size.allSatisfy({ 1...10_000 ~= $0 }) else {
        throw DecodingError.dataCorruptedError(
          forKey: .size, in: container, debugDescription: "not rows and columns")
      }
      event = .size(Size(rows: size[0], columns: size[1]))
    } else {
      event = .text(try Self.bytes(.text, in: container))
    }
  }

  /// Text as a string where it is UTF-8, so that people can read it; otherwise as base64.
  private static func encode(
    _ bytes: [UInt8], as key: Key, into container: inout KeyedEncodingContainer<Key>
  ) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    if Array(text.utf8) == bytes {
      try container.encode(text, forKey: key)
    } else {
      try container.encode("", forKey: key)
      try container.encode(Data(bytes), forKey: .base64)
    }
  }

  private static func bytes(
    _ key: Key, in container: KeyedDecodingContainer<Key>
  ) throws -> [UInt8] {
    let text = try container.decode(String.self, forKey: key)
    return try container.decodeIfPresent(Data.self, forKey: .base64).map { [UInt8]($0) }
      ?? Array(text.utf8)
  }
}
