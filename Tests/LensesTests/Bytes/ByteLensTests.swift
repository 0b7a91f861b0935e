import Foundation
import Inference
import Testing
import Tokenization

@testable import Lenses

@Suite("Lenses of bytes")
struct ByteLensTests {
  private func values(_ reading: Reading) throws -> [Double?] {
    guard case .tokens(let values) = reading else { throw LensFault.notRecorded("values") }
    return values.values
  }

  /// What a lens says when nothing small is left out.
  private func exact(
    _ fixture: LensFixture, _ id: String, _ values: [String: String] = [:]
  ) throws -> Reading {
    let lens = try LensCatalog.lens(id)
    return try lens.run(
      LensBench(
        trace: fixture.trace, vocabulary: fixture.model.tokenizer.vocabulary,
        parameters: LensParameters(of: lens, values), evaluator: fixture.evaluator,
        bytes: ByteDesk(fixture.evaluator, leastShare: 0)))
  }

  private func desk(_ table: TableModel) -> ByteDesk {
    ByteDesk(rule: CanonicalRule(table.tokenizer), source: table, ahead: table)
  }

  // MARK: By plain arithmetic on a table

  @Test("a byte's surprisal is its share of the texts that go on from there")
  func surprisal() throws {
    let table = try TableModel()
    let desk = desk(table)
    let text = "BAABABB"
    try desk.begin(Array(text.utf8))
    for offset in 0..<text.count {
      let given = String(text.prefix(offset))
      // Only A, B and the end can follow; the end needs a token that ends here.
      let (a, b) = (table.probability(text: given + "A"), table.probability(text: given + "B"))
      let own = table.tokenizer.encode(Array(given.utf8)).map(\.id)
      let end = table.probability(own + [TableModel.end])
      let byte = text.dropFirst(offset).first == "A" ? a : b
      let value = try desk.value(.surprisal, at: offset)
      #expect(abs(value - -log2(byte / (a + b + end))) < 1e-9)
    }
  }

  @Test("the naive surprisal is the next token's probabilities by first byte, and the bias is KL")
  func bias() throws {
    let table = try TableModel()
    let desk = desk(table)
    let text = "BAABABB"
    try desk.begin(Array(text.utf8))
    for offset in 0..<text.count {
      let given = String(text.prefix(offset))
      let own = table.tokenizer.encode(Array(given.utf8)).map(\.id)
      let next = table.next(own.last)
      let naive = [next[0] + next[2], next[1], next[3]]
      let isA = text.dropFirst(offset).first == "A"
      #expect(abs(try desk.value(.naive, at: offset) - -log2(naive[isA ? 0 : 1])) < 1e-9)
      let weights = [
        table.probability(text: given + "A"), table.probability(text: given + "B"),
        table.probability(own + [TableModel.end]),
      ]
      let exact = weights.map { $0 / weights.reduce(0, +) }
      let wanted = zip(exact, naive).reduce(0) { $0 + $1.0 * log2($1.0 / $1.1) }
      #expect(abs(try desk.value(.bias, at: offset) - wanted) < 1e-9)
    }
  }

