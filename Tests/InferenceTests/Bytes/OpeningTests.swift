import Foundation
import TestSupport
import Testing
import Tokenization

@testable import Inference

@Suite("What a model expects before a text")
struct OpeningTests {
  private let text = Array("the land".utf8)

  private func open(beginsTexts: Bool) throws -> Evaluator {
    let folder = try TemporaryFolder()
    let model = try Model.load(
      path: TinyModel(seed: 4, beginsTexts: beginsTexts).write(to: folder), name: "tiny",
      precision: .f32)
    return try Evaluator(model: model, threads: 1)
  }

  @Test("the tokens that a file asks for stand before a text, once, and only where it asks")
  func tokens() throws {
    let tokenizer = try open(beginsTexts: true).model.tokenizer
    let marker = Array("<|im_start|>".utf8)
    #expect(tokenizer.opening(of: text) == marker)
    #expect(tokenizer.opening(of: []) == marker)
    #expect(tokenizer.opening(of: marker + text).isEmpty)
    let tokens = tokenizer.encodePrompt(text)
    #expect(tokens.first == Token(id: 298, start: 0, end: 0))
    #expect(Array(tokens.dropFirst()) == tokenizer.encode(text))
    #expect(tokenizer.encodePrompt(marker + text).map(\.id) == tokens.map(\.id))

    let other = try open(beginsTexts: false).model.tokenizer
    #expect(other.opening(of: text).isEmpty)
    #expect(other.encodePrompt(text) == other.encode(text))
  }

  @Test("a text with its opening is as likely as the model has it after the opening")
  func probabilities() throws {
    let evaluator = try open(beginsTexts: true)
    let tokenizer = evaluator.model.tokenizer
    let ids = tokenizer.encode(text).map(\.id)
    // By the definition: the product of next-token probabilities, the opening being given.
    let trace = try evaluator.evaluate([298] + ids)
    let wanted = trace.records.dropFirst().reduce(0) { $0 + Double($1.logProbability ?? 0) }
    let opened = ByteCovers(rule: CanonicalRule(tokenizer), source: ModelSource(evaluator))
    try opened.begin(tokenizer.opening(of: text) + text)
    #expect(abs(try opened.logProbabilityByTokens() - wanted) < 1e-5)

    // The first byte is what the token after the opening begins with.
    let naive = try opened.naive(at: tokenizer.opening(of: text).count)
    let first = try #require(try evaluator.evaluate([298]).records.last)
    let logits = evaluator.logits(after: first).map { Double($0) }
    let total = logits.reduce(0) { $0 + exp($1) }
    let order = CanonicalRule(tokenizer).order
    let share = order.range(startingWith: "t".utf8).reduce(0) {
      $0 + exp(logits[Int(order.ids[$1])]) / total
    }
    let counted = order.ids.reduce(0) { $0 + exp(logits[Int($1)]) / total }
    let end = tokenizer.vocabulary.endOfGeneration.reduce(0) {
      $0 + exp(logits[Int($1)]) / total
    }
    #expect(abs(naive.probabilities[Int(UInt8(ascii: "t"))] - share / (counted + end)) < 1e-6)
    // All sequences begin after the opening too.
    let all = try opened.all(at: tokenizer.opening(of: text).count + 3, leastShare: 0)
    #expect(all.covers.allSatisfy { $0.end >= tokenizer.opening(of: text).count })
    #expect(abs(all.probabilities.reduce(all.end, +) - 1) < 1e-9)
  }
}
