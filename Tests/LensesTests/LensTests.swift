import Foundation
import Inference
import Testing
import TestSupport
import Tokenization

@testable import Lenses

/// A text on a small model, and what plain arithmetic says of it.
struct LensFixture {
  let evaluator: Evaluator
  let trace: Trace
  let model: Model

  init() throws {
    let folder = try TemporaryFolder()
    model = try Model.load(
      path: TinyModel(seed: 31, layers: 3).write(to: folder), name: "tiny", precision: .f32)
    evaluator = try Evaluator(model: model, threads: 2)
    let ids = model.tokenizer.encode(Array("the cat sat on the mat, the cat".utf8)).map(\.id)
    trace = try evaluator.evaluate(ids, probe: [.attention, .residual])
  }

  func read(_ id: String, _ values: [String: String] = [:]) throws -> Reading {
    let lens = try LensCatalog.lens(id)
    return try lens.run(
      LensBench(
        trace: trace, vocabulary: model.tokenizer.vocabulary,
        parameters: LensParameters(of: lens, values), evaluator: evaluator))
  }

  /// Probabilities after a token, in double precision.
  func probabilities(after index: Int) -> [Double] {
    Self.softmax(evaluator.logits(after: trace.records[index]))
  }

  static func softmax(_ logits: [Float]) -> [Double] {
    let best = Double(logits.max() ?? 0)
    let weights = logits.map { Foundation.exp(Double($0) - best) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }
}

@Suite("Lenses")
struct LensTests {
  let fixture: LensFixture
  init() throws { fixture = try LensFixture() }

  private func tokens(_ reading: Reading) throws -> [Double?] {
    guard case .tokens(let values) = reading else {
      throw LensFault.notRecorded("a value for each token")
    }
    return values.values
  }

  private func grid(_ reading: Reading) throws -> GridReading {
    guard case .grid(let grid) = reading else { throw LensFault.notRecorded("a grid") }
    return grid
  }

  @Test("names are unique, and every lens keeps to its kind")
  func catalog() throws {
    let ids = LensCatalog.all.map(\.id)
    #expect(Set(ids).count == ids.count)
    for lens in LensCatalog.all {
      #expect(try fixture.read(lens.id).kind == lens.kind, "\(lens.id)")
      #expect(!lens.summary.isEmpty && !lens.paper.isEmpty)
    }
  }

  @Test("surprisal is -log2 of the token's probability")
  func surprisal() throws {
    let values = try tokens(fixture.read("surprisal"))
    #expect(values[0] == nil)
    for index in 1..<values.count {
      let id = Int(fixture.trace.records[index].id)
      let expected = -log2(fixture.probabilities(after: index - 1)[id])
      #expect(abs((values[index] ?? .nan) - expected) < 1e-4)
    }
  }

  @Test("entropy is that of the distribution after the token")
  func entropy() throws {
    for (index, value) in try tokens(fixture.read("entropy")).enumerated() {
      let expected = fixture.probabilities(after: index).reduce(0) {
        $1 > 0 ? $0 - $1 * log2($1) : $0
      }
      #expect(abs((value ?? .nan) - expected) < 1e-4)
    }
  }

  @Test("rank is the number of likelier candidates")
  func rank() throws {
    let values = try tokens(fixture.read("rank"))
    #expect(values[0] == nil)
    for index in 1..<values.count {
      let logits = fixture.evaluator.logits(after: fixture.trace.records[index - 1])
      let own = logits[Int(fixture.trace.records[index].id)]
      #expect(values[index] == Double(logits.count { $0 > own }))
    }
  }

