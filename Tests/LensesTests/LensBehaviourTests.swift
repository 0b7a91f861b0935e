import Foundation
import Inference
import TestSupport
import Testing
import Tokenization

@testable import Lenses

@Suite("What lenses promise beside their numbers")
struct LensBehaviourTests {
  let fixture: LensFixture
  init() throws { fixture = try LensFixture() }

  private func bench(
    _ lens: Lens, _ values: [String: String] = [:], trace: Trace? = nil, evaluator: Evaluator?,
    progress: @escaping (Double) -> Void = { _ in }, partial: @escaping (Reading) -> Void = { _ in }
  ) throws -> LensBench {
    LensBench(
      trace: trace ?? fixture.trace, vocabulary: fixture.model.tokenizer.vocabulary,
      parameters: try LensParameters(of: lens, values), evaluator: evaluator, progress: progress,
      partial: partial)
  }

  private func grid(_ reading: Reading) throws -> GridReading {
    guard case .grid(let grid) = reading else { throw LensFault.notRecorded("a grid") }
    return grid
  }

  // MARK: Parameters

  @Test(
    "a negative token counts from the end",
    arguments: [("attention-from", "token"), ("attention-head", "from"), ("next", "token")])
  func negative(lens: String, parameter: String) throws {
    let count = fixture.trace.records.count
    let back = try fixture.read(lens, [parameter: "-3"])
    let forth = try fixture.read(lens, [parameter: "\(count - 3)"])
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(back) == encoder.encode(forth))
    #expect(throws: LensFault.outOfRange(parameter: parameter, value: -count - 1, count: count)) {
      try fixture.read(lens, [parameter: "\(-count - 1)"])
    }
    #expect(throws: LensFault.outOfRange(parameter: parameter, value: .min, count: count)) {
      try fixture.read(lens, [parameter: "\(Int.min)"])
    }
  }

  @Test("faults say what, and what there is")
  func faults() throws {
    #expect(throws: LensFault.noSuchLens("x")) { try fixture.read("x") }
    #expect(
      throws: LensFault.noSuchParameter(
        lens: "attention-from", name: "to", known: ["token", "layer", "head"])
    ) { try fixture.read("attention-from", ["to": "1"]) }
    #expect(throws: LensFault.outOfRange(parameter: "layer", value: 3, count: 3)) {
      try fixture.read("attention-head", ["layer": "3"])
    }
    #expect(throws: LensFault.outOfRange(parameter: "head", value: 4, count: 4)) {
      try fixture.read("attention-head", ["head": "4"])
    }
    for value in ["nan", "inf", "-0.1", "1e400", ""] {
      #expect(
        throws: LensFault.badValue(
          parameter: "top-p", value: value, wanted: "a number from 0.0 to 1.0")
      ) { try fixture.read("next", ["top-p": value]) }
    }
  }

  @Test("a fault is one line that steers no terminal, whatever was asked for")
  func faultLines() {
    let given = "a\n\u{1b}[31m\u{9b}\u{202e}\u{2028}\"" + String(repeating: "é", count: 1000)
    let faults: [LensFault] = [
      .noSuchLens(given), .noSuchParameter(lens: "next", name: given, known: []),
      .badValue(parameter: "token", value: given, wanted: "a number"), .noTokens,
      .outOfRange(parameter: "token", value: 9, count: 3), .notRecorded("attention"),
      .needsModel(lens: "next"),
    ]
    for fault in faults {
      #expect(!fault.description.isEmpty && fault.description.count < 300)
      #expect(
        fault.description.unicodeScalars.allSatisfy {
          ![.control, .format, .lineSeparator].contains($0.properties.generalCategory)
        }, "\(fault)")
    }
  }

  // MARK: What a lens is given

  @Test("a lens without what it needs says so")
  func missing() throws {
    let bare = try fixture.evaluator.model.evaluated(fixture.trace.ids)
    for lens in LensCatalog.all where lens.needs.contains(.attention) {
      #expect(throws: LensFault.notRecorded("attention"), "\(lens.id)") {
        try lens.run(bench(lens, trace: bare, evaluator: fixture.evaluator))
      }
    }
    for lens in LensCatalog.all where lens.needs.contains(.residual) {
      #expect(throws: LensFault.needsModel(lens: lens.id)) {
        try lens.run(bench(lens, evaluator: nil))
      }
      #expect(throws: EvaluationFault.self) {
        try lens.run(bench(lens, trace: bare, evaluator: fixture.evaluator))
      }
    }
  }

  @Test("without an evaluator the next token is what the trace kept of it")
  func nextFromTrace() throws {
    let lens = try LensCatalog.lens("next")
    guard
      case .distribution(let reading) = try lens.run(bench(lens, ["token": "2"], evaluator: nil))
    else { return }
    #expect(reading.stages.isEmpty)
    #expect(reading.candidates.map(\.id) == fixture.trace.records[2].top.map(\.id))
    #expect(reading.actual?.entry.id == fixture.trace.records[3].id)
    #expect(reading.actual?.rank == fixture.trace.records[3].rank)
  }

  @Test(
    "lenses that take long tell how far they are and show what they have",
    arguments: [
      "logit-lens", "prediction-depth",
    ])
  func partial(lens id: String) throws {
    let lens = try LensCatalog.lens(id)
    var (fractions, partials): ([Double], [Reading]) = ([], [])
    let whole = try lens.run(
      bench(
        lens, evaluator: fixture.evaluator, progress: { fractions.append($0) },
        partial: { partials.append($0) }))
    let count = fixture.trace.records.count
    #expect(fractions == (1...count).map { Double($0) / Double(count) })
    #expect(partials.count == count - 1)
    #expect(partials.allSatisfy { $0.kind == whole.kind })
  }

  @Test("a lens that is no longer wanted stops")
  func cancellation() throws {
    defer { fixture.evaluator.isCancelled = { false } }
    fixture.evaluator.isCancelled = { true }
    for id in ["logit-lens", "prediction-depth", "attention-head"] {
      #expect(throws: CancellationError.self) { try fixture.read(id) }
    }
  }

  // MARK: Heads

  @Test("a head is called by the most that it does, and a sink only when it does nothing else")
  func names() {
    func name(_ previous: Float, _ induction: Float, _ sink: Float) -> HeadKind? {
      HeadKind.name(
        of: 1, means: [.previous: [9, previous], .induction: [9, induction], .sink: [9, sink]])
    }
    #expect(name(0.5, 0.6, 0.9) == .induction)
    #expect(name(0.5, 0.45, 0.9) == .previous)
    #expect(name(0.3, 0.3, 0.4) == .sink)
    #expect(name(0.39, 0.1, 0.39) == nil)
    #expect(HeadKind.name(of: 0, means: [:]) == nil)
  }

  @Test("the glance shows the most that a head does of anything but resting")
  func strongest() throws {
    let strongest = try grid(fixture.read("attention"))
    let kinds = try HeadKind.allCases.map {
      ($0, try grid(fixture.read("attention", ["score": $0.rawValue])))
    }
    for place in strongest.values.indices {
      let working = kinds.filter { $0.0 != .sink }.map { $0.1.values[place] }
      #expect(strongest.values[place] == working.max())
      let name = HeadKind.name(
        of: place, means: Dictionary(uniqueKeysWithValues: kinds.map { ($0.0, $0.1.values) }))
      #expect(strongest.texts?[place] == name?.rawValue ?? "")
    }
  }

  @Test("a text in which nothing occurs twice has no value for induction, and a short one for none")
  func noRepeats() throws {
    let trace = try fixture.evaluator.model.evaluated([1, 2, 3, 4], probe: .attention)
    let lens = try LensCatalog.lens("attention")
    for (score, isKnown) in [("induction", false), ("duplicate", false), ("previous", true)] {
      let grid = try grid(
        lens.run(bench(lens, ["score": score], trace: trace, evaluator: nil)))
      #expect(grid.values.allSatisfy { $0.isNaN != isKnown }, "\(score)")
    }
    let short = try fixture.evaluator.model.evaluated([1, 2], probe: .attention)
    let none = try grid(lens.run(bench(lens, trace: short, evaluator: nil)))
    #expect(none.values.allSatisfy { $0.isNaN })
    #expect(none.text(row: 0, column: 0) == nil)
  }
}

extension Model {
  /// A trace of its own, from an evaluator that knows nothing.
  fileprivate func evaluated(_ ids: [TokenID], probe: Probe = []) throws -> Trace {
    try Evaluator(model: self, threads: 1).evaluate(ids, probe: probe)
  }
}
