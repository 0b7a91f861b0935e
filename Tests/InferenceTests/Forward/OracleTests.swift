import Foundation
import Inference
import TestSupport
import Testing
import Tokenization

/// The default model against a float64 evaluation of the same dequantised weights.
@Suite("SmolLM2 against the f64 reference", .serialized)
struct OracleTests {
  /// How far log-probabilities may be off, in nats, and attention weights.
  struct Bound {
    var mean: Double
    var most: Double
    var attention: Double
    /// A greedy choice may differ when the margin between the two best logits is smaller.
    var margin: Double
  }

  static func bound(_ precision: Precision) -> Bound {
    switch precision {
    case .f32: Bound(mean: 2e-4, most: 1e-3, attention: 1e-4, margin: 1e-3)
    case .i16: Bound(mean: 2e-3, most: 1e-2, attention: 1e-3, margin: 1e-2)
    }
  }

  @Test(
    "log-probabilities, ranks, entropies, attention and residuals agree",
    arguments: Precision.allCases)
  func readings(precision: Precision) throws {
    let model = try Model.load(
      path: InstalledModel.path(), name: "smollm2-135m", precision: precision, threads: 2)
    let evaluator = try Evaluator(model: model, threads: 2)
    let bound = Self.bound(precision)
    for run in try OracleRuns.load().runs {
      let ids = run.ids
      let trace = try evaluator.evaluate(ids, probe: [.attention, .residual])
      var differences: [Double] = []
      for (index, record) in trace.records.enumerated() {
        #expect(abs(Double(record.entropy) - run.entropyNats[index]) < bound.most * 3)
        guard let want = run.logprobs[index] else {
          #expect(record.logProbability == nil && record.rank == nil)
          continue
        }
        let got = try #require(record.logProbability)
        differences.append(abs(Double(got) - want))
        let wantRank = try #require(run.rank[index])
        let gotRank = try #require(record.rank)
        #expect(
          abs(gotRank - wantRank) <= (precision == .f32 ? 1 : 2) + wantRank / 200,
          "rank of token \(index)")
      }
      let mean = differences.reduce(0, +) / Double(differences.count)
      #expect(differences.max() ?? 0 <= bound.most)
      #expect(mean <= bound.mean)

      let last = ids.count - 1
      for layer in 0..<model.shape.layers {
        var mean = [Double](repeating: 0, count: ids.count)
        for head in 0..<model.shape.heads {
          let row = try #require(trace.pattern(layer: layer, head: head, query: last))
          for key in row.indices { mean[key] += Double(row[key]) / Double(model.shape.heads) }
        }
        for (got, want) in zip(mean, run.attentionLastQueryMeanOverHeads?[layer] ?? []) {
          #expect(abs(got - want) <= bound.attention, "layer \(layer)")
        }
        let residual = try #require(trace.residual(layer: layer, at: last))
        let square = residual.reduce(0.0) { $0 + Double($1) * Double($1) }
        let rms = (square / Double(residual.count)).squareRoot()
        #expect(abs(rms / run.residPostRmsLast[layer] - 1) < 1e-3)
        let logits = try evaluator.lensLogits(layer: layer, at: last, in: trace)
        let best = try #require(logits.indices.max { logits[$0] < logits[$1] })
        let reference = Int(run.logitLensLastTop1[layer])
        #expect(logits[best] - logits[reference] < 0.02, "logit lens of layer \(layer)")
      }
      for (query, want) in (run.attentionLayer0Head0 ?? []).enumerated() {
        let row = try #require(trace.pattern(layer: 0, head: 0, query: query))
        for (got, want) in zip(row, want) { #expect(abs(Double(got) - want) <= bound.attention) }
      }
      let logits = evaluator.logits(after: trace.records[last])
      for pair in run.lastTop20 {
        #expect(abs(Double(logits[Int(pair[0])]) - pair[1]) < bound.most * 3)
      }
    }
  }

  @Test("greedy continuations agree wherever the margin allows", arguments: Precision.allCases)
  func greedy(precision: Precision) throws {
    let model = try Model.load(
      path: InstalledModel.path(), name: "smollm2-135m", precision: precision, threads: 2)
    let evaluator = try Evaluator(model: model, threads: 2)
    let margin = Self.bound(precision).margin
    for run in try OracleRuns.load().runs {
      var trace = try evaluator.evaluate(run.ids)
      var decoder = Decoder(.greedy)
      for (want, wantMargin) in zip(run.greedy24, run.greedy24Margins) {
        let (step, longer) = try decoder.step(after: trace, with: evaluator)
        trace = longer
        if step.token != want {
          #expect(wantMargin < margin, "\(step.token) instead of \(want)")
          break
        }
      }
    }
  }
}
