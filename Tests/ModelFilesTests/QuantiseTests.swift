import Foundation
import Inference
import TestSupport
import Testing

@testable import ModelFiles

@Suite("Rounding to block types")
struct QuantiseTests {
  /// Types that `gguf` can write.
  static let referenced: [BlockType] = [.f16, .bf16, .q4_0, .q4_1, .q5_0, .q5_1, .q8_0]
  /// Types whose scales are searched.
  static let searched: [BlockType] = [.q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_NL, .iq4_XS]

  /// Numbers like weights, evenly spread ones, some with outliers, and awkward blocks.
  private static let numbers: [Float] = {
    var generator = SeededGenerator(seed: 31)
    func normal() -> Float {
      let radius = (-2 * log(1 - generator.nextUnit())).squareRoot()
      return Float(radius * cos(2 * Double.pi * generator.nextUnit()))
    }
    var numbers = (0..<256 * 24).map { _ in normal() * 0.02 }
    numbers += (0..<256 * 8).map { _ in Float(generator.nextUnit() * 2 - 1) }
    numbers += (0..<256 * 8).map { _ in
      let x = normal()
      return x * x * x
    }
    numbers += [Float](repeating: 0, count: 256)
    numbers += [Float](repeating: 0.7, count: 256)
    numbers += [Float](repeating: -0.7, count: 256)
    numbers += (0..<256).map { $0 == 77 ? 3 : 0.001 }
    numbers += (0..<256).map { Float($0) }
    numbers += (0..<256).map { $0 / 32 == 3 ? 0 : Float($0 % 7) - 3 }
    return numbers
  }()

  private func floats(_ blocks: [UInt8], _ type: BlockType) -> [Float] {
    blocks.withUnsafeBytes { type.floats($0) }
  }

