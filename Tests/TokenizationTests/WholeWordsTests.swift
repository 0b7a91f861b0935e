import Testing

@testable import Tokenization

@Suite struct WholeWordsTests {
  @Test("no entry is taken for a word that is none, and most words that are none are told")
  func filter() throws {
    var generator = Seeded(11)
    var parts = VocabularyParts()
    parts.writing = .bytes
    let entries = Set((0..<5000).map { _ in generator.word() }).sorted { $0.count < $1.count }
    for entry in entries {
      parts.tokens.append(entry)
      parts.kinds.append(TokenKind.normal.rawValue)
    }
    let vocabulary = try Vocabulary(parts)
    let words = WholeWords(vocabulary)
    for entry in entries { #expect(entry.withUnsafeBufferPointer(words.mayHold)) }
    let others = (0..<5000).map { _ in generator.word() }.filter { vocabulary.id(of: $0) == nil }
    let passed = others.count { $0.withUnsafeBufferPointer(words.mayHold) }
    #expect(others.count > 4000)
    #expect(passed < others.count / 4)
  }

  @Test("a word that is an entry is taken as it is where merges are ignored, of every length")
  func whole() throws {
    // No merges at all: only the look for the whole word can find these.
    let words = (2...300).map { String(repeating: "é", count: $0 / 2) + ($0 % 2 == 1 ? "e" : "") }
    var parts = SmallVocabulary.parts()
    for word in words {
      parts.tokens.append(SmallVocabulary.written(word.utf8).utf8)
      parts.kinds.append(TokenKind.normal.rawValue)
    }
    let pattern = WordPattern.llama3
    #expect(pattern.ignoresMerges)
    let tokenizer = try Tokenizer(parts, pattern: pattern)
    for word in words {
      let tokens = tokenizer.encode(Array(word.utf8))
      #expect(tokens.map(\.id) == [tokenizer.vocabulary.id(of: Array(word.utf8))])
    }
  }
}

extension Seeded {
  /// Two to forty letters.
  fileprivate mutating func word() -> [UInt8] {
    (0..<Int.random(in: 2...40, using: &self)).map { _ in
      UInt8.random(in: 0x60...0x7A, using: &self)
    }
  }
}
