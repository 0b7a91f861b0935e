import Foundation
import Tokenization

extension QualityReport {
  /// One JSON object, in one line.
  public func json() throws -> String {
    try JSONText.line(
      Object(
        tokenizers: entries.map(Object.Item.init),
        overlap: Object.Overlap(
          tokenizers: entries.map(\.name), sizes: overlap.sizes, shared: overlap.shared,
          core: overlap.core)))
  }

  private struct Object: Encodable {
    struct ClassCount: Encodable {
      var kind: String
      var entries: Int
      var withSpace: Int
      var share: Double

      private enum CodingKeys: String, CodingKey {
        case kind = "class", entries, withSpace = "with_space", share
      }
    }

    struct Script: Encodable {
      var script: String
      var entries: Int
      var letters: Int
      var allLetters: Int
      var completeness: Double

      private enum CodingKeys: String, CodingKey {
        case script, entries, letters, allLetters = "all_letters", completeness
      }
    }

    struct Block: Encodable {
      var block: String
      var codePoints: Int
      var size: Int

      private enum CodingKeys: String, CodingKey {
        case block, codePoints = "code_points", size
      }
    }

    struct Unreachable: Encodable {
      var id: TokenID
      var bytes: [UInt8]
    }

    struct Text: Encodable {
      var texts: String
      var bytes, characters, words, tokens, wholeWords, brokenTokens, unknownTokens: Int
      var usedEntries: Int
      var fertility, bytesPerToken, charactersPerToken, wholeWordShare, brokenShare: Double?
      var unknownShare, parity, renyiEfficiency: Double?

      init(_ entry: TextEntry) {
        let measures = entry.measures
        texts = entry.name
        (bytes, characters, words) = (measures.bytes, measures.characters, measures.words)
        (tokens, wholeWords) = (measures.tokens, measures.wholeWords)
        (brokenTokens, unknownTokens) = (measures.brokenTokens, measures.unknownTokens)
        usedEntries = measures.usedEntries
        (fertility, bytesPerToken) = (measures.fertility, measures.bytesPerToken)
        (charactersPerToken, wholeWordShare) =
          (measures.charactersPerToken, measures.wholeWordShare)
        (brokenShare, unknownShare) = (measures.brokenShare, measures.unknownShare)
        (parity, renyiEfficiency) = (entry.parity, measures.renyiEfficiency)
      }

      private enum CodingKeys: String, CodingKey {
        case texts, bytes, characters, words, tokens, fertility, parity
        case wholeWords = "whole_words", brokenTokens = "broken_tokens"
        case unknownTokens = "unknown_tokens", usedEntries = "used_entries"
        case bytesPerToken = "bytes_per_token", charactersPerToken = "characters_per_token"
        case wholeWordShare = "whole_word_share", brokenShare = "broken_share"
        case unknownShare = "unknown_share", renyiEfficiency = "renyi_efficiency"
      }
    }

    struct Item: Encodable {
      var tokenizer: String
      var entries: Int
      var classes: [ClassCount]
      var byteLengths, characterLengths: [Int]
      var meanBytes, meanCharacters: Double?
      var scripts: [Script]
      var blocks: [Block]
      var singleCodePoints: Int
      var unreachableCount: Int
      var unreachable: [Unreachable]
      var neverUsed: Int?
      var texts: [Text]

      init(_ entry: Entry) {
        let vocabulary = entry.vocabulary
        tokenizer = entry.name
        entries = vocabulary.count
        classes = PieceClass.allCases.map {
          ClassCount(
            kind: $0.rawValue, entries: vocabulary.classes[$0] ?? 0,
            withSpace: vocabulary.spaced[$0] ?? 0, share: vocabulary.share($0))
        }
        (byteLengths, characterLengths) = (vocabulary.byteLengths, vocabulary.characterLengths)
        (meanBytes, meanCharacters) = (vocabulary.meanBytes, vocabulary.meanCharacters)
        scripts = vocabulary.scripts.map {
          Script(
            script: $0.name, entries: $0.entries, letters: $0.letters, allLetters: $0.allLetters,
            completeness: $0.completeness)
        }
        blocks = vocabulary.blocks.map {
          Block(block: $0.name, codePoints: $0.codePoints, size: $0.size)
        }
        singleCodePoints = vocabulary.singleCodePoints
        unreachableCount = entry.unreachable.count
        unreachable = entry.samples.map { Unreachable(id: $0.id, bytes: $0.bytes) }
        neverUsed = entry.neverUsed
        texts = entry.texts.map(Text.init)
      }

      private enum CodingKeys: String, CodingKey {
        case tokenizer, entries, classes, scripts, blocks, unreachable, texts
        case byteLengths = "byte_lengths", characterLengths = "character_lengths"
        case meanBytes = "mean_bytes", meanCharacters = "mean_characters"
        case singleCodePoints = "single_code_points", unreachableCount = "unreachable_count"
        case neverUsed = "never_used"
      }
    }

    struct Overlap: Encodable {
      var tokenizers: [String]
      var sizes: [Int]
      var shared: [[Int]]
      var core: Int
    }

    var tokenizers: [Item]
    var overlap: Overlap
  }
}
