import Foundation
import Testing

@testable import Tokenization

@Suite struct PreTokenizerTests {
  private func words(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
    var words: [ArraySlice<UInt8>] = []
    text.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let splitter = SmolLMSplitter()
      var position = 0
      while position < text.count {
        let end = splitter.wordEnd(in: base, at: position, end: text.count)
        words.append(text[position..<end])
        guard end > position else { break }
        position = end
      }
    }
    return words
  }

  /// The regular expressions of the reference, run by another engine.
  private func expressions(_ text: String) throws -> [String] {
    let numbers = try NSRegularExpression(pattern: #"\p{N}|\P{N}+"#)
    let gpt2 = try NSRegularExpression(
      pattern:
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
      options: [.dotMatchesLineSeparators])
    func matches(_ expression: NSRegularExpression, _ text: String) -> [String] {
      let units = Array(text.utf16)
      return expression.matches(in: text, range: NSRange(location: 0, length: units.count))
        .map { String(decoding: units[$0.range.lowerBound..<$0.range.upperBound], as: UTF16.self) }
    }
    return matches(numbers, text).flatMap { matches(gpt2, $0) }
  }

  @Test("words are those of the regular expressions, on random strings where the rules turn")
  func regularExpressions() throws {
    var generator = Seeded(3)
    for _ in 0..<4_000 {
      let text = generator.text(Int.random(in: 1...12, using: &generator), of: TurningPoints.valid)
      let expected = try expressions(String(decoding: text, as: UTF8.self))
      let found = words(text).map { String(decoding: $0, as: UTF8.self) }
      #expect(found.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(found)")
    }
  }

  @Test(
    "known words",
    arguments: [
      ("I've 123 a   b\n\nc", ["I", "'ve", " ", "1", "2", "3", " a", "  ", " b", "\n", "\n", "c"]),
      ("a   1", ["a", "   ", "1"]), ("x  ", ["x", "  "]), ("!'s", ["!'", "s"]),
      (" 's", [" '", "s"]), ("'sx", ["'s", "x"]), ("'S", ["'", "S"]), ("\t\tx", ["\t", "\t", "x"]),
      ("½a", ["½", "a"]), ("e\u{301}!", ["e", "\u{301}!"]), ("\u{A0}x", ["\u{A0}", "x"]),
    ])
  func examples(text: String, expected: [String]) {
    #expect(words(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } == expected)
  }

  @Test("words cover any bytes, and a word does not depend on what stands before it")
  func memoryless() {
    var generator = Seeded(4)
    for _ in 0..<500 {
      let text = generator.text(20, of: TurningPoints.all)
      let whole = words(text)
      #expect(whole.flatMap { $0 } == text)
      for (index, word) in whole.enumerated() {
        #expect(
          words(Array(text[word.startIndex...])).map(Array.init) == whole[index...].map(Array.init))
      }
    }
  }

  @Test("certain cuts are cuts in every text with the same two characters there")
  func certainCuts() {
    var generator = Seeded(5)
    let splitter = SmolLMSplitter()
    for _ in 0..<3_000 {
      let text = generator.text(12, of: TurningPoints.all)
      let cuts = Set(words(text).map(\.startIndex))
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