  @Test("attention from a token is the mean of the rows asked for, and sums to 1")
  func attentionFrom() throws {
    let shape = fixture.trace.shape
    let one = try tokens(
      fixture.read("attention-from", ["token": "5", "layer": "1", "head": "2"]))
    let row = try #require(fixture.trace.pattern(layer: 1, head: 2, query: 5))
    for (value, weight) in zip(one, row) { #expect(abs((value ?? .nan) - Double(weight)) < 1e-6) }
    #expect(one[6...].allSatisfy { $0 == nil })

    let mean = try tokens(fixture.read("attention-from", ["token": "5"])).compactMap { $0 }
    #expect(abs(mean.reduce(0, +) - 1) < 1e-5)
    for key in 0...5 {
      var sum = 0.0
      for layer in 0..<shape.layers {
        for head in 0..<shape.heads {
          sum += Double(fixture.trace.pattern(layer: layer, head: head, query: 5)?[key] ?? .nan)
        }
      }
      #expect(abs(mean[key] - sum / Double(shape.layers * shape.heads)) < 1e-5)
    }
  }

  @Test("the map of a head has its rows, and nothing above the diagonal")
  func attentionHead() throws {
    let reading = try fixture.read("attention-head", ["layer": "2", "head": "0", "from": "2"])
    guard case .matrix(let matrix) = reading else {
      Issue.record("not a matrix")
      return
    }
    let count = fixture.trace.records.count
    #expect(matrix.rows.count == count - 2)
    for row in matrix.rows.indices {
      let pattern = try #require(fixture.trace.pattern(layer: 2, head: 0, query: row + 2))
      for column in matrix.columns.indices {
        let value = matrix.value(row: row, column: column)
        #expect(value == (column <= row ? pattern[column + 2] : nil))
      }
    }
  }

  @Test(
    "the glance has the mean share of attention on each kind's keys", arguments: HeadKind.allCases)
  func heads(kind: HeadKind) throws {
    let grid = try grid(fixture.read("attention", ["score": kind.rawValue]))
    let ids = fixture.trace.ids
    for layer in 0..<fixture.trace.shape.layers {
      for head in 0..<fixture.trace.shape.heads {
        var shares: [Double] = []
        for query in 2..<ids.count {
          let row = try #require(fixture.trace.pattern(layer: layer, head: head, query: query))
          let earlier = (0..<query).filter { ids[$0] == ids[query] }
          let keys: [Int]
          switch kind {
          case .previous: keys = [query - 1]
          case .sink: keys = [0]
          case .duplicate: keys = earlier
          case .induction: keys = earlier.map { $0 + 1 }
          }
          let needsRepeat = kind == .duplicate || kind == .induction
          guard !needsRepeat || !earlier.isEmpty else { continue }
          shares.append(keys.reduce(0) { $0 + Double(row[$1]) })
        }
        let mean = shares.reduce(0, +) / Double(shares.count)
        #expect(abs(Double(grid.value(row: layer, column: head) ?? .nan) - mean) < 1e-5)
      }
    }
  }

  @Test("the logit lens is the softmax of each layer's unembedding; the last layer is the outcome")
  func logitLens() throws {
    let top = try grid(fixture.read("logit-lens"))
    let final = try grid(fixture.read("logit-lens", ["measure": "final"]))
    let entropy = try grid(fixture.read("logit-lens", ["measure": "entropy"]))
    let vocabulary = fixture.model.tokenizer.vocabulary
    for index in fixture.trace.records.indices {
      let favourite = fixture.trace.records[index].top[0].id
      for layer in 0..<fixture.trace.shape.layers {
        let probabilities = LensFixture.softmax(
          try fixture.evaluator.lensLogits(layer: layer, at: index, in: fixture.trace))
        let best = try #require(probabilities.indices.max { probabilities[$0] < probabilities[$1] })
        #expect(
          top.text(row: layer, column: index) == vocabulary.text(of: TokenID(best)))
        let value = Double(top.value(row: layer, column: index) ?? .nan)
        #expect(abs(value - probabilities[best]) < 1e-5)
        let expected = -probabilities.reduce(0) { $1 > 0 ? $0 + $1 * log2($1) : $0 }
        #expect(abs(Double(entropy.value(row: layer, column: index) ?? .nan) - expected) < 1e-3)
        let share = Double(final.value(row: layer, column: index) ?? .nan)
        #expect(abs(share - probabilities[Int(favourite)]) < 1e-6)
      }
    }
  }

