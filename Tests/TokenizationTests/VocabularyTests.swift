import Testing

@testable import Tokenization

@Suite struct VocabularyTests {
  @Test("entries are found by their bytes, and give them back by id")
  func lookups() throws {
    let merges = [("t", "h"), ("th", "e"), (" ", "the"), ("é", "!")]
    // "é" is two bytes, so an entry for it is needed before it can be merged further.
    let parts = SmallVocabulary.parts(merges: merges.dropLast() + [("a", "b")])
    let vocabulary = try SmallVocabulary.tokenizer(parts).vocabulary
    #expect(vocabulary.count == 256 + 4 + 3)
    for id in 0..<TokenID(vocabulary.count) {
      #expect(vocabulary.id(of: vocabulary.bytes(of: id)) == id)
      #expect(vocabulary.byteCount(of: id) == vocabulary.bytes(of: id).count)
      #expect(vocabulary.isSpecial(id) == (id >= 260))
    }
    #expect(vocabulary.bytes(of: 0x80) == [0x80])
    #expect(vocabulary.text(of: 0x80) == "\u{FFFD}")
    #expect(vocabulary.id(of: Array(" the".utf8)) == 258)
    #expect(vocabulary.id(of: Array("nothing".utf8)) == nil)
    #expect(vocabulary.id(of: []) == nil)
    #expect(vocabulary.longestTokenBytes == 7)
    #expect(vocabulary.absentBytes.isEmpty)
    #expect(vocabulary.special(named: "<|end|>") == 262)
    #expect(vocabulary.special(named: "<|e") == nil)
    #expect(vocabulary.special(named: " the") == nil)
    #expect(vocabulary.specials == [260, 261, 262])
    #expect(vocabulary.endOfGeneration == [262])
  }