  @Test("blocks are those of the reference, bit for bit", arguments: referenced)
  func reference(type: BlockType) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(BlockType.f32.blocks(of: Self.numbers), to: "numbers")
    let expected = try ReferencePython.run("Tests/Setup/reference_quantised.py", [path, type.name])
    #expect(type.blocks(of: Self.numbers) == Array(expected))
  }

  /// How far the numbers of a block may be off, as a share of the greatest in size; by the mean
  /// square for types whose scales are searched.
  ///
  /// Half a step, or a whole one where the greatest number of one sign has no code, and the same of
  /// the rounding of the scale: for types with minimums 1/L + 1.5/S with L levels and S scales.
  static func bound(_ type: BlockType) -> Float {
    switch type {
    case .f32: 0
    case .f16: 1 / 2048
    case .bf16: 1 / 256
    case .q4_0: 1 / 8 + 0.001
    case .q4_1: 1 / 15 + 0.001
    case .q5_0: 1 / 16 + 0.001
    case .q5_1: 1 / 31 + 0.001
    case .q8_0: 0.5 / 127 + 0.001
    case .q8_K: 0.5 / 127 + 0.001
    case .q2_K: 1 / 3 + 1.5 / 15 + 0.001
    case .q3_K: 1 / 4 + 1 / 64 + 0.001
    case .q4_K: 1 / 15 + 1.5 / 63 + 0.001
    case .q5_K: 1 / 31 + 1.5 / 63 + 0.001
    case .q6_K: 1 / 32 + 1 / 256 + 0.001
    case .iq4_NL: 14 / 127 + 0.001
    case .iq4_XS: 14 / 127 + 1 / 64 + 0.001
    }
  }

  @Test("the error stays within the type's bound", arguments: BlockType.allCases)
  func bounds(type: BlockType) {
    let stored = floats(type.blocks(of: Self.numbers), type)
    #expect(stored.count == Self.numbers.count)
    for start in stride(from: 0, to: Self.numbers.count, by: type.blockSize) {
      let range = start..<start + type.blockSize
      let most = range.reduce(0) { max($0, abs(Self.numbers[$1])) }
      let errors = range.map { abs(stored[$0] - Self.numbers[$0]) }
      let error =
        Self.searched.contains(type)
        ? (errors.reduce(0) { $0 + $1 * $1 } / Float(errors.count)).squareRoot()
        : errors.max() ?? 0
      // The least step of a half, where a number or a scale is one.
      let least: Float = [.f32, .bf16].contains(type) ? 0 : 0x1p-24 * Float(type == .f16 ? 1 : 128)
      #expect(error <= Self.bound(type) * most + least, "\(type.name), block at \(start)")
    }
  }

  /// What plain rounding makes of a block: each part from its least number to its greatest, scales
  /// and minimums rounded likewise.
  private func plain(_ x: ArraySlice<Float>, _ type: BlockType) -> [Float] {
    let levels = SplitBlock.levels.map(Float.init)
    let run = [.q2_K, .q3_K, .q6_K].contains(type) ? 16 : 32
    let parts = stride(from: x.startIndex, to: x.endIndex, by: run).map { Array(x[$0..<$0 + run]) }
    func half(_ x: Float) -> Float { Float(Float16(x)) }
    func signed(_ lowest: Float, _ codes: ClosedRange<Float>, _ value: (Float) -> Float) -> [Float]
    {
      let scales = parts.map { part in
        part.reduce(Float(0)) { abs($1) > abs($0) ? $1 : $0 } / lowest
      }
      let greatest = scales.reduce(Float(0)) { abs($1) > abs($0) ? $1 : $0 }
      let unit = half(greatest / codes.lowerBound)
      return zip(parts, scales).flatMap { part, scale in
        let code =
          greatest == 0 ? 0 : (scale * (codes.lowerBound / greatest)).rounded(.toNearestOrEven)
        let step = unit * min(max(code, codes.lowerBound), codes.upperBound)
        return part.map { step == 0 ? 0 : step * value($0 / step) }
      }
    }
    func shifted(_ top: Float, _ codes: Float) -> [Float] {
      let lows = parts.map { -min(0, $0.min() ?? 0) }
      let scales = zip(parts, lows).map { (($0.max() ?? 0) + $1) / top }
      let (highest, deepest) = (scales.max() ?? 0, lows.max() ?? 0)
      let (unit, depth) = (half(highest / codes), half(deepest / codes))
      return parts.indices.flatMap { part in
        let step =
          highest == 0 ? 0 : unit * (scales[part] * (codes / highest)).rounded(.toNearestOrEven)
        let low =
          deepest == 0 ? 0 : depth * (lows[part] * (codes / deepest)).rounded(.toNearestOrEven)
        return parts[part].map { x in
          let code = step == 0 ? 0 : min(max(((x + low) / step).rounded(.toNearestOrEven), 0), top)
          return step * code - low
        }
      }
    }
    func whole(_ range: ClosedRange<Float>) -> (Float) -> Float {
      { min(max($0.rounded(.toNearestOrEven), range.lowerBound), range.upperBound) }
    }
    let nearest = { (x: Float) in levels.min { abs($0 - x) < abs($1 - x) } ?? 0 }
    return switch type {
    case .q2_K: shifted(3, 15)
    case .q4_K: shifted(15, 63)
    case .q5_K: shifted(31, 63)
    case .q3_K: signed(-4, -32...31, whole(-4...3))
    case .q6_K: signed(-32, -128...127, whole(-32...31))
    case .iq4_XS: signed(-127, -32...31, nearest)
    default: signed(-127, 1...1, nearest)
    }
  }

  @Test(
    "a searched block is never further from its numbers than a plainly rounded one",
    arguments: searched)
  func neverWorse(type: BlockType) {
    let stored = floats(type.blocks(of: Self.numbers), type)
    var (ours, theirs) = (0.0, 0.0)
    for start in stride(from: 0, to: Self.numbers.count, by: type.blockSize) {
      let range = start..<start + type.blockSize
      func error(_ values: some Sequence<Float>) -> Double {
        zip(values, Self.numbers[range]).reduce(0) {
          $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
        }
      }
      let (mine, other) = (error(stored[range]), error(plain(Self.numbers[range], type)))
      #expect(mine <= other * 1.0001 + 1e-12, "\(type.name), block at \(start)")
      ours += mine
      theirs += other
    }
    #expect(ours < theirs, "the search finds something")
  }

  @Test(
    "rounding what was rounded changes nothing",
    arguments: [.f32, .q8_0] + referenced.filter { $0 != .q8_0 })
  func idempotent(type: BlockType) {
    let once = type.blocks(of: Self.numbers)
    #expect(type.blocks(of: floats(once, type)) == once)
  }

  @Test("numbers that are not finite or too large stop nothing", arguments: BlockType.allCases)
  func hostile(type: BlockType) {
    var generator = SeededGenerator(seed: 8)
    let awkward: [Float] = [
      .nan, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -1e30, 0, -0.0,
    ]
    for round in 0..<64 {
      var x = (0..<512).map { _ in Float(generator.nextUnit() - 0.5) }
      for _ in 0..<(round % 9) * 20 {
        x[Int.random(in: 0..<512, using: &generator)] =
          awkward[Int.random(in: 0..<awkward.count, using: &generator)]
      }
      #expect(type.blocks(of: x).count == 512 / type.blockSize * type.blockBytes)
    }
    #expect(type.blocks(of: []).isEmpty)
    #expect(
      type.blocks(of: [Float](repeating: 1, count: 300)).count == 300 / type.blockSize
        * type.blockBytes)
  }

  @Test("rows that are no whole blocks get a type of smaller blocks and as many bits")
  func fitting() {
    for type in BlockType.allCases where type != .q8_K {
      #expect(type.fitting(columns: 512) == type)
      let narrow = type.fitting(columns: 96)
      #expect(96 % narrow.blockSize == 0)
      #expect(narrow.blockBytes * type.blockSize >= type.blockBytes * narrow.blockSize)
      #expect(33 % type.fitting(columns: 33).blockSize == 0)
    }
    #expect(BlockType.q4_K.fitting(columns: 576) == .q5_0)
    #expect(BlockType.q8_K.fitting(columns: 576) == .q8_0)
  }
}
