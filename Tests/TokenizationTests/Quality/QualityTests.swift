import Foundation
import Testing

@testable import Tokenization

@Suite("Quality of tokenizers")
struct QualityTests {
  private func tokenizer(_ seed: UInt64, count: Int = 150) throws -> Tokenizer {
    var generator = Seeded(seed)
    let merges = SmallVocabulary.randomMerges(count: count, using: &generator)
    return try SmallVocabulary.tokenizer(SmallVocabulary.parts(merges: merges))
  }

  @Test("every entry is in one class, and shares add up to 1")
  func classes() throws {
    let measures = VocabularyMeasures(try tokenizer(1).vocabulary)
    #expect(measures.classes.values.reduce(0, +) == measures.count)
    let shares = PieceClass.allCases.map { measures.share($0) }.reduce(0, +)
    #expect(abs(shares - 1) < 1e-12)
    let special = measures.classes[.special] ?? 0
    #expect(measures.byteLengths.reduce(0, +) == measures.count - special)
    #expect(measures.classes[.byte] == 128 && special == 3)
    for (kind, spaced) in measures.spaced { #expect(spaced <= measures.classes[kind] ?? 0) }
  }

  @Test(
    "classes are what they say",
    arguments: [
      ("abc", PieceClass.alphabetic), (" München", .alphabetic), ("123", .numeric),
      (" ½", .numeric),
      ("...", .punctuation), (" €", .punctuation), (" ", .whitespace), ("\n\n", .whitespace),
      ("▁", .whitespace), ("▁the", .alphabetic), ("foo_bar", .code), ("</div", .code),
      (" i++", .code), ("a1", .mixed), ("don't", .mixed), ("🙂", .punctuation), ("今日", .alphabetic),
      ("a\u{0}", .mixed),
    ])
  func examples(text: String, expected: PieceClass) {
    #expect(PieceClass(bytes: Array(text.utf8), kind: .normal) == expected)
    #expect(PieceClass(bytes: Array(text.utf8), kind: .control) == .special)
  }

  @Test("bytes and fragments of characters are told from characters")
  func broken() {
    #expect(PieceClass(bytes: [0xE2], kind: .normal) == .byte)
    #expect(PieceClass(bytes: [0x41], kind: .byte) == .byte)
    #expect(PieceClass(bytes: [0x41], kind: .normal) == .alphabetic)
    #expect(PieceClass(bytes: [0xE2, 0x82], kind: .normal) == .fragment)
    #expect(PieceClass(bytes: [0x20, 0xE2], kind: .normal) == .fragment)
    #expect(PieceClass(bytes: [0xE2, 0x82, 0xAC], kind: .normal) == .punctuation)
  }

  @Test("scripts and blocks have the code points that they should, and no two overlap")
  func scripts() throws {
    func script(_ scalar: Unicode.Scalar) -> String? {
      UnicodeScript.script(of: scalar.value).map { UnicodeScript.scripts[$0].name }
    }
    func block(_ scalar: Unicode.Scalar) -> String? {
      UnicodeScript.block(of: scalar.value).map { UnicodeScript.blocks[$0].name }
    }
    #expect(
      ["a", "é", "Ω", "ж", "今", "ひ", "カ", "한", "ไ", "ע"].map { script($0) } == [
        "Latin", "Latin", "Greek", "Cyrillic", "Han", "Hiragana", "Katakana", "Hangul", "Thai",
        "Hebrew",
      ])
    #expect(script("1") == nil && script(" ") == nil && script("\u{301}") == nil)
    #expect(block("a") == "Basic Latin" && block("€") == "Currency Symbols")
    #expect(block("🙂") == "Emoticons" && block("\u{10FFFF}") != nil)
    for list in [UnicodeScript.scripts, UnicodeScript.blocks] {
      let ranges = list.flatMap(\.ranges).sorted { $0.lowerBound < $1.lowerBound }
      #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
      #expect(list.count > 150)
    }
    // The Greek letters from alpha to omega, both cases, are among its letters.
    let greek = try #require(UnicodeScript.scripts.firstIndex { $0.name == "Greek" })
    #expect(UnicodeScript.letterCounts[greek] > 300)
  }

  @Test("figures of a text multiply back to its counts, and whole words are those without a cut")
  func texts() throws {
    let tokenizer = try tokenizer(2)
    var generator = Seeded(3)
    let texts = (0..<20).map { _ in generator.text(80, of: TurningPoints.all) }
    var measurer = TextMeasurer(tokenizer)
    var (tokens, whole, words) = (0, 0, 0)
    for text in texts {
      let encoded = tokenizer.encode(text, parsesSpecials: false)
      #expect(measurer.add(text) == encoded.count)
      tokens += encoded.count
      for word in WordCount.spans(in: text) {
        words += 1
        let isCut = encoded.contains { word.lowerBound < $0.start && $0.start < word.upperBound }
        if !isCut { whole += 1 }
      }
    }
    let measures = measurer.measures
    #expect(measures.tokens == tokens && measures.words == words && measures.wholeWords == whole)
    #expect(measurer.counts.reduce(0, +) == tokens)
    #expect(measures.usedEntries == measurer.counts.count { $0 > 0 })
    let fertility = try #require(measures.fertility)
    #expect(abs(fertility * Double(words) - Double(tokens)) < 1e-9)
    #expect(measures.bytes == texts.reduce(0) { $0 + $1.count })
    let share = try #require(measures.brokenShare)
    #expect(share > 0 && share < 1 && measures.unknownTokens == 0)
  }

  @Test(
    "Rényi efficiency is 1 for even use of all entries, 0 for one entry, and as its formula says")
  func renyi() throws {
    #expect(TextMeasures.renyiEfficiency([7, 7, 7, 7], entries: 4) == 1)
    let one = try #require(TextMeasures.renyiEfficiency([0, 9, 0], entries: 3))
    #expect(abs(one) < 1e-12)
    #expect(TextMeasures.renyiEfficiency([0, 0], entries: 2) == nil)
    let found = try #require(TextMeasures.renyiEfficiency([1, 2, 5], entries: 10))
    // log₁₀ of the sum, by hand: (1/8)^2.5 + (1/4)^2.5 + (5/8)^2.5 = 0.345604…
    let sum = pow(0.125, 2.5) + pow(0.25, 2.5) + pow(0.625, 2.5)
    #expect(abs(found - log2(sum) / -1.5 / log2(10)) < 1e-12)
  }

  @Test("overlap is symmetric, is what sets have in common, and the core is in all")
  func overlap() throws {
    let vocabularies = try [tokenizer(4), tokenizer(5), tokenizer(6, count: 40)].map(\.vocabulary)
    let overlap = VocabularyOverlap(vocabularies)
    let sets = vocabularies.map { vocabulary in
      Set(
        (0..<TokenID(vocabulary.count)).filter { !vocabulary.isSpecial($0) }
          .map { vocabulary.bytes(of: $0) })
    }
    for a in 0..<3 {
      #expect(overlap.sizes[a] == sets[a].count && overlap.shared[a][a] == sets[a].count)
      #expect(overlap.similarity(a, a) == 1)
      for b in 0..<3 {
        #expect(overlap.shared[a][b] == overlap.shared[b][a])
        #expect(overlap.shared[a][b] == sets[a].intersection(sets[b]).count)
      }
    }
    #expect(overlap.core == sets[0].intersection(sets[1]).intersection(sets[2]).count)
    #expect(overlap.core >= 256)
  }
}
