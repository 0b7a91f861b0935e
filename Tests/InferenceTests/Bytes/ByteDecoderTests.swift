import Foundation
import TestSupport
import Testing
import Tokenization

@testable import Inference

@Suite("Decoding byte by byte")
struct ByteDecoderTests {
  private func tiny() throws -> TinyTokenizer {
    try TinyTokenizer(
      letters: ["a", "b", " "], merges: [(" ", "a"), ("a", "b"), (" a", "b"), (" ", " ")])
  }

  private func covers(_ tiny: TinyTokenizer, seed: UInt64) -> ByteCovers {
    ByteCovers(
      rule: CanonicalRule(tiny.tokenizer),
      source: TableSource(vocabularySize: Int(tiny.end) + 2, seed: seed))
  }

  @Test("greedy decoding takes the likeliest byte of the definition at each place")
  func greedy() throws {
    let tiny = try tiny()
    for seed in UInt64(1)...6 {
      let decoder = try ByteDecoder(
        [Array("ab a".utf8)], models: [covers(tiny, seed: seed)], weights: [1],
        settings: SamplerSettings(temperature: 0))
      let table = TableSource(vocabularySize: Int(tiny.end) + 2, seed: seed)
      for _ in 0..<4 {
        let wanted = tiny.next(
          of: Array("ab a".utf8) + decoder.generated, table, canonical: true)
        let step = try decoder.step()
        let best = wanted.probabilities.indices.max {
          wanted.probabilities[$0] < wanted.probabilities[$1]
        }
        if let byte = step.byte {
          #expect(Int(byte) == best)
          #expect(abs(step.opinions[0] - wanted.probabilities[Int(byte)]) < 1e-9)
        } else {
          #expect(wanted.end >= (wanted.probabilities.max() ?? 0) - 1e-12)
          break
        }
      }
    }
  }

  @Test("taking bytes in as tokens on the way changes nothing")
  func horizon() throws {
    let tiny = try tiny()
    let decoder = try ByteDecoder(
      [Array("a".utf8)], models: [covers(tiny, seed: 3)], weights: [1],
      settings: SamplerSettings(seed: 9))
    for _ in 0..<150 {
      guard try decoder.step().byte != nil else { continue }
      let fresh = covers(tiny, seed: 3)
      try fresh.begin(Array("a".utf8) + decoder.generated)
      let (found, _) = try decoder.distribution()
      let wanted = try fresh.canonical(at: fresh.text.count)
      #expect(
        zip(found, wanted.probabilities + [wanted.end]).allSatisfy { abs($0 - $1) < 1e-9 })
    }
  }

  @Test("models of different vocabularies are averaged or multiplied byte by byte")
  func ensembles() throws {
    let (a, b) = (
      try tiny(), try TinyTokenizer(letters: ["a", "b", " "], merges: [("b", "a"), ("ba", "b")])
    )
    let prompt = Array("ab ba".utf8)
    let table = TableSource(vocabularySize: Int(a.end) + 2, seed: 4)
    let other = TableSource(vocabularySize: Int(b.end) + 2, seed: 5)
    let (p, q) = (
      a.next(of: prompt, table, canonical: true), b.next(of: prompt, other, canonical: true)
    )
    for combination in ByteDecoder.Combination.allCases {
      let decoder = try ByteDecoder(
        [prompt, prompt], models: [covers(a, seed: 4), covers(b, seed: 5)], weights: [3, 1],
        combination: combination, settings: SamplerSettings())
      let found = try decoder.distribution().combined
      let raw = zip(p.probabilities + [p.end], q.probabilities + [q.end]).map { x, y in
        combination == .mixture ? 0.75 * x + 0.25 * y : pow(x, 0.75) * pow(y, 0.25)
      }
      let sum = raw.reduce(0, +)
      for (outcome, value) in raw.enumerated() { #expect(abs(found[outcome] - value / sum) < 1e-9) }
    }
    // One model alone is itself, and so are two that are the same.
    let twice = try ByteDecoder(
      [prompt, prompt], models: [covers(a, seed: 4), covers(a, seed: 4)], weights: [1, 1],
      combination: .product, settings: SamplerSettings())
    let found = try twice.distribution().combined
    #expect(zip(found, p.probabilities + [p.end]).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test("healing takes the last token back and allows what begins with its bytes")
  func healing() throws {
    let tiny = try tiny()
    let rule = CanonicalRule(tiny.tokenizer)
    let ids = tiny.tokenizer.encode(Array("b a".utf8)).map(\.id)
    let healing = try #require(TokenHealing(ids, rule: rule))
    #expect(healing.ids == ids.dropLast())
    #expect(healing.bytes == Array(" a".utf8))
    let spelled = healing.allowed.map { tiny.tokenizer.vocabulary.bytes(of: $0) }
    #expect(Set(spelled) == [Array(" a".utf8), Array(" ab".utf8)])
    let banned = healing.settings(
      .greedy, vocabularySize: tiny.tokenizer.vocabulary.count
    ).banned
    #expect(banned.isDisjoint(with: healing.allowed))
    #expect(banned.count + healing.allowed.count == tiny.tokenizer.vocabulary.count)
    #expect(TokenHealing([ids[0]], rule: rule) == nil)
    #expect(TokenHealing([ids[0], tiny.end], rule: rule) == nil)
  }
}
