import Foundation
import Inference
import Testing
import TestSupport
import Tokenization

@testable import Lenses

@Suite("The reading of the next byte")
struct ByteReadingTests {
  let fixture: LensFixture
  let desk: ByteDesk
  init() throws {
    fixture = try LensFixture()
    desk = ByteDesk(fixture.evaluator, leastShare: 0)
  }

  @Test("it holds both distributions whole, and the tokens behind each byte")
  func whole() throws {
    let text = Array("the caf\u{e9} and".utf8)
    let covers = ByteCovers(
      rule: CanonicalRule(fixture.model.tokenizer), source: ModelSource(fixture.evaluator))
    try desk.begin(text)
    try covers.begin(text)
    for offset in 0...text.count {
      let reading = try desk.reading(at: offset)
      let (exact, naive) = (try covers.canonical(at: offset), try covers.naive(at: offset))
      #expect(reading.rows.count == 257)
      #expect(abs(reading.rows.reduce(0) { $0 + $1.exact } - 1) < 1e-9)
      #expect(abs(reading.rows.reduce(0) { $0 + $1.naive } - 1) < 1e-9)
      #expect(zip(reading.rows, reading.rows.dropFirst()).allSatisfy { $0.exact >= $1.exact })
      for row in reading.rows {
        switch row.outcome {
        case .end: #expect(abs(row.exact - exact.end) < 1e-6)
        case .byte(let byte):
          #expect(abs(row.exact - exact.probabilities[Int(byte)]) < 1e-6)
          #expect(abs(row.naive - naive.probabilities[Int(byte)]) < 1e-6)
          #expect(row.branches.allSatisfy { reading.covers.indices.contains($0.cover) })
        }
      }
    }
  }

  @Test("each completion is the likeliest byte after the other, whole characters all")
  func completions() throws {
    let text = Array("the caf\u{e9} and".utf8)
    try desk.begin(text)
    for offset in [0, 4, 8, text.count] {
      var reading = try desk.reading(at: offset)
      var steps = 0
      while let longer = try desk.extended(reading) {
        reading = longer
        steps += 1
      }
      #expect(steps < 20 && !reading.completions.isEmpty && reading.completions.count <= 3)
      let firsts = reading.rows.compactMap { row in
        if case .byte(let byte) = row.outcome { (byte, row.exact) } else { nil }
      }
      for (completion, first) in zip(reading.completions, firsts) {
        #expect(completion.bytes.first == first.0)
        let fresh = ByteDesk(fixture.evaluator, leastShare: 0)
        var given = Array(text[..<offset])
        var probability = 1.0
        for (index, byte) in completion.bytes.enumerated() {
          try fresh.begin(given)
          let next = try fresh.covers.canonical(at: given.count)
          let own = next.probabilities[Int(byte)]
          if index > 0 { #expect(own >= (next.probabilities.max() ?? 0) - 1e-6) }
          probability *= own
          given.append(byte)
        }
        #expect(abs(probability - completion.probability) < 1e-6)
      }
      for (byte, rest) in reading.rests where byte < 0x80 { #expect(rest.isEmpty) }
    }
  }

  @Test("a full tree of sequences is begun anew")
  func room() throws {
    try desk.begin(Array("the cat".utf8))
    var calls = 0
    let value = try desk.withRoom(desk.covers) {
      calls += 1
      if calls == 1 { throw EvaluationFault.tooManyBranches(tokens: 9, capacity: 8) }
      return try desk.covers.canonical(at: 5).offset
    }
    #expect(value == 5 && calls == 2)
    #expect(desk.covers.text == Array("the cat".utf8))
  }
}
