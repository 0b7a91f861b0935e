import Foundation
import TestSupport
import Testing

@testable import Tokenization

@Suite("Unreachable entries and the reference")
struct ReachableReferenceTests {
  @Test("what an entry's own text is encoded to is what Hugging Face tokenizers says")
  func deepseek() throws {
    let path = RepositoryFolder.path(".build/tokenizers/deepseek/tokenizer.json")
    let tokenizer = try Tokenizer.open(path: path)
    let unreachable = tokenizer.unreachableEntries { _ in }
    var generator = Seeded(5)
    let count = TokenID(tokenizer.vocabulary.count)
    let sample = (0..<3000).map { _ in TokenID.random(in: 0..<count, using: &generator) }
    let wanted = Array(Set(sample + unreachable)).sorted()
    let folder = try TemporaryFolder()
    let list = try folder.write(
      Array(wanted.map { "\($0)" }.joined(separator: " ").utf8), to: "ids")
    let answer = try ReferencePython.run("Tests/Setup/reference_entries.py", [path, list])
    let lines = String(decoding: answer, as: UTF8.self).split(separator: "\n")
    #expect(lines.count > 2000)
    var refused = 0
    for line in lines {
      let ids = line.split(separator: " ").compactMap { TokenID($0) }
      let id = try #require(ids.first)
      let own = tokenizer.encode(tokenizer.decode([id])).map(\.id)
      #expect(own == Array(ids.dropFirst()), "\(id)")
      if own != [id] { refused += 1 }
    }
    // Entries that no text was found for are not given back by the reference either.
    let known = Set(lines.compactMap { $0.split(separator: " ").first.flatMap { TokenID($0) } })
    #expect(unreachable.count { known.contains($0) } <= refused)
  }
}
