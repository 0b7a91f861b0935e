import Foundation
import TestSupport
import Testing

@testable import Tokenization

/// Hugging Face `tokenizers` and `tiktoken`, built by other readers of the same files, on more than
/// 20 MB: code, manual pages in ten languages, every character, and noise.
@Suite struct ReferenceTests {
  /// What the reference made of one text.
  private struct Encoded {
    var documents: [(bytes: Int, tokens: Int)]
    var ids: [TokenID]

    private static func numbers(_ url: URL) throws -> [UInt32] {
      try Data(contentsOf: url).withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count - 3, by: 4).map {
          UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
        }
      }
    }

    /// The offsets of all tokens, first and last by turns; `nil` where there are none.
    static func offsets(_ url: URL) throws -> [Int]? {
      guard FileManager.default.fileExists(atPath: url.path) else { return nil }
      return try numbers(url).map { Int($0) }
    }

    init(_ url: URL) throws {
      let numbers = try Self.numbers(url)
      let count = Int(try #require(numbers.first))
      documents = (0..<count).map { (Int(numbers[1 + 2 * $0]), Int(numbers[2 + 2 * $0])) }
      ids = numbers[(1 + 2 * count)...].map { TokenID(bitPattern: $0) }
      try #require(ids.count == documents.reduce(0) { $0 + $1.tokens })
    }
  }

  @Test("ids equal those of the reference on at least 20 MB of varied text")
  func differential() throws {
    try differential(
      InstalledModel.tokenizer(), kind: "gguf", path: InstalledModel.path(), name: "smollm2")
  }

  @Test(
    "ids of every format equal those of its reference on at least 20 MB of varied text",
    arguments: RealTokenizers.allCases)
  func formats(real: RealTokenizers) throws {
    let name = real.rawValue.replacingOccurrences(of: "/", with: "-")
    try differential(
      real.tokenizer(), kind: real.referenceKind, path: real.path(), name: name)
  }

  private func differential(
    _ tokenizer: Tokenizer, kind: String, path: String, name: String
  ) throws {
    let corpus = URL(filePath: RepositoryFolder.path(".build/corpus")).resolvingSymlinksInPath()
    let results = URL(filePath: RepositoryFolder.path(".build/reference-formats/\(name)"))
    guard FileManager.default.fileExists(atPath: corpus.path + "/recipe") else {
      throw SetupMissing("the corpus of texts in .build/corpus")
    }
    try ReferencePython.run(
      "Tests/Setup/reference_tokens.py", [kind, path, corpus.path, results.path])
    var compared = 0
    for url in try FileManager.default.contentsOfDirectory(
      at: corpus, includingPropertiesForKeys: nil)
    where url.pathExtension == "txt" {
      let text = try [UInt8](Data(contentsOf: url))
      let name = url.deletingPathExtension().lastPathComponent
      for (suffix, parsesSpecials) in [("ids", true), ("plain.ids", false)] {
        let expected = results.appendingPathComponent("\(name).\(suffix)")
        guard FileManager.default.fileExists(atPath: expected.path) else { continue }
        let encoded = try Encoded(expected)
        let offsets = try Encoded.offsets(results.appendingPathComponent("\(name).offsets"))
        try compare(
          tokenizer, text, encoded, offsets: parsesSpecials ? offsets : nil,
          parsesSpecials: parsesSpecials, name: name)
        compared += text.count
      }
    }
    #expect(compared >= 20_000_000)
  }

  private func compare(
    _ tokenizer: Tokenizer, _ text: [UInt8], _ expected: Encoded, offsets: [Int]?,
    parsesSpecials: Bool, name: String
  ) throws {
    try #require(expected.documents.reduce(0) { $0 + $1.bytes } == text.count)
    var start = 0
    var first = 0
    var reported = 0
    for document in expected.documents {
      let part = Array(text[start..<start + document.bytes])
      let wanted = expected.ids[first..<first + document.tokens]
      let found = tokenizer.encode(part, parsesSpecials: parsesSpecials)
      if !found.lazy.map(\.id).elementsEqual(wanted) {
        reported += 1
        Issue.record("\(name): \(snippet(tokenizer, part, found, Array(wanted)))")
        // One broken rule shows in most documents; a few tell enough.
        if reported == 3 { return }
      } else if let offsets {
        let wanted = (first..<first + document.tokens).map {
          (start: offsets[2 * $0], end: offsets[2 * $0 + 1])
        }
        let rounded = found.map { Self.wholeCharacters($0, in: part) }
        #expect(rounded.elementsEqual(wanted, by: ==), "\(name)")
      }
      let absent = tokenizer.vocabulary.absentBytes
      #expect(
        tokenizer.decode(found.map(\.id))
          == (absent.isEmpty ? part : part.filter { !absent.contains($0) }), "\(name)")
      start += document.bytes
      first += document.tokens
    }
  }

  /// The place of a token, widened to whole characters, as the reference tells it.
  private static func wholeCharacters(_ token: Token, in text: [UInt8]) -> (start: Int, end: Int) {
    var (start, end) = (token.start, token.end)
    while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
    while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
    return (start, end)
  }

  /// The tokens of both between the last boundary they share before the first difference and the
  /// next one they share after it, with some text around.
  private func snippet(
    _ tokenizer: Tokenizer, _ text: [UInt8], _ found: [Token], _ wanted: [TokenID]
  ) -> String {
    let same = zip(found, wanted).prefix { $0.id == $1 }.count
    let start = same < found.count ? found[same].start : text.count
    var position = start
    var boundaries: [Int: Int] = [start: same]
    for (index, id) in wanted.enumerated().dropFirst(same) {
      position += tokenizer.vocabulary.byteCount(of: id)
      boundaries[position] = index + 1
    }
    let foundEnd = found[same...].firstIndex { boundaries[$0.end] != nil } ?? found.count - 1
    let end = found.indices.contains(foundEnd) ? found[foundEnd].end : text.count
    let wantedEnd = min(boundaries[end] ?? wanted.count, same + 20)
    func pieces(_ ids: some Sequence<TokenID>) -> String {
      ids.prefix(20).map { "\($0) \(tokenizer.vocabulary.text(of: $0).debugDescription)" }
        .joined(separator: ", ")
    }
    let around = text[max(0, start - 20)..<min(text.count, end + 20)]
    return """
      in \(String(decoding: around, as: UTF8.self).debugDescription) at byte \(start), found \
      \(pieces(found[min(same, found.count)..<min(foundEnd + 1, found.count)].map(\.id))); wanted \
      \(pieces(wanted[min(same, wanted.count)..<wantedEnd]))
      """
  }
}
