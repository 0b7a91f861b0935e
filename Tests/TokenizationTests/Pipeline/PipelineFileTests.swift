import Foundation
import ModelFiles
import TestSupport
import Testing

@testable import Tokenization

@Suite("Files of pipelines")
struct PipelineFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(_ text: String) throws -> Tokenizer {
    try Tokenizer.open(path: folder.write(Array(text.utf8), to: "tokenizer.json"))
  }

  /// A file with these parts.
  private static func json(
    _ model: String, normalizer: String = "null", preTokenizer: String = "null",
    decoder: String = "null", added: String = "[]"
  ) -> String {
    """
    {"added_tokens":\(added),"normalizer":\(normalizer),"pre_tokenizer":\(preTokenizer),
     "post_processor":null,"decoder":\(decoder),"model":\(model)}
    """
  }

  private static let wordPiece =
    ###"{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","###
    + ###""max_input_chars_per_word":6,"vocab":{"[UNK]":0,"a":1,"ab":2,"##c":3,"##cd":4,"##":5,"##b":6}}"###
  private static let unigram =
    #"{"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":[["<unk>",0],["▁",-2],["▁a",-1.5],"#
    + #"["b",-2],["ab",-2.5],["<0xC3>",-9],["<0xA9>",-9]]}"#
  private static let pairs =
    #"{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,"ignore_merges":true,"#
    + #""vocab":{"<unk>":0,"▁":1,"a":2,"b":3,"▁a":4,"ab":5,"▁ab":6,"<0xC3>":7,"<0xA9>":8},"#
    + #""merges":[["▁","a"],["a","b"],["▁a","b"]]}"#
  private static let metaspace =
    #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}"#

  private func tokens(_ tokenizer: Tokenizer, _ text: String) -> [String] {
    tokenizer.encode(Array(text.utf8)).map { "\($0.id):\($0.start)-\($0.end)" }
  }

  @Test("WordPiece cuts into the longest pieces, or takes a word as unknown")
  func wordPieces() throws {
    let tokenizer = try open(
      Self.json(
        Self.wordPiece, normalizer: #"{"type":"Lowercase"}"#,
        preTokenizer: #"{"type":"WhitespaceSplit"}"#,
        decoder: ###"{"type":"WordPiece","prefix":"##","cleanup":true}"###))
    #expect(tokens(tokenizer, "abcd AB") == ["2:0-2", "4:2-4", "2:5-7"])
    #expect(tokens(tokenizer, "abx acccccc ##c") == ["0:0-3", "0:4-11", "3:12-15"])
    #expect(tokens(tokenizer, "abb") == ["2:0-2", "6:2-3"])
    #expect(tokenizer.decode([2, 4, 2]) == Array("abcd ab".utf8))
    #expect(tokenizer.vocabulary.bytes(of: 4) == Array("cd".utf8))
  }

  @Test("Unigram takes the best sum, and what is unknown falls back to bytes together")
  func unigrams() throws {
    let tokenizer = try open(
      Self.json(
        Self.unigram, preTokenizer: Self.metaspace,
        decoder:
          #"{"type":"Sequence","decoders":[{"type":"ByteFallback"},"# + Self.metaspace + "]}"))
    #expect(tokens(tokenizer, "a ab") == ["2:0-1", "2:1-3", "3:3-4"])
    // Each byte stands for all that is unknown, and a text without entries of its bytes is unknown.
    #expect(tokens(tokenizer, " é") == ["1:0-1", "5:1-3", "6:1-3"])
    #expect(tokens(tokenizer, " xé") == ["1:0-1", "0:1-4"])
    #expect(tokenizer.decode([2, 5, 6, 1, 3]) == Array("aé b".utf8))
  }

  @Test("entries looked for after normalisation are normalised too")
  func addedAfter() throws {
    let tokenizer = try open(
      Self.json(
        Self.pairs, normalizer: #"{"type":"Prepend","prepend":"▁"}"#,
        added: #"[{"id":9,"content":"AB","normalized":true,"special":false}]"#))
    #expect(tokens(tokenizer, "AB") == ["9:0-2"])
    #expect(tokens(tokenizer, "xAB") == ["1:0-1", "0:0-3"])
  }

  @Test("what is put in has the place of its neighbour, what replaces that of the last it replaces")
  func places() throws {
    let tokenizer = try open(
      Self.json(
        #"{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"▁":1,"x":2,"y":3,"z":4}}"#,
        normalizer: #"{"type":"Sequence","normalizers":[{"type":"Append","append":"z"},"#
          + #"{"type":"Prepend","prepend":"▁"},"#
          + #"{"type":"Replace","pattern":{"Regex":"q+"},"content":"y"}]}"#,
        preTokenizer: #"{"type":"FixedLength","length":1}"#))
    #expect(tokens(tokenizer, "xqqqx") == ["1:0-1", "2:0-1", "3:3-4", "2:4-5", "4:4-5"])
  }

  @Test("an expression that matches nothing cuts where it does")
  func emptyMatches() throws {
    let words = #"{"type":"WordLevel","unk_token":"?","vocab":{"?":0}}"#
    for (behavior, expected) in [
      ("Isolated", ["0:0-2", "0:2-4", "0:4-5"]), ("MergedWithNext", ["0:0-2", "0:2-4", "0:4-5"]),
      ("Removed", ["0:0-2", "0:2-4", "0:4-5"]),
    ] {
      let tokenizer = try open(
        Self.json(
          words,
          preTokenizer: #"{"type":"Split","pattern":{"Regex":"(?<=[a-z])(?=[A-Z])"},"behavior":""#
            + behavior + #"","invert":false}"#))
      #expect(tokens(tokenizer, "AbCdE") == expected)
    }
  }

  @Test("a transcription loses what repeats and what pads it")
  func transcriptions() throws {
    let tokenizer = try open(
      Self.json(
        #"{"type":"WordLevel","unk_token":"<pad>","vocab":{"<pad>":0,"a":1,"b":2,"|":3}}"#,
        decoder: #"{"type":"CTC","pad_token":"<pad>","word_delimiter_token":"|","cleanup":true}"#))
    #expect(tokenizer.decode([1, 1, 0, 1, 3, 3, 2]) == Array("aa b".utf8))
  }

  @Test(
    "what a file must not ask for is refused by its key",
    arguments: [
      (#"{"type":"Fancy","vocab":{"a":0}}"#, "null", "null", "model.type is \"Fancy\""),
      (#"{"type":"Unigram","unk_id":7,"vocab":[["a",0]]}"#, "null", "null", "model.unk_id"),
      (#"{"type":"Unigram","vocab":{"a":0}}"#, "null", "null", "model.vocab is not a list"),
      (#"{"type":"WordPiece","vocab":[["a",0]]}"#, "null", "null", "model.vocab is a list"),
      (#"{"type":"WordPiece","vocab":{"a":0}}"#, "null", "null", "model.unk_token is no entry"),
      (
        #"{"type":"WordPiece","unk_token":"a","max_input_chars_per_word":-1,"vocab":{"a":0}}"#,
        "null", "null", "model.max_input_chars_per_word"
      ),
      (
        #"{"type":"WordLevel","vocab":{"a":0}}"#,
        #"{"type":"Replace","pattern":{"Regex":"x*"},"content":"y"}"#, "null",
        "normalizer.pattern.Regex may match nothing"
      ),
      (
        #"{"type":"WordLevel","vocab":{"a":0}}"#,
        #"{"type":"Precompiled","precompiled_charsmap":"AAA?"}"#, "null",
        "normalizer.precompiled_charsmap is not base 64"
      ),
      (
        #"{"type":"WordLevel","vocab":{"a":0}}"#,
        #"{"type":"Precompiled","precompiled_charsmap":"AAAA"}"#, "null",
        "normalizer.precompiled_charsmap"
      ),
      (
        #"{"type":"WordLevel","vocab":{"a":0}}"#, "null",
        #"{"type":"Metaspace","replacement":"ab"}"#, "pre_tokenizer.replacement is not one"
      ),
      (
        #"{"type":"WordLevel","vocab":{"a":0}}"#, "null", #"{"type":"FixedLength","length":0}"#,
        "pre_tokenizer.length"
      ),
    ])
  func refused(model: String, normalizer: String, preTokenizer: String, expected: String) {
    #expect {
      try open(Self.json(model, normalizer: normalizer, preTokenizer: preTokenizer))
    } throws: {
      ($0 as? FileFault)?.description.contains(expected) ?? false
    }
  }

  @Test("steps that would make a text grow without bound are refused")
  func growth() {
    let step = #"{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaaaaaaaa"}"#
    let steps = Array(repeating: step, count: 9).joined(separator: ",")
    #expect {
      try open(
        Self.json(
          #"{"type":"WordLevel","vocab":{"a":0}}"#,
          normalizer: #"{"type":"Sequence","normalizers":["# + steps + "]}"))
    } throws: {
      "\($0)".contains("normalizer.normalizers[3] could make a text")
    }
  }

  @Test(
    "broken files are refused in one line or open, and never crash",
    arguments: ["wordpiece", "unigram", "pairs", "bytes"])
  func mutations(name: String) throws {
    let sample = Array(Self.sample(name).utf8)
    var generator = Seeded(91)
    let text = Array("Ab <s> ab é  x\n\n9AB \u{FDFA}".utf8) + [0xFF]
    let path = folder.file("tokenizer.json")
    var refused = 0
    for _ in 0..<1500 {
      let bytes = generator.broken(sample)
      try Data(bytes).write(to: URL(filePath: path))
      do throws(FileFault) {
        let tokenizer = try Tokenizer.open(path: path)
        let tokens = tokenizer.encode(text, addsAffixes: true)
        _ = tokenizer.decode(tokens.map(\.id))
        _ = tokenizer.explainCuts(of: tokens.indices, in: tokens, text: text)
      } catch {
        #expect(!error.description.contains("\n"))
        refused += 1
      }
    }
    #expect(refused > 100 && refused < 1500)
  }

  /// A file of each kind of model, with many kinds of steps.
  private static func sample(_ name: String) -> String {
    let added =
      #"[{"id":30,"content":"<s>","special":true,"normalized":false},"#
      + #"{"id":31,"content":"AB","special":false,"normalized":true,"lstrip":true}]"#
    switch name {
    case "wordpiece":
      return json(
        wordPiece,
        normalizer: #"{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"},"#
          + #"{"type":"BertNormalizer","lowercase":true},{"type":"Strip"}]}"#,
        preTokenizer: #"{"type":"Sequence","pretokenizers":[{"type":"Punctuation"},"#
          + #"{"type":"Whitespace"},{"type":"UnicodeScripts"},{"type":"FixedLength","length":4}]}"#,
        decoder: ###"{"type":"WordPiece","prefix":"##","cleanup":true}"###, added: added)
    case "unigram":
      return json(
        unigram,
        normalizer: #"{"type":"Sequence","normalizers":[{"type":"Nmt"},{"type":"NFKC"},"#
          + #"{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "},"#
          + #"{"type":"Append","append":"b"}]}"#,
        preTokenizer: metaspace,
        decoder: #"{"type":"Sequence","decoders":[{"type":"ByteFallback"},"# + metaspace + "]}",
        added: added)
    case "pairs":
      return json(
        pairs,
        normalizer: #"{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},"#
          + #"{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}"#,
        decoder: #"{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"#
          + #""content":" "},{"type":"ByteFallback"},{"type":"Fuse"},"#
          + #"{"type":"Strip","content":" ","start":1,"stop":0}]}"#,
        added: added)
    default:
      return json(
        #"{"type":"BPE","end_of_word_suffix":"</w>","unk_token":"?","vocab":{"?":0,"Ġ":1,"a":2,"#
          + #""b</w>":3,"ab</w>":4},"merges":["a b</w>"]}"#,
        normalizer: #"{"type":"ByteLevel"}"#,
        preTokenizer: #"{"type":"Split","pattern":{"Regex":"(?<=[a-z])(?=Ġ)|(?>Ġ++)"},"#
          + #""behavior":"MergedWithNext","invert":false}"#,
        decoder: #"{"type":"Sequence","decoders":[{"type":"ByteLevel"},"#
          + #"{"type":"BPEDecoder","suffix":"</w>"}]}"#,
        added: added)
    }
  }
}
