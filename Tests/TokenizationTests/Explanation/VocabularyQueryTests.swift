import Testing

@testable import Tokenization

@Suite("Searching a vocabulary")
struct VocabularyQueryTests {
  private func vocabulary() throws -> Vocabulary {
    var generator = Seeded(31)
    let merges = SmallVocabulary.randomMerges(count: 300, using: &generator)
    return try SmallVocabulary.tokenizer(SmallVocabulary.parts(merges: merges)).vocabulary
  }

  private func matches(_ text: String, _ vocabulary: Vocabulary) throws -> [TokenID] {
    try VocabularyQuery(text).matches(in: vocabulary, 0..<TokenID.max)
  }

  @Test("text and bytes are found wherever an entry has them")
  func holding() throws {
    let vocabulary = try vocabulary()
    for (query, bytes) in [
      ("ab", Array("ab".utf8)), ("␣", [0x20]), ("0x20 61", [0x20, 0x61]), ("0xE2", [0xE2]),
      ("'a", Array("'a".utf8)), ("<|", Array("<|".utf8)),
    ] {
      let expected = (0..<TokenID(vocabulary.count)).filter {
        !vocabulary.bytes(of: $0).ranges(of: bytes).isEmpty
      }
      #expect(try matches(query, vocabulary) == expected, "\(query)")
      #expect(!expected.isEmpty)
    }
  }

  @Test("a number sign means an id, nothing means all, and parts of a search add up to it")
  func others() throws {
    let vocabulary = try vocabulary()
    #expect(try matches("#7", vocabulary) == [7])
    #expect(try matches("#\(vocabulary.count)", vocabulary) == [])
    #expect(try matches("", vocabulary).count == vocabulary.count)
    #expect(
      try matches("#", vocabulary)
        == [TokenID(UInt8(ascii: "#"))].filter { vocabulary.bytes(of: $0) == [0x23] })
    let query = try VocabularyQuery("b")
    var parts: [TokenID] = []
    for start in stride(from: TokenID(0), to: TokenID(vocabulary.count), by: 37) {
      parts += query.matches(in: vocabulary, start..<start + 37)
    }
    #expect(parts == (try matches("b", vocabulary)))
  }

  @Test("a regular expression finds the entries in which it matches, also one that backtracks")
  func patterns() throws {
    let vocabulary = try vocabulary()
    let texts = (0..<TokenID(vocabulary.count)).map { vocabulary.text(of: $0) }
    func expected(_ condition: (String) -> Bool) -> [TokenID] {
      texts.indices.filter { condition(texts[$0]) }.map { TokenID($0) }
    }
    #expect(
      try matches("/^a+$/", vocabulary) == expected { !$0.isEmpty && $0.allSatisfy { $0 == "a" } })
    #expect(
      try matches("/b[ac]$/", vocabulary) == expected { $0.hasSuffix("ba") || $0.hasSuffix("bc") })
    #expect(
      try matches("/^\\s/", vocabulary)
        == expected { $0.unicodeScalars.first?.properties.isWhitespace ?? false })
    let long = SmallVocabulary.parts(userDefined: [String(repeating: "a", count: 900) + "!"])
    let longest = try SmallVocabulary.tokenizer(long).vocabulary
    #expect(try matches("/^(a+)+$/", longest) == [TokenID(UInt8(ascii: "a"))])
  }

  @Test(
    "what is no query is refused",
    arguments: [
      "0x", "0xE", "0xE2 8", "0xZZ", "#99999999999", "/(/", "/[/", "/a{999999}/",
      String(repeating: "a", count: 2000),
    ])
  func refused(text: String) {
    #expect(throws: VocabularyQueryFault.self) { try VocabularyQuery(text) }
  }
}
