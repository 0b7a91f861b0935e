import Foundation
import ModelFiles
import Synchronization
import TestSupport
import Testing
import Tokenization

@testable import Inference

@Suite("Forward pass")
struct ForwardPassTests {
  private func evaluator(
    _ tiny: TinyModel, precision: Precision = .f32, threads: Int = 2
  ) throws -> Evaluator {
    let folder = try TemporaryFolder()
    let model = try Model.load(
      path: tiny.write(to: folder), name: "tiny", precision: precision, threads: threads)
    return try Evaluator(model: model, threads: threads)
  }

  private let ids: [TokenID] = [72, 101, 108, 108, 111, 32, 72, 101, 108, 7, 250]

  private func compare(_ tiny: TinyModel) throws {
    try NaiveComparison.check(evaluator(tiny), tiny, ids)
  }

  @Test(
    "every block type gives the logits and attention of a naive f64 evaluation",
    arguments: TinyModel.WeightType.allCases)
  func naive(type: TinyModel.WeightType) throws {
    try compare(TinyModel(seed: 7, type: type))
  }

  @Test(
    "every architecture gives the logits, attention and experts of a naive f64 evaluation",
    arguments: TinyFamily.all)
  func architectures(family: TinyFamily) throws {
    for type in [BlockType.f32, .q8_0] {
      try compare(TinyModel(seed: 17, layers: 7, type: type, tied: type == .f32, family: family))
    }
  }

