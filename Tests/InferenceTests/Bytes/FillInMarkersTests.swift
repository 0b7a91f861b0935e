import Testing

@testable import Inference
@testable import Tokenization

@Suite("Filling in the middle")
struct FillInMarkersTests {
  private func tokenizer(_ specials: [String]) throws -> Tokenizer {
    var parts = VocabularyParts()
    for text in ["a", "b"] + specials {
      parts.tokens.append(text.utf8)
      parts.kinds.append(
        (specials.contains(text) ? TokenKind.control : TokenKind.normal).rawValue)
    }
    return try Tokenizer(parts, pattern: .smollm)
  }

  @Test("all markers of a kind have to be there")
  func found() throws {
    for markers in FillInMarkers.known {
      let all = [markers.prefix, markers.suffix, markers.middle].compactMap { $0 }
      #expect(FillInMarkers(of: try tokenizer(all).vocabulary) == markers)
      for missing in all {
        let rest = all.filter { $0 != missing }
        #expect(FillInMarkers(of: try tokenizer(rest).vocabulary) == nil)
      }
    }
  }

  @Test("a prompt's markers become special tokens, and what is begun is not cut off")
  func prompts() throws {
    let tokenizer = try tokenizer(["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"])
    let markers = try #require(FillInMarkers(of: tokenizer.vocabulary))
    let prompt = markers.prompt(before: Array("ab".utf8), after: Array("ba".utf8), begun: 1)
    #expect(
      String(decoding: prompt, as: UTF8.self) == "<|fim_prefix|>a<|fim_suffix|>ba<|fim_middle|>b")
    #expect(tokenizer.encode(prompt).map(\.id) == [2, 0, 3, 1, 0, 4, 1])
    let reversed = FillInMarkers(prefix: "[PREFIX]", suffix: "[SUFFIX]", middle: nil)
    let other = reversed.prompt(before: Array("ab".utf8), after: Array("ba".utf8), begun: 1)
    #expect(String(decoding: other, as: UTF8.self) == "[SUFFIX]ba[PREFIX]ab")
  }
}