  @Test("ids that are no entry's have no bytes", arguments: [-1, 300, .min, .max] as [TokenID])
  func outOfRange(id: TokenID) throws {
    let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts())
    #expect(tokenizer.vocabulary.bytes(of: id).isEmpty)
    #expect(tokenizer.vocabulary.byteCount(of: id) == 0)
    #expect(tokenizer.vocabulary.text(of: id).isEmpty)
    #expect(tokenizer.vocabulary.kind(of: id) == .unused)
    #expect(!tokenizer.vocabulary.isSpecial(id))
    #expect(tokenizer.decode([65, id, 66]) == [65, 66])
  }

  @Test("GPT-2's alphabet writes each byte as one character, and is read back")
  func alphabet() {
    #expect(Set(ByteAlphabet.characters).count == 256)
    for byte in UInt8.min...UInt8.max {
      var read: [UInt8] = []
      let written = Array(SmallVocabulary.written([byte]).utf8)
      #expect(written.withUnsafeBufferPointer { ByteAlphabet.decode($0, into: &read) })
      #expect(read == [byte])
    }
    #expect(SmallVocabulary.written(" \n\u{A0}é".utf8) == "ĠĊÂłÃ©")
  }

  /// A vocabulary that is wrong in one way, and what is to be said about it.
  struct Hostile: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var key: String
    var index: Int?
    var change: @Sendable (inout VocabularyParts) -> Void
  }

  static let hostile: [Hostile] = [
    Hostile(testDescription: "no entries", key: VocabularyParts.Key.tokens) {
      $0.tokens = ByteStrings()
    },
    Hostile(testDescription: "an entry twice", key: VocabularyParts.Key.tokens, index: 265) {
      $0.add("th")
    },
    Hostile(testDescription: "a special entry twice", key: VocabularyParts.Key.tokens, index: 265) {
      $0.add("<|a|>", .control)
    },
    Hostile(testDescription: "an empty entry", key: VocabularyParts.Key.tokens, index: 265) {
      $0.add("")
    },
    Hostile(testDescription: "an empty special entry", key: VocabularyParts.Key.tokens, index: 265)
    {
      $0.add("", .control)
    },
    Hostile(testDescription: "a space in an entry", key: VocabularyParts.Key.tokens, index: 265) {
      $0.add("a b")
    },
    Hostile(testDescription: "Chinese in an entry", key: VocabularyParts.Key.tokens, index: 265) {
      $0.add("今")
    },
    Hostile(
      testDescription: "broken UTF-8 in an entry", key: VocabularyParts.Key.tokens, index: 265
    ) {
      $0.add([0xC3])
    },
    Hostile(
      testDescription: "broken UTF-8 in a special entry", key: VocabularyParts.Key.tokens,
      index: 265
    ) { $0.add([0x3C, 0xE2, 0x80], .control) },
    Hostile(testDescription: "a huge entry", key: VocabularyParts.Key.tokens, index: 265) {
      $0.add(String(repeating: "a", count: 70_000))
    },
    Hostile(testDescription: "a huge special entry", key: VocabularyParts.Key.tokens, index: 265) {
      $0.add(String(repeating: "<", count: 2_000), .control)
    },
    Hostile(testDescription: "fewer kinds than entries", key: VocabularyParts.Key.kinds) {
      $0.kinds.removeLast()
    },
    Hostile(testDescription: "more kinds than entries", key: VocabularyParts.Key.kinds) {
      $0.kinds.append(1)
    },
    Hostile(testDescription: "a kind that is none", key: VocabularyParts.Key.kinds, index: 7) {
      $0.kinds[7] = 0
    },
    Hostile(testDescription: "a kind beyond all", key: VocabularyParts.Key.kinds, index: 7) {
      $0.kinds[7] = .max
    },
    Hostile(testDescription: "a merge with no space", key: VocabularyParts.Key.merges, index: 3) {
      $0.merges.append("ab".utf8)
    },
    Hostile(testDescription: "an empty merge", key: VocabularyParts.Key.merges, index: 3) {
      $0.merges.append("".utf8)
    },
    Hostile(testDescription: "a merge of one part", key: VocabularyParts.Key.merges, index: 3) {
      $0.merges.append("a ".utf8)
    },
    Hostile(
      testDescription: "a merge without a left part", key: VocabularyParts.Key.merges, index: 3
    ) {
      $0.merges.append(" a".utf8)
    },
    Hostile(testDescription: "a merge of three parts", key: VocabularyParts.Key.merges, index: 3) {
      $0.merges.append("t h e".utf8)
    },
    Hostile(testDescription: "a merge of unknown parts", key: VocabularyParts.Key.merges, index: 3)
    {
      $0.merges.append("qq t".utf8)
    },
    Hostile(
      testDescription: "a merge into nothing known", key: VocabularyParts.Key.merges, index: 3
    ) {
      $0.merges.append("q t".utf8)
    },
    Hostile(
      testDescription: "a merge that makes its own part", key: VocabularyParts.Key.merges, index: 3
    ) {
      $0.merges.append("the the".utf8)
    },
    Hostile(
      testDescription: "a merge with a special part", key: VocabularyParts.Key.merges, index: 3
    ) {
      $0.merges.append("<|a|> b".utf8)
    },
    Hostile(testDescription: "a merge twice", key: VocabularyParts.Key.merges, index: 3) {
      $0.merges.append("t h".utf8)
    },
    Hostile(testDescription: "broken UTF-8 in a merge", key: VocabularyParts.Key.merges, index: 3) {
      $0.merges.append([0x61, 0x20, 0xFF])
    },
  ]

  @Test("a wrong vocabulary is refused, with the key and the entry", arguments: hostile)
  func refused(_ hostile: Hostile) throws {
    var parts = SmallVocabulary.parts(
      merges: [("t", "h"), ("th", "e"), (" ", "the")], specials: ["<|a|>", "<|a|>b", "<|end|>"],
      userDefined: ["  ", "   ", "    "])
    _ = try SmallVocabulary.tokenizer(parts)
    hostile.change(&parts)
    let fault = #expect(throws: VocabularyFault.self) { try SmallVocabulary.tokenizer(parts) }
    #expect(fault?.key == hostile.key)
    #expect(fault?.index == hostile.index)
    #expect(fault?.what.contains("\n") == false)
  }

  @Test("merges whose results come before their parts do no harm")
  func tangledMerges() throws {
    let tangled = [("aa", "a"), ("a", "aa"), ("aa", "aa"), ("a", "a")]
    let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts(merges: tangled))
    for count in 1..<200 {
      let word = String(repeating: "a", count: count)
      let pieces = tokenizer.encode(Array(word.utf8)).map { tokenizer.vocabulary.text(of: $0.id) }
      #expect(pieces == SmallVocabulary.naiveMerge(word, tangled))
    }
  }
}

extension VocabularyParts {
  fileprivate mutating func add(_ text: String, _ kind: TokenKind = .normal) {
    add(Array(text.utf8), kind)
  }

  fileprivate mutating func add(_ bytes: [UInt8], _ kind: TokenKind = .normal) {
    tokens.append(bytes)
    kinds.append(kind.rawValue)
  }
}
