import Foundation
import Testing

@testable import Tokenization

@Suite struct RegexTests {
  /// The matches of an expression, from left to right.
  private func matches(_ program: RegexProgram, _ text: [UInt8]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    text.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      SplitStep(pattern: .expression(program), behavior: .removed, isInverted: true)
        .split(base, 0..<text.count, into: &pieces)
    }
    return pieces
  }

  /// A random expression over `a`, `b`, `c` and what engines differ in least.
  private func expression(_ depth: Int, _ generator: inout Seeded) -> String {
    let atoms = ["a", "b", "c", ".", "[ab]", "[^a]", #"\w"#, #"\s"#, " "]
    func atom(_ generator: inout Seeded) -> String {
      if depth > 0, Int.random(in: 0..<3, using: &generator) == 0 {
        let kinds = ["(?:", "(?:", "(?=", "(?!", "(", "(?>", "(?<=", "(?<!"]
        let kind = kinds.randomElement(using: &generator) ?? "("
        let inner = kind + expression(depth - 1, &generator) + ")"
        if ["(?=", "(?!", "(?<=", "(?<!"].contains(kind) { return inner }
        return inner
          + (["", "", "*", "+", "?", "{1,2}", "++", "*+", "{1,2}+"].randomElement(using: &generator)
            ?? "")
      }
      let quantifiers = ["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "++", "*+"]
      return (atoms.randomElement(using: &generator) ?? "a")
        + (quantifiers.randomElement(using: &generator) ?? "")
    }
    return (0..<Int.random(in: 1...3, using: &generator)).map { _ in
      (0..<Int.random(in: 1...3, using: &generator)).map { _ in atom(&generator) }.joined()
    }.joined(separator: "|")
  }

  @Test("random expressions match as Foundation's engine does")
  func foundation() throws {
    var generator = Seeded(21)
    var compared = 0
    for _ in 0..<6_000 {
      let pattern = expression(2, &generator)
      // Repetitions of what may be empty are refused, as engines differ there, and both refuse
      // lookbehinds without a bound.
      guard let program = try? RegexProgram(pattern, dialect: .fancy),
        let other = try? NSRegularExpression(pattern: pattern)
      else { continue }
      for _ in 0..<3 {
        let text = generator.text(
          Int.random(in: 0...10, using: &generator),
          of: ["a", "b", "c", " ", "d"].map { Array($0.utf8) })
        let string = String(decoding: text, as: UTF8.self)
        let expected = anchoredMatches(other, string)
        #expect(matches(program, text) == expected, "\(pattern) in \(string.debugDescription)")
        compared += 1
      }
    }
    #expect(compared > 4_000)
  }

  /// What is matched at each place from left to right, empty matches left out.
  private func anchoredMatches(_ expression: NSRegularExpression, _ text: String) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var position = 0
    while position < text.utf16.count {
      let match = expression.firstMatch(
        in: text, options: [.anchored, .withTransparentBounds],
        range: NSRange(location: position, length: text.utf16.count - position))
      if let match, match.range.length > 0 {
        found.append(match.range.lowerBound..<match.range.upperBound)
        position = match.range.upperBound
      } else {
        position += 1
      }
    }
    return found
  }

  @Test(
    "expressions made to backtrack for ever take time in proportion to the text",
    arguments: [
      "(a|a)*b|a", "(a|aa)+b|a", "a*a*a*a*b|a", "(?:a+)+(?!a)b|a", "(?=(a+)+b)a|a",
      "(?=a*b)a|a", "(?!(?:a|a)*b)a", "(a?){30}b|a", "(?=.*a).", "(?>(?:a|a)*b)|a",
      "(?:(?>a|aa))+b|a", "(?>(?:a|a)*)b|a", "(?<=(?:a|aa){20})b|a", "(?<!(?:a|a){30}b)a",
      "(?:(?:a|a)++b)?a",
    ])
  func catastrophes(pattern: String) throws {
    let program = try RegexProgram(pattern, dialect: .oniguruma)
    let text = [UInt8](repeating: 0x61, count: 60_000)
    #expect(matches(program, text).reduce(0) { $0 + $1.count } == text.count)
  }

  @Test(
    "what is not known is refused with its place",
    arguments: [
      (#"a(?<=b*)"#, 1), (#"a\1"#, 1), (#"(?P<n>a)"#, 0), (#"(?<!b++)a"#, 0), (#"a\h"#, 1),
      (#"[a"#, 0), (#"(?<=a{200}b{57})"#, 0),
      (#"(a"#, 0), (#"a)"#, 1), (#"*a"#, 0), (#"a{3,1}"#, 1), (#"\p{Greek}"#, 0),
      (#"[[:alpha:]]"#, 1),
      (#"[b-a]"#, 1), (#"a{1000}"#, 5), (#"(?i:\p{Lu})"#, 4), (#"a\"#, 2),
      (#"(?=a)*"#, 6), ("(a*)*b", 5),
    ])
  func refused(pattern: String, offset: Int) {
    #expect { try RegexProgram(pattern, dialect: .fancy) } throws: {
      ($0 as? RegexFault)?.offset == offset
    }
  }

  @Test("expressions that come to too many steps, or nest too deep, are refused")
  func limits() {
    for pattern in [
      "(?:(?:a{200}){200}){200}", String(repeating: "(", count: 100_000),
      String(repeating: "a", count: 100_000), String(repeating: "[", count: 5_000),
    ] {
      #expect(throws: RegexFault.self) { try RegexProgram(pattern, dialect: .oniguruma) }
    }
  }

  @Test("random text is an expression or refused, never a crash")
  func mutations() {
    var generator = Seeded(22)
    let known = WordPattern.allCases.compactMap(\.expression)
    for round in 0..<20_000 {
      var scalars = Array((known[round % known.count]).unicodeScalars)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<scalars.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: scalars.remove(at: place)
        case 1:
          scalars.insert(scalars[Int.random(in: 0..<scalars.count, using: &generator)], at: place)
        default: scalars = Array(scalars[..<max(place, 1)])
        }
        if scalars.isEmpty { scalars = ["a"] }
      }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      if let program = try? RegexProgram(String(text), dialect: .oniguruma) {
        _ = matches(program, Array("Hello world's 123 \n\n x".utf8))
      }
    }
  }
}