  @Test("what a cut loses is the exact continuation's probability over the plain one's")
  func boundary() throws {
    let table = try TableModel()
    let desk = desk(table)
    let text = "BAABAAAB"
    try desk.begin(Array(text.utf8))
    let (a, b, aa) = (TableModel.a, TableModel.b, TableModel.aa)
    // The text is B AA B AA A B: for each cut S, R, and T up to the end of the token cut into.
    let cuts: [(cut: Int, left: [TokenID], right: [TokenID], own: [TokenID])] = [
      (0, [], [b], [b]), (1, [b], [aa], [b, aa]), (2, [b, a], [a], [b, aa]),
      (3, [b, aa], [b], [b, aa, b]), (5, [b, aa, b, a], [a], [b, aa, b, aa]),
      (6, [b, aa, b, aa], [a], [b, aa, b, aa, a]),
      (7, [b, aa, b, aa, a], [b], [b, aa, b, aa, a, b]),
    ]
    for (cut, left, right, own) in cuts {
      let exact = table.probability(own) / table.probability(text: String(text.prefix(cut)))
      let plain = table.probability(left + right) / table.probability(left)
      let loss = try desk.value(.boundary, at: cut)
      #expect(abs(loss - log2(exact / plain)) < 1e-9, "cut at \(cut)")
      // Who takes for granted a boundary that the text has is no worse off.
      if left + right == own { #expect(loss < 1e-9) }
    }
    // After A the tokenizer never gives another A, so the plain way all but gives the cut token up.
    #expect(try desk.value(.boundary, at: 2) > 1)
  }

  @Test("what is kept after an edit is what a new desk finds")
  func edits() throws {
    let table = try TableModel()
    let kept = desk(table)
    var generator = SeededGenerator(seed: 3)
    var text = Array("BAABABBA".utf8)
    for _ in 0..<60 {
      let place = Int.random(in: 0..<text.count, using: &generator)
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: text.insert(UInt8(ascii: Bool.random(using: &generator) ? "A" : "B"), at: place)
      case 1 where text.count > 2: text.remove(at: place)
      default: text.append(UInt8(ascii: "A"))
      }
      let fresh = desk(table)
      try kept.begin(text)
      try fresh.begin(text)
      for offset in text.indices {
        for measure in [ByteMeasure.surprisal, .naive, .bias, .boundary] {
          let (a, b) = (
            try kept.value(measure, at: offset), try fresh.value(measure, at: offset)
          )
          #expect(abs(a - b) < 1e-12, "\(measure) at \(offset)")
        }
      }
    }
  }

  // MARK: Identities on a model

  @Test("the bytes of a text cost what the text costs, but for the missing mass")
  func chainRule() throws {
    let fixture = try LensFixture()
    let text = fixture.model.tokenizer.decode(fixture.trace.ids)
    let covers = ByteCovers(
      rule: CanonicalRule(fixture.model.tokenizer), source: ModelSource(fixture.evaluator))
    try covers.begin(text)
    let missing = try text.indices.reduce(0.0) {
      $0 - log2(1 - (try covers.canonical(at: $1).invalidMass))
    }
    let whole = -(try covers.canonical(at: text.count).logProbability) / M_LN2
    let sums = try values(exact(fixture, "byte-surprisal"))
    let sum = sums.compactMap { $0 }.reduce(0, +)
    #expect(sums.allSatisfy { $0 != nil })
    #expect(abs(sum + missing - whole) < 1e-5)
    let gains = try values(exact(fixture, "byte-surprisal", ["measure": "gain"]))
    #expect(gains[0] == nil)
    for index in 1..<sums.count {
      let own = try #require(Surprisal.bits(fixture.trace.records[index]))
      #expect(abs((gains[index] ?? .nan) - (own - (sums[index] ?? .nan))) < 1e-9)
    }
  }

  @Test("where no token can cross a boundary the bias is no more than the missing mass allows")
  func stable() throws {
    let fixture = try LensFixture()
    let text = fixture.model.tokenizer.decode(fixture.trace.ids)
    let covers = ByteCovers(
      rule: CanonicalRule(fixture.model.tokenizer), source: ModelSource(fixture.evaluator))
    try covers.begin(text)
    let biases = try values(exact(fixture, "byte-bias"))
    var stable = 0
    for (index, token) in fixture.model.tokenizer.encode(text).enumerated() {
      let exact = try covers.canonical(at: token.end)
      let bias = try #require(biases[index])
      #expect(bias >= 0)
      guard exact.covers.count == 1, exact.covers[0].end == token.end else { continue }
      stable += 1
      #expect(bias <= -log2(1 - exact.invalidMass) + 1e-6)
    }
    #expect(stable > 0)
  }

