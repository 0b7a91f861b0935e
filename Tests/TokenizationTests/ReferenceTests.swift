import Foundation
import TestSupport
import Testing

@testable import Tokenization

/// Hugging Face `tokenizers`, built by another reader of the same model file, on more than 20 MB:
/// code, manual pages in ten languages, every character, and noise.
@Suite struct ReferenceTests {
  /// What the reference made of one text.
  private struct Encoded {
    var documents: [(bytes: Int, tokens: Int)]
    var ids: [TokenID]

    init(_ url: URL) throws {
      let numbers = try Data(contentsOf: url).withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count - 3, by: 4).map {
          UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
        }
      }
      let count = Int(try #require(numbers.first))
      documents = (0..<count).map { (Int(numbers[1 + 2 * $0]), Int(numbers[2 + 2 * $0])) }
      ids = numbers[(1 + 2 * count)...].map { TokenID(bitPattern: $0) }
      try #require(ids.count == documents.reduce(0) { $0 + $1.tokens })
    }
  }

  @Test("ids equal those of the reference on at least 20 MB of varied text")
  func differential() throws {
    let corpus = URL(filePath: RepositoryFolder.path(".build/corpus"))
      .resolvingSymlinksInPath()
    let results = URL(filePath: RepositoryFolder.path(".build/reference"))
    guard FileManager.default.fileExists(atPath: corpus.path + "/recipe") else {
      throw SetupMissing("the corpus of texts in .build/corpus")
    }
    try ReferencePython.run(
      "Tests/Setup/reference_tokens.py", [InstalledModel.path(), corpus.path, results.path])
    let tokenizer = try InstalledModel.tokenizer()
    var compared = 0
    for url in try FileManager.default.contentsOfDirectory(
      at: corpus, includingPropertiesForKeys: nil)
    where url.pathExtension == "txt" {
      let text = try [UInt8](Data(contentsOf: url))
      let name = url.deletingPathExtension().lastPathComponent
      for (suffix, parsesSpecials) in [("ids", true), ("plain.ids", false)] {
        let expected = results.appendingPathComponent("\(name).\(suffix)")
        guard parsesSpecials || FileManager.default.fileExists(atPath: expected.path) else {
          continue
        }
        try compare(
          tokenizer, text, Encoded(expected), parsesSpecials: parsesSpecials, name: name)
        compared += text.count
      }
    }
    #expect(compared >= 20_000_000)
  }

  private func compare(
    _ tokenizer: Tokenizer, _ text: [UInt8], _ expected: Encoded, parsesSpecials: Bool, name: String
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
      }
      start += document.bytes
      first += document.tokens
    }
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
