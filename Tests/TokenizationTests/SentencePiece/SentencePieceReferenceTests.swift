import Foundation
import TestSupport
import Testing

@testable import Tokenization

/// The reference implementation, `sentencepiece`, with real models on more than 20 MB and with small
/// ones of every kind: ids, and where each token begins and ends.
@Suite struct SentencePieceReferenceTests {
  private static let multiplier: UInt64 = 0xD6E8_FEB8_6659_FD93

  /// A document and what the reference made of it.
  private struct Document {
    var text: Int
    var bytes: Int
    var tokens: Int
    var digest: UInt64
  }

  private func documents(_ name: String) throws -> [Document] {
    let data = try Data(contentsOf: URL(filePath: TrainedPieces.path(name + ".digests")))
    let words = data.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count - 7, by: 8).map {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
      }
    }
    let count = Int(try #require(words.first))
    try #require(words.count == 1 + 4 * count)
    return (0..<count).map { index in
      let row = words[(1 + 4 * index)...]
      let first = row.startIndex
      return Document(
        text: Int(row[first]), bytes: Int(row[first + 1]), tokens: Int(row[first + 2]),
        digest: row[first + 3])
    }
  }

  private func digest(_ tokens: [Token]) -> UInt64 {
    var power: UInt64 = 1
    var sum: UInt64 = 0
    for token in tokens {
      for word in [Int(token.id), token.start, token.end] {
        sum &+= (UInt64(word) &+ 1) &* power
        power &*= Self.multiplier
      }
    }
    return sum
  }

  private func texts() throws -> [[UInt8]] {
    let corpus = RepositoryFolder.path(".build/corpus")
    return try FileManager.default.contentsOfDirectory(atPath: corpus)
      .filter { $0.hasSuffix(".txt") }.sorted()
      .map { try [UInt8](Data(contentsOf: URL(filePath: corpus + "/" + $0))) }
  }

  /// Encodes every document and gives the number of bytes that were compared.
  private func compare(_ name: String) throws -> Int {
    let tokenizer = try TrainedPieces.tokenizer(name)
    let texts = try texts()
    var starts = [Int](repeating: 0, count: texts.count)
    var compared = 0
    var reported = 0
    for document in try documents(name) where reported < 3 {
      let start = starts[document.text]
      starts[document.text] += document.bytes
      let part = Array(texts[document.text][start..<start + document.bytes])
      let found = tokenizer.encode(part, parsesSpecials: false)
      compared += part.count
      if found.count != document.tokens || digest(found) != document.digest {
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

  @Test(
    "ids and offsets equal those of the reference with real models on at least 20 MB each",
    arguments: ["mistral-v1", "mistral-v3", "mistral-v7"])
  func real(name: String) throws {
    #expect(try compare(name) >= 20_000_000)
  }

  @Test(
    "ids and offsets equal those of the reference, whatever the kind of model",
    arguments: [
      "unigram-nfkc", "unigram-bytes", "unigram-suffix", "unigram-runs", "bpe-nfkc", "bpe-bytes",
      "bpe-suffix", "bpe-runs",
    ])
  func trained(name: String) throws {
    #expect(try compare(name) >= 10_000_000)
  }
}
