import Foundation
import TestSupport
import Testing

@testable import Tokenization

/// `tokenizer.json` files of every kind of model, as `Tests/Setup/reference_json.py` makes them.
enum MadeTokenizers: String, CaseIterable {
  case llama, gemma, wordlevel
  case mistralLegacy = "mistral-legacy"
  case unigramNFKC = "unigram-nfkc"
  case unigramRuns = "unigram-runs"
  case unigramBytes = "unigram-bytes"
  case unigramFolded = "unigram-folded"
  case unigramComposed = "unigram-composed"
  case unigramScripts = "unigram-scripts"
  case wordPieceCased = "wordpiece-cased"
  case wordPieceFolded = "wordpiece-folded"
  case wordPieceAccents = "wordpiece-accents"
  case bytePairSuffix = "bpe-suffix"
  case bytePairAlphabet = "bpe-alphabet"
  case bytePairBehind = "bpe-behind"

  /// The file.
  ///
  /// - Throws: `SetupMissing` when it is not there.
  func path() throws -> String {
    let path = RepositoryFolder.path(".build/reference-json/\(rawValue).json")
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw SetupMissing("the made tokenizers in .build/reference-json")
    }
    return path
  }

  /// The tokenizer.
  func tokenizer() throws -> Tokenizer { try Self.opened[self]?.get() ?? .open(path: path()) }

  private static let opened = Dictionary(
    uniqueKeysWithValues: allCases.map { made in
      (made, Result { try Tokenizer.open(path: made.path()) })
    })
}

@Suite("Pipelines beside the reference")
struct PipelineReferenceTests {
  @Test(
    "ids, offsets and decoded texts equal those of the reference on megabytes of varied text",
    arguments: MadeTokenizers.allCases)
  func reference(made: MadeTokenizers) throws {
    let digests = try DigestedReference(
      RepositoryFolder.path(".build/reference-json/\(made.rawValue).digests"), isDecoded: true)
    let least = [.llama, .wordPieceCased].contains(made) ? 20_000_000 : 8_000_000
    #expect(try digests.compare(with: made.tokenizer(), parsesSpecials: true) >= least)
  }

  @Test("a BERT tokenizer.json gives the reference's ids and offsets on at least 20 MB")
  func bert() throws {
    let path = RepositoryFolder.path(".build/tokenizers/minilm/tokenizer.json")
    let tokenizer = try Tokenizer.open(path: path)
    let digests = try DigestedReference(
      RepositoryFolder.path(".build/reference-wordpiece/wordpiece.digests"))
    #expect(try digests.compare(with: tokenizer, parsesSpecials: true) >= 20_000_000)
    #expect(tokenizer.affixes == Affixes(prefix: [101], suffix: [102]))
    let ids = tokenizer.encode(Array("Hello, world's end!".utf8)).map(\.id)
    // Tidied token by token, as the reference does it.
    #expect(tokenizer.decode(ids) == Array("hello, world ' s end!".utf8))
  }

  @Test(
    "a word of a million identical letters costs in proportion to its length, with every model",
    arguments: MadeTokenizers.allCases)
  func longWords(made: MadeTokenizers) throws {
    let tokenizer = try made.tokenizer()
    for letter in ["a", " ", "é", "\u{301}"] {
      let text = Array(String(repeating: letter, count: 1_000_000).utf8)
      let tokens = tokenizer.encode(text)
      #expect(tokens.allSatisfy { 0 <= $0.start && $0.start <= $0.end && $0.end <= text.count })
      #expect(zip(tokens, tokens.dropFirst()).allSatisfy { $0.start <= $1.start })
    }
  }

  @Test("edits give the tokens of the whole, and every byte string is encoded")
  func edits() throws {
    let alphabet =
      TurningPoints.all
      + ["hello", "Ångström", "e\u{301}", "≠", "한", "<s>", "ing", "\u{FDFA}", "1a", "\u{2581}"]
      .map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE4, 0xBB]]
    var generator = Seeded(31)
    for made in MadeTokenizers.allCases {
      let tokenizer = try made.tokenizer()
      for round in 0..<60 {
        var text = generator.text(Int.random(in: 0...40, using: &generator), of: alphabet)
        generator.expectRetokenized(
          &text, alphabet, parsesSpecials: round % 2 == 0, by: tokenizer)
      }
    }
  }

  @Test("what explains a word ends in the word's own tokens")
  func explanations() throws {
    let text = Array("Hello  world, it's the Ångström of 1234 internationalisations".utf8)
    var kinds = Set<String>()
    for made in MadeTokenizers.allCases {
      let tokenizer = try made.tokenizer()
      let tokens = tokenizer.encode(text)
      for (index, cut) in tokenizer.explainCuts(of: tokens.indices, in: tokens, text: text)
        .enumerated()
      {
        guard let cut, tokens[index].start < tokens[index].end else { continue }
        let inside = tokens.filter { cut.stretch.range.contains($0.start) }.map(\.id)
        switch cut.reasons {
        case .merges(let trace):
          kinds.insert("merges")
          #expect(trace.trees.map(\.id) == inside, "\(made)")
        case .segmentations(let ways):
          kinds.insert("segmentations")
          let best = try #require(ways.first).pieces
          if !best.contains(-1), best.count == inside.count { #expect(best == inside, "\(made)") }
        case .longest(let pieces):
          kinds.insert("longest")
          #expect(pieces == inside, "\(made)")
        case .entry(let id):
          kinds.insert("entry")
          // A character that decomposes may lie in two words.
          #expect(inside.contains(id), "\(made)")
        case nil: break
        }
      }
      for token in tokens.prefix(12) {
        guard let tree = tokenizer.mergeTree(of: token.id) else { continue }
        #expect(tree.id == token.id)
      }
    }
    #expect(kinds == ["merges", "segmentations", "longest", "entry"])
    let bert = try Tokenizer.open(
      path: RepositoryFolder.path(".build/tokenizers/minilm/tokenizer.json"))
    let tokens = bert.encode(text)
    let cuts = bert.explainCuts(of: tokens.indices, in: tokens, text: text)
    #expect(cuts.contains { $0?.start == .longest })
    #expect(cuts.contains { $0?.start == .word })
  }
}