  @Test("a cut's loss agrees with evaluating the two ways apart")
  func cuts() throws {
    let fixture = try LensFixture()
    let tokenizer = fixture.model.tokenizer
    let text = tokenizer.decode(fixture.trace.ids)
    let other = try Evaluator(model: fixture.model, threads: 1)
    let covers = ByteCovers(rule: CanonicalRule(tokenizer), source: ModelSource(other))
    try covers.begin(text)
    let first = try covers.logProbability(of: [fixture.trace.ids[0]])
    func log(_ ids: [TokenID], from start: Int) throws -> Double {
      try other.evaluate(ids).records.dropFirst(max(1, start)).reduce(0) {
        $0 + Double($1.logProbability ?? .nan)
      }
    }
    guard case .grid(let table) = try exact(fixture, "byte-table") else {
      Issue.record("not a grid")
      return
    }
    #expect(table.rows.count == text.count && table.columns == ["exact", "naive", "bias", "cut"])
    let tokens = tokenizer.encode(text)
    var worst = [Double](repeating: -.infinity, count: tokens.count)
    for (index, token) in tokens.enumerated() {
      for cut in max(1, token.start)..<token.end {
        let left = tokenizer.encode(Array(text[..<cut])).map(\.id)
        let right = tokenizer.encode(Array(text[cut..<token.end])).map(\.id)
        let plain = try log(left + right, from: left.count)
        let own = try first + log(tokens[...index].map(\.id), from: 1)
        let given = try covers.canonical(at: cut).logProbability
        let loss = (own - given - plain) / M_LN2
        #expect(abs(Double(table.value(row: cut, column: 3) ?? .nan) - loss) < 1e-3)
        worst[index] = max(worst[index], loss)
      }
    }
    let heat = try values(exact(fixture, "prompt-boundary"))
    for index in tokens.indices.dropFirst() {
      #expect(abs((heat[index] ?? .nan) - worst[index]) < 1e-3)
    }
  }

  // MARK: Promises

  @Test("they say that they need a model, how far they are, and stop when they are told to")
  func promises() throws {
    let fixture = try LensFixture()
    for id in ["byte-surprisal", "byte-bias", "prompt-boundary", "byte-table"] {
      let lens = try LensCatalog.lens(id)
      func bench(_ evaluator: Evaluator?, _ progress: @escaping (Double) -> Void) -> LensBench {
        LensBench(
          trace: fixture.trace, vocabulary: fixture.model.tokenizer.vocabulary,
          parameters: LensParameters(of: lens), evaluator: evaluator, progress: progress)
      }
      #expect(throws: LensFault.needsModel(lens: id)) { try lens.run(bench(nil) { _ in }) }
      var fractions: [Double] = []
      _ = try lens.run(bench(fixture.evaluator) { fractions.append($0) })
      let count = fixture.trace.records.count
      #expect(fractions == (1...count).map { Double($0) / Double(count) })
      fixture.evaluator.isCancelled = { true }
      #expect(throws: CancellationError.self) { try lens.run(bench(fixture.evaluator) { _ in }) }
      fixture.evaluator.isCancelled = { false }
    }
  }

  @Test("special tokens have no bytes, and what follows them is as it was")
  func specials() throws {
    let fixture = try LensFixture()
    let ids = fixture.model.tokenizer.encode(Array("the cat<|im_end|>and".utf8)).map(\.id)
    let trace = try fixture.evaluator.evaluate(ids)
    let lens = Lens.byteSurprisal
    let reading = try lens.run(
      LensBench(
        trace: trace, vocabulary: fixture.model.tokenizer.vocabulary,
        parameters: LensParameters(of: lens), evaluator: fixture.evaluator))
    let vocabulary = fixture.model.tokenizer.vocabulary
    for (value, id) in zip(try values(reading), ids) {
      #expect((value == nil) == vocabulary.isSpecial(id))
    }
    #expect(ids.contains { vocabulary.isSpecial($0) })
  }
}