  @Test(
    "scaled rotary angles give the logits of a naive f64 evaluation, and other ones than unscaled")
  func rotaryScaling() throws {
    let divisors: [Float] = [1, 1, 1.5, 2, 4, 8, 8, 8]
    let tiny = TinyModel(seed: 12, rotaryScaling: (divisors, 2))
    let scaled = try evaluator(tiny)
    let plain = try evaluator(TinyModel(seed: 12))
    let (trace, other) = (try scaled.evaluate(ids), try plain.evaluate(ids))
    let reference = NaiveTransformer(tiny).evaluate(ids.map(Int.init))
    for index in ids.indices {
      let logits = scaled.logits(after: trace.records[index])
      for (got, want) in zip(logits, reference.logits[index]) {
        #expect(abs(Double(got) - want) < 1e-4)
      }
    }
    #expect(trace.records[5].hidden != other.records[5].hidden)
    for broken in [Float.nan, 0, -1] {
      let model = TinyModel(seed: 12, rotaryScaling: (divisors.dropLast() + [broken], 2))
      #expect(throws: FileFault.self) { _ = try evaluator(model) }
      #expect(throws: FileFault.self) {
        _ = try evaluator(TinyModel(seed: 12, rotaryScaling: (divisors, broken)))
      }
    }
  }

  @Test(
    "16-bit activations stay within three thousandths of a nat of f32",
    arguments: TinyModel.WeightType.allCases)
  func integers(type: TinyModel.WeightType) throws {
    let tiny = TinyModel(seed: 8, type: type)
    let a = try evaluator(tiny, precision: .f32)
    let b = try evaluator(tiny, precision: .i16)
    let (traceA, traceB) = (try a.evaluate(ids), try b.evaluate(ids))
    for (x, y) in zip(traceA.records, traceB.records) {
      #expect(abs(x.logSumExp - y.logSumExp) < 3e-3)
      #expect(abs((x.logProbability ?? 0) - (y.logProbability ?? 0)) < 3e-3)
    }
  }

  @Test("recording changes no logit by a single bit")
  func probesAreSilent() throws {
    for precision in Precision.allCases {
      let tiny = TinyModel(seed: 9, type: .q4_1)
      let plain = try evaluator(tiny, precision: precision)
      let probed = try evaluator(tiny, precision: precision)
      let long = (0..<130).map { TokenID(($0 * 37) % 256) }
      let a = try plain.evaluate(long)
      let b = try probed.evaluate(long, probe: [.attention, .residual])
      for (x, y) in zip(a.records, b.records) {
        #expect(x.hidden == y.hidden)
        #expect(plain.logits(after: x) == probed.logits(after: y))
      }
    }
  }

  @Test("evaluating in pieces, after edits and after cuts equals evaluating afresh")
  func reuse() throws {
    let tiny = TinyModel(seed: 10, type: .q8_0)
    let kept = try evaluator(tiny, precision: .i16)
    var generator = SeededGenerator(seed: 1)
    var text: [TokenID] = []
    for _ in 0..<12 {
      if !text.isEmpty, Bool.random(using: &generator) {
        text.removeLast(Int.random(in: 1...text.count, using: &generator))
      }
      for _ in 0..<Int.random(in: 1...90, using: &generator) {
        text.append(TokenID.random(in: 0..<256, using: &generator))
      }
      let fresh = try evaluator(tiny, precision: .i16)
      let (a, b) = (try kept.evaluate(text), try fresh.evaluate(text))
      #expect(a.ids == text)
      #expect(a.records.map(\.hidden) == b.records.map(\.hidden))
      #expect(a.records.map(\.rank) == b.records.map(\.rank))
      for (x, y) in zip(a.records, b.records) {
        #expect(abs((x.logProbability ?? 0) - (y.logProbability ?? 0)) < 1e-5)
      }
    }
  }

  @Test(
    "many tokens at once, on any number of threads, give the bits of one by one on one thread",
    arguments: TinyFamily.all)
  func threads(family: TinyFamily) throws {
    let tiny = TinyModel(seed: 18, layers: 3, type: .q8_0, family: family)
    let long = (0..<40).map { TokenID(($0 * 37) % 256) }
    let alone = try evaluator(tiny, precision: .i16, threads: 1)
    for count in 1...long.count { _ = try alone.evaluate(Array(long[..<count])) }
    let expected = try alone.evaluate(long).records
    for threads in 1...4 {
      let together = try evaluator(tiny, precision: .i16, threads: threads)
      let records = try together.evaluate(long).records
      #expect(records.map(\.hidden) == expected.map(\.hidden), "\(threads) threads")
      // Of the logits.
      #expect(records.map(\.logSumExp) == expected.map(\.logSumExp), "\(threads) threads")
    }
  }

  @Test("a pass that is cancelled at any layer ends on every thread, and leaves the text as before")
  func cancelled() throws {
    let tiny = TinyModel(seed: 19, layers: 4, type: .q8_0)
    let long = (0..<64).map { TokenID(($0 * 37) % 256) }
    let expected = try evaluator(tiny, precision: .i16).evaluate(long).records.map(\.hidden)
    for threads in 1...3 {
      for count in [2, 64] {
        let evaluator = try evaluator(tiny, precision: .i16, threads: threads)
        for layer in 0..<tiny.layers {
          // Asked once before the pass, and at each of its layers.
          let asked = Mutex(0)
          evaluator.isCancelled = {
            asked.withLock {
              $0 += 1
              return $0 > layer + 1
            }
          }
          #expect(throws: CancellationError.self) {
            _ = try evaluator.evaluate(Array(long[..<count]))
          }
        }
        evaluator.isCancelled = { false }
        #expect(try evaluator.evaluate(long).records.map(\.hidden) == expected)
      }
    }
  }

  @Test("asking for more than was recorded evaluates again")
  func laterProbe() throws {
    let evaluator = try evaluator(TinyModel(seed: 3))
    #expect(try evaluator.evaluate(ids).pattern(layer: 0, head: 0, query: 2) == nil)
    #expect(
      try evaluator.evaluate(ids, probe: .attention).pattern(layer: 0, head: 0, query: 2) != nil)
  }

  @Test("a fork of the cache goes on as the original would")
  func fork() throws {
    let folder = try TemporaryFolder()
    let model = try Model.load(path: TinyModel(seed: 5).write(to: folder), name: "tiny")
    let team = ThreadTeam(count: 1)
    defer { team.stop() }
    let pass = ForwardPass(weights: model.weights, context: 64, team: team)
    let cache = try KVCache(shape: model.shape, precision: model.precision, capacity: 64)
    try pass.run(ids[0..<6], cache: cache, recorder: NoRecorder()) { false }
    let copy = try cache.fork(at: 4)
    try pass.run([9, 9], cache: cache, recorder: NoRecorder()) { false }
    try pass.run(ids[4..<8], cache: copy, recorder: NoRecorder()) { false }
    let forked = pass.hidden(token: 3)
    let fresh = try KVCache(shape: model.shape, precision: model.precision, capacity: 64)
    try pass.run(ids[0..<8], cache: fresh, recorder: NoRecorder()) { false }
    #expect(pass.hidden(token: 7) == forked)
  }

  @Test("head scores are the shares of the recorded rows")
  func headScores() throws {
    let tiny = TinyModel(seed: 6)
    let trace = try evaluator(tiny).evaluate(ids, probe: .attention)
    for query in ids.indices {
      let scores = try #require(trace.records[query].headScores)
      for layer in 0..<tiny.layers {
        for head in 0..<tiny.heads {
          let row = try #require(trace.pattern(layer: layer, head: head, query: query))
          let score = scores[layer * tiny.heads + head]
          let earlier = (0..<query).filter { ids[$0] == ids[query] }
          #expect(score.first == row[0])
          #expect(score.previous == (query > 0 ? row[query - 1] : 0))
          #expect(abs(score.duplicate - earlier.reduce(0) { $0 + row[$1] }) < 1e-6)
          #expect(abs(score.induction - earlier.reduce(0) { $0 + row[$1 + 1] }) < 1e-6)
        }
      }
    }
  }

  @Test("the last layer of the logit lens is the model's output")
  func logitLens() throws {
    let tiny = TinyModel(seed: 11)
    let evaluator = try evaluator(tiny)
    let trace = try evaluator.evaluate(ids, probe: .residual)
    let last = try evaluator.lensLogits(layer: tiny.layers - 1, at: 4, in: trace)
    #expect(last == evaluator.logits(after: trace.records[4]))
    let all = try evaluator.layerDistributions(at: [1, 4], in: trace)
    #expect(all.map(\.count) == [tiny.layers, tiny.layers])
    #expect(all[1][tiny.layers - 1].top == trace.records[4].top)
    #expect(all[0][tiny.layers - 1].entropy == trace.records[1].entropy)
    let first = try evaluator.lensLogits(layer: 0, at: 4, in: trace)
    #expect(all[1][0].top.first?.logit == first.max())
  }

  @Test("the number of threads changes nothing")
  func threads() throws {
    let tiny = TinyModel(seed: 12, type: .q4_0)
    let results = try [1, 2, 3, 7].map { threads in
      try evaluator(tiny, precision: .i16, threads: threads).evaluate(ids).records.map(\.hidden)
    }
    for result in results { #expect(result == results[0]) }
  }

  @Test("texts that do not fit and tokens that do not exist are refused")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let model = try Model.load(path: TinyModel(seed: 5).write(to: folder), name: "tiny")
    let evaluator = try Evaluator(model: model, threads: 1, context: 4)
    #expect(throws: EvaluationFault.tooLong(tokens: 5, context: 4)) {
      try evaluator.evaluate([1, 2, 3, 4, 5])
    }
    #expect(throws: EvaluationFault.noSuchToken(id: -1, vocabulary: 300)) {
      try evaluator.evaluate([-1])
    }
    #expect(try evaluator.evaluate([]).records.isEmpty)
  }
}
