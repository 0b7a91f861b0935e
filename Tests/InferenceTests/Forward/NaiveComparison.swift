import Inference
import TestSupport
import Testing
import Tokenization

/// Compares everything that can be read off an evaluation with the naive one.
enum NaiveComparison {
  static func check(_ evaluator: Evaluator, _ tiny: TinyModel, _ ids: [TokenID]) throws {
    let trace = try evaluator.evaluate(ids, probe: [.attention, .residual, .router])
    let reference = NaiveTransformer(tiny).evaluate(ids.map(Int.init))
    for index in ids.indices {
      let logits = evaluator.logits(after: trace.records[index])
      let largest = reference.logits[index].reduce(0) { max($0, abs($1)) }
      for (got, want) in zip(logits, reference.logits[index]) {
        #expect(abs(Double(got) - want) < 1e-5 * max(10, largest))
      }
      for layer in 0..<tiny.layers {
        for head in 0..<tiny.heads {
          let row = try #require(trace.pattern(layer: layer, head: head, query: index))
          #expect(abs(row.reduce(0, +) - 1) < 1e-5)
          // Scores of some tens, each rounded to 24 bits.
          for (got, want) in zip(row, reference.patterns[layer][head][index]) {
            #expect(abs(Double(got) - want) < 2e-5)
          }
        }
        let residual = try #require(trace.residual(layer: layer, at: index))
        let most = reference.residuals[layer][index].reduce(0) { max($0, abs($1)) }
        for (got, want) in zip(residual, reference.residuals[layer][index]) {
          #expect(abs(Double(got) - want) < 1e-5 * max(10, most))
        }
        let experts = try #require(trace.records[index].experts)[layer]
        if tiny.family.experts == nil {
          #expect(experts.isEmpty)
        } else {
          #expect(experts.map(\.expert).sorted() == reference.experts[layer][index])
          #expect(experts.map(\.weight) == experts.map(\.weight).sorted(by: >))
        }
      }
    }
  }
}
