import Foundation
import Testing

@testable import Tokenization

@Suite struct SplitterTests {
  /// The words of a text, in batches that know only so much of it ahead.
  private func words(
    _ splitter: any WordSplitter, _ text: [UInt8], from start: Int = 0
  ) -> [Range<Int>] {
    var found: [Range<Int>] = []
    text.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var position = start
      while position < text.count {
        var words = WordList()
        position = splitter.cut(
          base, section: start..<text.count, from: position, safe: text.count, into: &words)
        found += words.spans
      }
    }
    return found
  }

  /// The steps whose words those of a pattern are, run by the general engine.
  private func steps(_ pattern: WordPattern) throws -> StepSplitter {
    let expressions: [String]
    switch pattern {
    case .smollm:
      expressions = [#"\p{N}"#, try #require(WordPattern.gpt2.expression)]
    case .deepseek3: expressions = DeepSeekSplitter.expressions
    default: expressions = [try #require(pattern.expression)]
    }
    let dialect = pattern == .cl100k ? RegexDialect.fancy : .oniguruma
    return StepSplitter(
      steps: try expressions.map {
        SplitStep(
          pattern: .expression(try RegexProgram($0, dialect: dialect)), behavior: .isolated)
      })
  }

  private static let further: [[UInt8]] = [
    "A", "B", "É", "ǅ", "ʰ", "ª", "中", "の", "ー", "・", "\u{3099}", "\u{302}", "\u{903}", "/", "/",
    "\r", "\n\n", "'", "ſ", "'LL", "Ve", "123", "٣", "\u{1}", "\u{200D}", "\u{E000}", "$", "(", "x",
  ].map { Array($0.utf8) }

  @Test(
    "words are those of the general engine, on random strings where the rules turn",
    arguments: WordPattern.allCases)
  func engine(pattern: WordPattern) throws {
    let general = try steps(pattern)
    let splitter = pattern.splitter
    var generator = Seeded(UInt64(pattern.rawValue.count) * 31 + 3)
    for round in 0..<6_000 {
      let alphabet =
        round % 3 == 0 ? TurningPoints.all + Self.further : TurningPoints.valid + Self.further
      let text = generator.text(Int.random(in: 1...12, using: &generator), of: alphabet)
      let expected = words(general, text)
      let found = words(splitter, text)
      #expect(found == expected, "\(String(decoding: text, as: UTF8.self).debugDescription)")
      if found != expected { return }
    }
  }

  /// The regular expressions, run by another engine.
  @Test(
    "the general engine's words are those of Foundation's engine",
    arguments: [WordPattern.gpt2, .llama3, .qwen2, .qwen35, .o200k, .tekken])
  func foundation(pattern: WordPattern) throws {
    let expression = try NSRegularExpression(
      pattern: try #require(pattern.expression), options: [.dotMatchesLineSeparators])
    let general = try steps(pattern)
    var generator = Seeded(7)
    for _ in 0..<2_000 {
      // Foundation's Unicode ignores case in more ways and knows U+001C to U+001F as no spaces.
      let text = generator.text(
        Int.random(in: 1...12, using: &generator),
        of: (TurningPoints.valid + Self.further).filter { $0 != Array("ſ".utf8) })
      let units = Array(String(decoding: text, as: UTF8.self).utf16)
      let expected = expression.matches(
        in: String(decoding: text, as: UTF8.self),
        range: NSRange(location: 0, length: units.count)
      ).map {
        Array(
          String(decoding: units[$0.range.lowerBound..<$0.range.upperBound], as: UTF16.self).utf8)
      }
      #expect(words(general, text).map { Array(text[$0]) } == expected)
    }
  }

  @Test(
    "known words of SmolLM",
    arguments: [
      ("I've 123 a   b\n\nc", ["I", "'ve", " ", "1", "2", "3", " a", "  ", " b", "\n", "\n", "c"]),
      ("a   1", ["a", "   ", "1"]), ("x  ", ["x", "  "]), ("!'s", ["!'", "s"]),
      (" 's", [" '", "s"]), ("'sx", ["'s", "x"]), ("'S", ["'", "S"]), ("\t\tx", ["\t", "\t", "x"]),
      ("½a", ["½", "a"]), ("e\u{301}!", ["e", "\u{301}!"]), ("\u{A0}x", ["\u{A0}", "x"]),
    ])
  func examples(text: String, expected: [String]) {
    let bytes = Array(text.utf8)
    let found = words(WordPattern.smollm.splitter, bytes)
    #expect(found.map { String(decoding: bytes[$0], as: UTF8.self) } == expected)
  }

  @Test(
    "words cover any bytes, and a word does not depend on what stands before it",
    arguments: WordPattern.allCases)
  func memoryless(pattern: WordPattern) {
    var generator = Seeded(4)
    let splitter = pattern.splitter
    for _ in 0..<400 {
      let text = generator.text(20, of: TurningPoints.all + Self.further)
      let whole = words(splitter, text)
      #expect(whole.flatMap { text[$0] } == text)
      for (index, word) in whole.enumerated() {
        #expect(words(splitter, text, from: word.lowerBound) == Array(whole[index...]))
      }
    }
  }

  @Test(
    "words that are given out before the end is known are those of every end",
    arguments: WordPattern.allCases)
  func safe(pattern: WordPattern) {
    var generator = Seeded(6)
    let splitter = pattern.splitter
    for _ in 0..<3_000 {
      let text = generator.text(14, of: TurningPoints.all + Self.further)
      let safe = Int.random(in: 0...text.count, using: &generator)
      text.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        var early = WordList()
        _ = splitter.cut(base, section: 0..<text.count, from: 0, safe: safe, into: &early)
        var known = WordList()
        _ = splitter.cut(base, section: 0..<safe, from: 0, safe: safe, into: &known)
        if safe < text.count { #expect(known.spans.starts(with: early.spans)) }
      }
    }
  }

  @Test(
    "certain cuts are cuts in every text with the same two characters there",
    arguments: WordPattern.allCases)
  func certainCuts(pattern: WordPattern) {
    var generator = Seeded(5)
    let splitter = pattern.splitter
    for _ in 0..<3_000 {
      let text = generator.text(12, of: TurningPoints.all + Self.further)
      let cuts = Set(words(splitter, text).map(\.lowerBound))
      text.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        for position in text.indices
        where splitter.isCertainCut(in: base, at: position, end: text.count) {
          #expect(cuts.contains(position), "\(text) at \(position)")
        }
      }
    }
  }
}
