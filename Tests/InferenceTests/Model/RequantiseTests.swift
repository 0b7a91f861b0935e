import Foundation
import ModelFiles
import TestSupport
import Testing
import Tokenization

@testable import Inference

@Suite("Weights rounded in memory")
struct RequantiseTests {
  private let ids: [TokenID] = [72, 101, 108, 108, 111, 32, 72, 101, 108, 7, 250]

  private func evaluator(
    _ tiny: TinyModel, to type: BlockType?, precision: Precision = .f32
  ) throws -> Evaluator {
    let folder = try TemporaryFolder()
    let model = try Model.load(
      path: tiny.write(to: folder), name: "tiny", precision: precision, requantise: type, threads: 2
    )
    return try Evaluator(model: model, threads: 2)
  }

  @Test(
    "a model rounded in memory says what one stored in that type says",
    arguments: BlockType.allCases)
  func equalsStored(type: BlockType) throws {
    // The widths are whole blocks of every type.
    let wide = TinyModel(seed: 4, type: .q8_K)
    let stored = TinyModel(seed: 4, type: type)
    guard type.blockSize > 32 else {
      let plain = TinyModel(seed: 4, type: .f32)
      let rounded = try evaluator(plain, to: type).evaluate(ids)
      let expected = try evaluator(stored, to: nil).evaluate(ids)
      #expect(rounded.records.map(\.hidden) == expected.records.map(\.hidden))
      return
    }
    // What is already rounded to another type is rounded from there.
    let rounded = try evaluator(wide, to: type).evaluate(ids)
    var copy = wide
    copy.restore(as: type)
    let expected = try evaluator(copy, to: nil).evaluate(ids)
    #expect(rounded.records.map(\.hidden) == expected.records.map(\.hidden))
  }

  @Test("16-bit activations agree with f32 on rounded weights too")
  func integers() throws {
    let tiny = TinyModel(seed: 5)
    for type in [BlockType.q4_0, .q2_K, .iq4_NL] {
      let a = try evaluator(tiny, to: type).evaluate(ids)
      let b = try evaluator(tiny, to: type, precision: .i16).evaluate(ids)
      for (x, y) in zip(a.records, b.records) {
        #expect(abs((x.logProbability ?? 0) - (y.logProbability ?? 0)) < 3e-3)
      }
    }
  }

  @Test("numbers that the type cannot hold are refused by the name of their tensor")
  func refusal() throws {
    for spoiled in [Float.nan, .infinity, 1e6] {
      var tiny = TinyModel(seed: 6)
      tiny.spoil("blk.1.ffn_up.weight", with: spoiled)
      let fault = #expect(throws: FileFault.self) { _ = try evaluator(tiny, to: .q4_0) }
      #expect(fault?.what.contains("blk.1.ffn_up.weight") == true)
    }
  }
}
