import TestSupport
import Testing

@testable import Tokenization

@Suite struct WordPieceTests {
  private static let path = RepositoryFolder.path(".build/tokenizers/minilm/vocab.txt")

  private func small(_ pieces: [String]) throws -> Tokenizer {
    let folder = try TemporaryFolder()
    return try Tokenizer(
      wordPiece: folder.write(
        Array((pieces.joined(separator: "\n") + "\n").utf8), to: "vocab.txt"))
  }

  @Test("ids and offsets equal those of the reference on at least 20 MB of varied text")
  func reference() throws {
    let tokenizer = try Tokenizer(wordPiece: Self.path)
    let digests = try DigestedReference(
      RepositoryFolder.path(".build/reference-wordpiece/wordpiece.digests"))
    #expect(try digests.compare(with: tokenizer, parsesSpecials: true) >= 20_000_000)
  }

  @Test("words are cut into the longest pieces, or are unknown as a whole")
  func longestFirst() throws {
    let tokenizer = try small(["[UNK]", "a", "ab", "##c", "##cd", "##d", "今", "!"])
    func words(_ text: String) -> [String] {
      tokenizer.encode(Array(text.utf8)).map { "\($0.id):\($0.start)-\($0.end)" }
    }
    #expect(words("abcd ab") == ["2:0-2", "4:2-4", "2:5-7"])
    #expect(words("ACD!a今") == ["1:0-1", "4:1-3", "7:3-4", "1:4-5", "6:5-8"])
    #expect(words("abx a") == ["0:0-3", "1:4-5"])
    #expect(words("ábć") == ["2:0-3", "3:3-5"])
    #expect(words(String(repeating: "a", count: 101)) == ["0:0-101"])
    #expect(words("a\0b\u{AD}c") == ["2:0-3", "3:5-6"])
  }

  @Test("a vocabulary with capitals keeps letters and accents as they are")
  func cased() throws {
    let tokenizer = try small(["[UNK]", "A", "a", "é"])
    #expect(tokenizer.encode(Array("A a é e".utf8)).map(\.id) == [1, 2, 3, 0])
  }

  @Test("texts are put between [CLS] and [SEP] only when that is asked for")
  func affixes() throws {
    let tokenizer = try small(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"])
    #expect(tokenizer.encode(Array("a".utf8)).map(\.id) == [4])
    #expect(tokenizer.encode(Array("a".utf8), addsAffixes: true).map(\.id) == [2, 4, 3])
    #expect(tokenizer.encode(Array("[SEP]a".utf8)).map(\.id) == [3, 4])
    #expect(
      tokenizer.encode(Array("[SEP]a".utf8), parsesSpecials: false).map(\.id) == [1, 1, 1, 4])
  }

  @Test("no token lies across a stable boundary, and edits give the tokens of the whole")
  func stability() throws {
    let tokenizer = try Tokenizer(wordPiece: Self.path)
    let alphabet =
      TurningPoints.all
      + ["hello", "Ångström", "\u{301}", "\u{37E}", "≠", "한", "[SEP]", "ing"].map {
        Array($0.utf8)
      }
    var generator = Seeded(12)
    for round in 0..<300 {
      var text = generator.text(Int.random(in: 2...40, using: &generator), of: alphabet)
      for position in 1..<max(text.count, 2) where tokenizer.isStableBoundary(position, in: text) {
        #expect(
          !tokenizer.encode(text, parsesSpecials: false).contains {
            $0.start < position && position < $0.end
          })
      }
      generator.expectRetokenized(&text, alphabet, parsesSpecials: round % 2 == 0, by: tokenizer)
    }
  }

  @Test(
    "a vocabulary that is no vocabulary is refused with its line",
    arguments: [
      ("", "is empty"), ("a\nb\n", "has no entry for unknown words"),
      ("[UNK]\n\na\n", "line[1] is empty"), ("[UNK]\na\na\n", "line[2] is the same as entry 1"),
    ])
  func refused(text: String, message: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), to: "vocab.txt")
    let fault = #expect(throws: (any Error).self) { try Tokenizer(wordPiece: path) }
    #expect("\(try #require(fault))".contains(message))
  }
}
