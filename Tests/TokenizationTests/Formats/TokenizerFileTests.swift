import Foundation
import ModelFiles
import TestSupport
import Testing

@testable import Tokenization

@Suite struct TokenizerFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try folder.write(bytes, to: name)
  }

  private func open(_ name: String, _ text: String) throws -> Tokenizer {
    try Tokenizer.open(path: file(name, Array(text.utf8)))
  }

  private static let bytes = (0..<256).map { SmallVocabulary.written([UInt8($0)]) }

  /// A small byte-level `tokenizer.json`.
  private static func json(
    preTokenizer: String = #"{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}"#,
    normalizer: String = "null", merges: String = #"["Ġ a",["a","b"]]"#, model: String = ""
  ) -> String {
    var vocabulary = bytes.enumerated().map { index, piece in
      let text = piece == "\"" || piece == "\\" ? "\\" + piece : piece
      return "\"\(text)\":\(index)"
    }
    vocabulary += [#""Ġa":256"#, #""ab":257"#]
    return """
      {"version":"1.0","added_tokens":[
        {"id":258,"content":"<|a|>","special":true,"normalized":false},
        {"id":259,"content":"<m>","special":true,"normalized":false,"lstrip":true},
        {"id":260,"content":"word","special":false,"normalized":false,"single_word":true}],
       "normalizer":\(normalizer),"pre_tokenizer":\(preTokenizer),
       "post_processor":{"type":"TemplateProcessing",
         "single":[{"SpecialToken":{"id":"<|a|>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
         "special_tokens":{"<|a|>":{"id":"<|a|>","ids":[258],"tokens":["<|a|>"]}}},
       "decoder":{"type":"ByteLevel"},
       "model":{"type":"BPE",\(model)"vocab":{\(vocabulary.joined(separator: ","))},
         "merges":\(merges)}}
      """
  }

  private func ids(_ tokenizer: Tokenizer, _ text: String) -> [TokenID] {
    tokenizer.encode(Array(text.utf8)).map(\.id)
  }

  @Test("merges may be strings or pairs, but not both in one list")
  func mergeForms() throws {
    #expect(throws: FileFault.self) { try open("tokenizer.json", Self.json()) }
    for merges in [#"["Ġ a","a b"]"#, #"[["Ġ","a"],["a","b"]]"#] {
      let tokenizer = try open("tokenizer.json", Self.json(merges: merges))
      #expect(ids(tokenizer, " ab ab") == [256, 0x62, 256, 0x62])
      #expect(ids(tokenizer, "abc") == [257, 0x63])
      #expect(tokenizer.affixes == Affixes(prefix: [258]))
    }
  }

  @Test("added entries take white space and stand between words as they are told")
  func addedEntries() throws {
    let tokenizer = try open("tokenizer.json", Self.json(merges: #"["Ġ a"]"#))
    let text = Array("c  <m> word sword".utf8)
    let tokens = tokenizer.encode(text)
    #expect(tokens.prefix(4).map(\.id) == [0x63, 259, 0x20, 260])
    #expect(tokens[1].start == 1 && tokens[1].end == 6)
    #expect(tokens.dropFirst(4).map(\.id) == Array(" sword".utf8).map { TokenID($0) })
    #expect(
      tokenizer.encode(text, parsesSpecials: false).map(\.id)
        == Array("c  <m> ".utf8).map { TokenID($0) } + [260]
        + Array(" sword".utf8).map { TokenID($0) })
  }

  @Test("affixes are added only when asked for, without bytes of their own")
  func affixes() throws {
    let tokenizer = try open("tokenizer.json", Self.json(merges: #"["Ġ a"]"#))
    let plain = tokenizer.encode(Array("ab".utf8))
    #expect(plain.map(\.id) == [0x61, 0x62])
    #expect(
      tokenizer.encode(Array("ab".utf8), addsAffixes: true)
        == [Token(id: 258, start: 0, end: 0)] + plain)
  }

  @Test("after normalisation tokens still say which bytes of the text as it was given they are")
  func normalised() throws {
    let tokenizer = try open(
      "tokenizer.json", Self.json(normalizer: #"{"type":"NFC"}"#, merges: #"["Ġ a"]"#))
    let tokens = tokenizer.encode(Array("xe\u{301}y a".utf8))
    #expect(tokens.map(\.id) == [0x78, 0xC3, 0xA9, 0x79, 256])
    // What was composed stands for the first of its characters, as the reference has it.
    #expect(tokens.map(\.start) == [0, 1, 1, 4, 5])
    #expect(tokens.map(\.end) == [1, 2, 2, 5, 7])
  }

  @Test(
    "what is not known is refused by its key",
    arguments: [
      (#"{"type":"Sentences"}"#, "null", "pre_tokenizer.type is \"Sentences\""),
      (
        #"{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(?<=a*)b"},"behavior":"Isolated"}]}"#,
        "null", "pre_tokenizer.pretokenizers[0].pattern.Regex"
      ),
      (#"{"type":"ByteLevel"}"#, #"{"type":"Fancy"}"#, "normalizer.type is \"Fancy\""),
    ])
  func unknown(preTokenizer: String, normalizer: String, expected: String) throws {
    #expect {
      try open(
        "tokenizer.json",
        Self.json(preTokenizer: preTokenizer, normalizer: normalizer, merges: "[]"))
    } throws: {
      ($0 as? FileFault)?.description.contains(expected) ?? false
    }
  }

  @Test(
    "lists that contradict themselves are refused",
    arguments: [
      (#"["a b","a b"]"#, "model.merges[1] is the same as entry 0"),
      (#"["a a"]"#, "model.merges[0] has a result"), (#"["zz a"]"#, "has a left part"),
      (#"["a  b"]"#, "model.merges[0]"), (#"[1]"#, "should be a string"),
    ])
  func contradictions(merges: String, expected: String) {
    #expect { try open("tokenizer.json", Self.json(merges: merges)) } throws: {
      ($0 as? FileFault)?.description.contains(expected) ?? false
    }
  }

  @Test("a tiktoken vocabulary joins by ranks, and takes a word that is an entry as it is")
  func ranks() throws {
    var lines = (0..<256).map { "\(Data([UInt8($0)]).base64EncodedString()) \($0)" }
    for (index, entry) in ["ab", "bc", "abc", "zzz"].enumerated() {
      lines.append("\(Data(entry.utf8).base64EncodedString()) \(256 + index)")
    }
    let path = try file("x.tiktoken", Array(lines.joined(separator: "\n").utf8))
    #expect(throws: FileFault.self) { try Tokenizer.open(path: path) }
    let tokenizer = try Tokenizer.open(path: path, splitting: "gpt-2")
    #expect(ids(tokenizer, "abcabc") == [258, 258])
    #expect(ids(tokenizer, "zzz") == [259])
    #expect(ids(tokenizer, "zzzz") == [0x7A, 0x7A, 0x7A, 0x7A])
    #expect(tokenizer.decode([258, 259]) == Array("abczzz".utf8))
  }

  @Test("merges that follow from ranks join as `tiktoken` does, by definition", arguments: 0..<6)
  func ranksByDefinition(seed: Int) throws {
    var generator = Seeded(UInt64(seed) + 40)
    var ranked = RankedEntries(path: "test")
    var entries: [[UInt8]] = [[0x61], [0x62], [0x63]]
    var ranks: [[UInt8]: Int] = [:]
    while entries.count < 60 {
      let left = entries.randomElement(using: &generator) ?? []
      let right = entries.randomElement(using: &generator) ?? []
      if left.count + right.count <= 8, !entries.contains(left + right) {
        entries.append(left + right)
      }
    }
    for (rank, entry) in (entries[..<3] + entries[3...].shuffled(using: &generator)).enumerated() {
      ranks[entry] = rank
      try ranked.add(entry, rank: rank, offset: 0)
    }
    let parts = try ranked.parts(firstID: 0, specials: [:])
    let tokenizer = try parts.bytePair(
      "test", name: "test", splitter: StepSplitter(steps: []), ignoresMerges: false)
    for _ in 0..<300 {
      let text = generator.text(Int.random(in: 1...20, using: &generator), of: Array(entries[..<3]))
      var pieces = text.map { [$0] }
      while true {
        let joins = pieces.indices.dropLast().compactMap { index in
          ranks[pieces[index] + pieces[index + 1]].map { (rank: $0, index: index) }
        }
        guard let best = joins.min(by: { ($0.rank, $0.index) < ($1.rank, $1.index) }) else { break }
        pieces.replaceSubrange(
          best.index...best.index + 1, with: [pieces[best.index] + pieces[best.index + 1]])
      }
      #expect(tokenizer.encode(text).map { Int($0.id) } == pieces.compactMap { ranks[$0] })
    }
  }

  @Test("characters fall back to bytes or to the unknown entry, and spaces are marks")
  func characters() throws {
    func json(_ fallback: Bool) -> String {
      let bytes = (0..<256).map { String(format: "\"<0x%02X>\":%d", $0, $0 + 10) }
      let entries = [#""<unk>":0"#, #""▁":1"#, #""a":2"#, #""b":3"#, #""ab":4"#, #""▁ab":5"#]
      return """
        {"added_tokens":[],"normalizer":{"type":"Sequence","normalizers":[
           {"type":"Prepend","prepend":"▁"},
           {"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
         "pre_tokenizer":null,"post_processor":null,
         "decoder":{"type":"Sequence","decoders":[
           {"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},
           {"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
         "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":\(fallback),
           "vocab":{\((entries + (fallback ? bytes : [])).joined(separator: ","))},
           "merges":["a b","▁ ab"]}}
        """
    }
    let fallback = try open("tokenizer.json", json(true))
    let text = Array("ab abé".utf8)
    let tokens = fallback.encode(text)
    #expect(tokens.map(\.id) == [5, 5, 0xC3 + 10, 0xA9 + 10])
    #expect(tokens.map(\.start) == [0, 2, 5, 6])
    #expect(fallback.decode(tokens.map(\.id)) == text)
    #expect(fallback.vocabulary.bytes(of: 5) == Array(" ab".utf8))
    let unknown = try open("tokenizer.json", json(false))
    #expect(ids(unknown, "abéxa") == [5, 0, 2])
    let edit = Edit(start: 0, oldEnd: 0, newEnd: 1)
    let retold = fallback.retokenize(tokens, text: Array("xab abé".utf8), edit: edit)
    #expect(retold.tokens == fallback.encode(Array("xab abé".utf8)))
  }

  @Test("each byte is a token of the tokenizer of bytes")
  func bytes() {
    let tokenizer = Tokenizer.bytes()
    let text: [UInt8] = Array(0...255)
    let tokens = tokenizer.encode(text)
    #expect(tokens.map(\.id) == (0..<256).map { TokenID($0) })
    #expect(tokenizer.decode(tokens.map(\.id)) == text)
    var edited = text
    edited.replaceSubrange(3..<5, with: [9, 9, 9])
    let found = tokenizer.retokenize(
      tokens, text: edited, edit: Edit(start: 3, oldEnd: 5, newEnd: 6))
    #expect(found.tokens == tokenizer.encode(edited))
  }

  @Test(
    "broken files of every format are refused in one line or open, and never crash",
    arguments: ["tokenizer.json", "x.tiktoken", "tekken.json", "encoder.json", "bert.json"])
  func mutations(name: String) throws {
    let sample = try Self.sample(name)
    var generator = Seeded(77)
    let path = folder.file(name)
    _ = try file("vocab.bpe", Array("#version: 0.2\na b\n".utf8))
    var opened = 0
    var refused = 0
    for _ in 0..<700 {
      let bytes = generator.broken(sample)
      try Data(bytes).write(to: URL(filePath: path))
      if let fault = Self.fault(path) {
        #expect(!fault.description.contains("\n"))
        refused += 1
      } else {
        opened += 1
      }
    }
    #expect(refused > 50 && opened + refused == 700)
  }

  /// Why a file is refused; when it is not, it is used.
  private static func fault(_ path: String) -> FileFault? {
    do throws(FileFault) {
      let tokenizer = try Tokenizer.open(path: path, splitting: "qwen2")
      let tokens = tokenizer.encode(Array("Ab <|a|> word's  x\n\n9é".utf8), addsAffixes: true)
      _ = tokenizer.decode(tokens.map(\.id))
      return nil
    } catch {
      return error
    }
  }

  /// A small file of a format.
  private static func sample(_ name: String) throws -> [UInt8] {
    let entries = (0x20..<0x7F).map { Data([UInt8($0)]).base64EncodedString() }
    switch name {
    case "tokenizer.json":
      return Array(json(normalizer: #"{"type":"NFC"}"#, merges: #"["Ġ a","a b"]"#).utf8)
    case "bert.json":
      return Array(
        """
        {"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
          "strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},
         "post_processor":{"type":"BertProcessing","sep":["[SEP]",1],"cls":["[CLS]",0]},
         "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
         "model":{"type":"WordLevel","vocab":{"[CLS]":0,"[SEP]":1,"ab":2,"'":3,"s":4},
          "unk_token":"[SEP]"}}
        """.utf8)
    case "x.tiktoken":
      return Array(entries.enumerated().map { "\($1) \($0)" }.joined(separator: "\n").utf8)
    case "tekken.json":
      let list = entries.enumerated().map { #"{"rank":\#($0),"token_bytes":"\#($1)"}"# }
      return Array(
        #"{"config":{"pattern":"a+|[^a]","default_vocab_size":98,"default_num_special_tokens":3},"vocab":[\#(list.joined(separator: ","))]}"#
          .utf8)
    default: return Array(#"{"a":0,"b":1,"ab":2,"<|endoftext|>":3}"#.utf8)
    }
  }

  @Test("files that are nothing known, folders without a tokenizer and nothing at all are refused")
  func nothing() throws {
    for bytes: [UInt8] in [[], [0], Array("hello world".utf8), Array("[1]".utf8), Array("{}".utf8)]
    {
      let path = try file("x", bytes)
      #expect(throws: FileFault.self) { try Tokenizer.open(path: path) }
    }
    #expect(throws: FileFault.self) { try Tokenizer.open(path: folder.path) }
    #expect(throws: FileFault.self) { try Tokenizer.open(path: "/nowhere/at/all") }
  }

  @Test("a word of a million identical letters costs in proportion to its length")
  func longWords() throws {
    for real in [RealTokenizers.deepseek, .qwen, .tekken] {
      let tokenizer = try real.tokenizer()
      for letter in [0x61, 0x20, 0x0A] as [UInt8] {
        let text = [UInt8](repeating: letter, count: 1_000_000)
        #expect(tokenizer.decode(tokenizer.encode(text).map(\.id)) == text)
      }
    }
  }
}
