import Foundation
import TestSupport
import Testing

@testable import Tokenization

/// What a reference made of the documents of the corpus, as `Tests/Setup` writes it: how many tokens
/// each has, a digest of their ids and of where they begin and end, and perhaps one of the bytes that
/// decoding gives.
struct DigestedReference {
  private static let multiplier: UInt64 = 0xD6E8_FEB8_6659_FD93

  /// A document and what the reference made of it.
  private struct Document {
    var text: Int
    var bytes: Int
    var tokens: Int
    var digest: UInt64
    var decoded: UInt64?
  }

  private let name: String
  private let documents: [Document]

  /// Reads a file of digests.
  ///
  /// - Parameter isDecoded: whether it tells what decoding gives; tokens of parts of characters are
  ///   then those of whole ones.
  init(_ path: String, isDecoded: Bool = false) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw SetupMissing("the results of the reference in \(path)")
    }
    name = URL(filePath: path).lastPathComponent
    let data = try Data(contentsOf: URL(filePath: path))
    let words = data.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count - 7, by: 8).map {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
      }
    }
    let count = Int(try #require(words.first))
    let columns = isDecoded ? 5 : 4
    try #require(words.count == 1 + columns * count)
    documents = (0..<count).map { index in
      let first = 1 + columns * index
      return Document(
        text: Int(words[first]), bytes: Int(words[first + 1]), tokens: Int(words[first + 2]),
        digest: words[first + 3], decoded: isDecoded ? words[first + 4] : nil)
    }
  }

  private static func digest(_ words: some Sequence<Int>) -> UInt64 {
    var power: UInt64 = 1
    var sum: UInt64 = 0
    for word in words {
      sum &+= (UInt64(word) &+ 1) &* power
      power &*= multiplier
    }
    return sum
  }

  /// The ids and places of tokens, in a row.
  private static func words(_ tokens: [Token]) -> some Sequence<Int> {
    tokens.lazy.flatMap { [Int($0.id), $0.start, $0.end] }
  }

  /// A token of a text with its place widened to whole characters.
  private static func widened(_ token: Token, in text: [UInt8]) -> Token {
    var token = token
    while token.start > 0, token.start < text.count, text[token.start] & 0xC0 == 0x80 {
      token.start -= 1
    }
    while token.end < text.count, text[token.end] & 0xC0 == 0x80 { token.end += 1 }
    return token
  }

  private static func texts() throws -> [[UInt8]] {
    let corpus = RepositoryFolder.path(".build/corpus")
    return try FileManager.default.contentsOfDirectory(atPath: corpus)
      .filter { $0.hasSuffix(".txt") }.sorted()
      .map { try [UInt8](Data(contentsOf: URL(filePath: corpus + "/" + $0))) }
  }

  /// Encodes every document, and gives the number of bytes that were compared.
  func compare(with tokenizer: Tokenizer, parsesSpecials: Bool) throws -> Int {
    let texts = try Self.texts()
    var starts = [Int](repeating: 0, count: texts.count)
    var compared = 0
    var reported = 0
    for document in documents where reported < 3 {
      try #require(texts.indices.contains(document.text))
      let start = starts[document.text]
      starts[document.text] += document.bytes
      let part = Array(texts[document.text][start..<start + document.bytes])
      var found = tokenizer.encode(part, parsesSpecials: parsesSpecials)
      compared += part.count
      if document.decoded != nil { found = found.map { Self.widened($0, in: part) } }
      if let decoded = document.decoded, found.count == document.tokens,
        Self.digest(tokenizer.decode(found.map(\.id)).lazy.map { Int($0) }) != decoded
      {
        reported += 1
        Issue.record("\(name): text \(document.text), bytes \(start)..: decodes otherwise")
      }
      if found.count != document.tokens || Self.digest(Self.words(found)) != document.digest {
        // One broken rule shows in most documents; a few tell enough.
        reported += 1
        Issue.record(
          """
          \(name): text \(document.text), bytes \(start)..<\(start + part.count): \(found.count) \
          tokens, wanted \(document.tokens); begins \
          \(String(decoding: part.prefix(80), as: UTF8.self).debugDescription)
          """)
      }
    }
    return compared
  }
}