  @Test("prediction depth is the first layer from which on all agree with the last")
  func predictionDepth() throws {
    let values = try tokens(fixture.read("prediction-depth"))
    for index in fixture.trace.records.indices {
      let favourites = try (0..<fixture.trace.shape.layers).map { layer in
        let logits = try fixture.evaluator.lensLogits(layer: layer, at: index, in: fixture.trace)
        return logits.indices.max { logits[$0] < logits[$1] }
      }
      var depth = favourites.count - 1
      while depth > 0, favourites[depth - 1] == favourites.last { depth -= 1 }
      #expect(values[index] == Double(depth))
    }
  }

  @Test("the next token's reading is the sampler's stages, with what follows and its rank")
  func next() throws {
    let reading = try fixture.read("next", ["token": "3", "top-k": "5", "temperature": "0.5"])
    guard case .distribution(let distribution) = reading else {
      Issue.record("not a distribution")
      return
    }
    let logits = fixture.evaluator.logits(after: fixture.trace.records[3])
    let settings = SamplerSettings(temperature: 0.5, topK: 5)
    let stages = SamplerChain(settings).stages(
      logits: logits, history: Array(fixture.trace.ids[...3]))
    #expect(distribution.stages.map(\.name) == stages.map(\.stage.rawValue))
    #expect(distribution.stages.map(\.kept) == [logits.count, 5, 5])
    for (shown, stage) in zip(distribution.stages, stages) {
      #expect(shown.candidates.map(\.id) == stage.candidates.map(\.id))
    }
    let following = fixture.trace.records[4]
    #expect(distribution.actual?.entry.id == following.id)
    #expect(distribution.actual?.rank == following.rank)
    let expected = fixture.probabilities(after: 3)[Int(following.id)]
    #expect(abs((distribution.actual?.entry.probability ?? .nan) - expected) < 1e-5)
    #expect(try fixture.read("next").kind == .distribution)
  }

  @Test(
    "parameters that cannot be are refused in one line",
    arguments: [
      ("attention-from", ["token": "99"]), ("attention-from", ["layer": "3"]),
      ("attention-from", ["head": "x"]), ("attention-head", ["from": "5", "to": "2"]),
      ("next", ["temperature": "-1"]), ("surprisal", ["token": "1"]), ("nothing", [:]),
      ("attention", ["score": "none"]),
    ])
  func refusals(lens: String, values: [String: String]) throws {
    let error = #expect(throws: LensFault.self) { _ = try fixture.read(lens, values) }
    #expect(error?.description.contains("\n") == false)
  }

  @Test("readings of a text without tokens are refused or empty, never a crash")
  func empty() throws {
    let trace = Trace(shape: fixture.trace.shape, probe: [.attention, .residual], records: [])
    for lens in LensCatalog.all {
      let bench = LensBench(
        trace: trace, vocabulary: fixture.model.tokenizer.vocabulary,
        parameters: LensParameters(of: lens), evaluator: fixture.evaluator)
      _ = try? lens.run(bench)
    }
  }

  @Test("the JSON of a reading is the contract, and is read back as it was")
  func json() throws {
    for lens in LensCatalog.all {
      let reading = try fixture.read(lens.id)
      let data = try JSONEncoder().encode(reading)
      let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(object["kind"] as? String == lens.kind.rawValue)
      #expect(object["unit"] as? String == reading.scale.unit)
      // `NaN` is not equal to itself: compared is what both would be written as.
      let back = try JSONDecoder().decode(Reading.self, from: data)
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      #expect(try encoder.encode(back) == encoder.encode(reading))
    }
    let surprisal = try JSONEncoder().encode(fixture.read("surprisal"))
    let object = try #require(JSONSerialization.jsonObject(with: surprisal) as? [String: Any])
    #expect((object["values"] as? [Any])?.first is NSNull)
  }
}
