import CKernels
import Foundation
import Inference
import ModelFiles
import TestSupport
import Testing

/// Runs `body` with every kind of kernels that this machine can run.
///
/// The choice is the thread's own, so other tests go on undisturbed.
func withEveryKernel(_ body: (String) throws -> Void) rethrows {
  for name in ["portable", "avx2", "vnni"] where ck_use_kernels(name) != 0 {
    #expect(String(cString: ck_kernels_name()) == name)
    try body(name)
  }
}

/// Seeded numbers between -1 and 1.
func noise(_ count: Int, seed: UInt64) -> [Float] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in Float(generator.nextUnit() * 2 - 1) }
}

@Suite("Kernels", .serialized)
struct KernelTests {
  static let types: [Int32] = [2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 20, 23]

  @Test(
    "packed products agree with dequantised ones to the precision of 16-bit activations",
    arguments: types, [1, 2, 3, 4, 5, 11, 23])
  func packedProducts(type: Int32, tokens: Int) throws {
    let stored = try #require(BlockType(rawValue: UInt32(type)))
    let (rows, columns) = (37, max(96, 2 * stored.blockSize))
    var generator = SeededGenerator(seed: UInt64(type) + 7)
    let weights = RandomBlocks.bytes(
      stored, elements: rows * columns, size: 0.5, using: &generator)
    #expect(ck_is_packed(type) != 0)
    let rowBytes = weights.count / rows
    let x = noise(tokens * columns, seed: UInt64(tokens))
    var dense = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      weights.withUnsafeBytes { bytes in
        dense.withUnsafeMutableBufferPointer {
          ck_dequantise(
            type, bytes.baseAddress.map { $0 + row * rowBytes }, Int32(columns),
            $0.baseAddress.map { $0 + row * columns })
        }
      }
    }
    withEveryKernel { name in
      let panels = (rows + Int(CK_PANEL) - 1) / Int(CK_PANEL)
      let panelBytes = ck_panel_bytes(type, Int32(columns))
      // Memory need not be clean.
      var packed = [UInt8](repeating: 0xA5, count: panels * panelBytes)
      for panel in 0..<panels {
        packed.withUnsafeMutableBufferPointer {
          ck_pack_panel(
            type, weights, rowBytes, Int32(rows), Int32(panel), Int32(columns),
            $0.baseAddress.map { $0 + panel * panelBytes })
        }
      }
      var q = [Int16](repeating: 0, count: x.count)
      var scales = [Float](repeating: 0, count: x.count / 32)
      var sums = [Float](repeating: 0, count: x.count / 16)
      ck_quantise_i16(x, Int32(x.count), &q, &scales, &sums)
      for row in 0..<rows {
        var floats = [Float](repeating: .nan, count: columns)
        ck_panel_row(type, packed, Int32(row), Int32(columns), &floats)
        let expected = dense[row * columns..<(row + 1) * columns]
        #expect(
          floats.map(\.bitPattern) == expected.map(\.bitPattern),
          "\(name), type \(type), row \(row)")
      }
      let stride = rows + 3
      var y = [Float](repeating: .nan, count: tokens * stride)
      ck_panels_i16(
        type, packed, 0, Int32(panels), Int32(rows), Int32(columns), q, scales, sums,
        Int32(tokens), &y, stride)
      for token in 0..<tokens {
        for row in 0..<rows {
          var sum = 0.0
          var size = 0.0
          for column in 0..<columns {
            let product =
              Double(dense[row * columns + column]) * Double(x[token * columns + column])
            sum += product
            size += abs(product)
          }
          #expect(
            abs(Double(y[token * stride + row]) - sum) <= 1e-4 * size + 1e-6,
            "\(name), type \(type), row \(row), token \(token)")
        }
        for column in rows..<stride {
          #expect(y[token * stride + column].isNaN, "nothing is written beyond the rows")
        }
      }
    }
    ck_use_kernels(nil)
  }

  @Test(
    "a row as floats is what the file's formulas give, bit for bit", arguments: BlockType.allCases)
  func dequantised(type: BlockType) {
    var generator = SeededGenerator(seed: UInt64(type.rawValue) + 40)
    let elements = 2048
    let bytes = (0..<elements / type.blockSize * type.blockBytes).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
    let expected = bytes.withUnsafeBytes { type.floats($0) }
    var floats = [Float](repeating: 0, count: elements)
    ck_dequantise(Int32(type.rawValue), bytes, Int32(elements), &floats)
    #expect(expected.count == elements)
    let different = floats.indices.filter {
      floats[$0].bitPattern != expected[$0].bitPattern && !(floats[$0].isNaN && expected[$0].isNaN)
    }
    #expect(different.isEmpty, "\(type.name): \(different.prefix(4))")
  }

  @Test("16-bit activations keep each value within half a step, and their sums exactly")
  func quantisation() {
    let x = noise(32 * 7, seed: 3) + [Float](repeating: 0, count: 32)
    withEveryKernel { name in
      var q = [Int16](repeating: 1, count: x.count)
      var scales = [Float](repeating: 1, count: x.count / 32)
      var sums = [Float](repeating: 1, count: x.count / 16)
      ck_quantise_i16(x, Int32(x.count), &q, &scales, &sums)
      for index in x.indices {
        let scale = scales[index / 32]
        // The second and the third of every four have changed places.
        let place = index - index % 4 + [0, 2, 1, 3][index % 4]
        #expect(abs(Float(q[place]) * scale - x[index]) <= scale * 0.501, "\(name) at \(index)")
      }
      for block in scales.indices {
        let sum = q[block * 32..<block * 32 + 32].reduce(0) { $0 + Int($1) }
        let first = q[block * 32..<block * 32 + 16].reduce(0) { $0 + Int($1) }
        #expect(sums[2 * block] == Float(sum) * scales[block])
        #expect(sums[2 * block + 1] == Float(first) * scales[block])
      }
    }
    ck_use_kernels(nil)
  }

  @Test("AVX2 and AVX-512 kernels give the same bits", arguments: types)
  func sameBits(type: Int32) throws {
    let stored = try #require(BlockType(rawValue: UInt32(type)))
    let (rows, columns, tokens) = (48, 512, 7)
    var generator = SeededGenerator(seed: UInt64(type) + 70)
    let weights = RandomBlocks.bytes(
      stored, elements: rows * columns, size: 0.5, using: &generator)
    let x = noise(tokens * columns, seed: 71)
    var results: [[UInt32]] = []
    for name in ["avx2", "vnni"] where ck_use_kernels(name) != 0 {
      let panelBytes = ck_panel_bytes(type, Int32(columns))
      var packed = [UInt8](repeating: 0, count: rows / Int(CK_PANEL) * panelBytes)
      for panel in 0..<rows / Int(CK_PANEL) {
        packed.withUnsafeMutableBufferPointer {
          ck_pack_panel(
            type, weights, weights.count / rows, Int32(rows), Int32(panel), Int32(columns),
            $0.baseAddress.map { $0 + panel * panelBytes })
        }
      }
      var q = [Int16](repeating: 0, count: x.count)
      var scales = [Float](repeating: 0, count: x.count / 32)
      var sums = [Float](repeating: 0, count: x.count / 16)
      ck_quantise_i16(x, Int32(x.count), &q, &scales, &sums)
      var y = [Float](repeating: 0, count: tokens * rows)
      ck_panels_i16(
        type, packed, 0, Int32(rows / Int(CK_PANEL)), Int32(rows), Int32(columns), q, scales, sums,
        Int32(tokens), &y, rows)
      results.append(y.map(\.bitPattern))
    }
    ck_use_kernels(nil)
    for other in results.dropFirst() { #expect(other == results[0]) }
  }

  @Test("softmax, silu, log-sum-exp and entropy agree with f64", arguments: [1, 7, 8, 9, 1500])
  func transcendentals(count: Int) {
    let x = noise(count, seed: UInt64(count)).map { $0 * 30 }
    let up = noise(count, seed: 99)
    let best = Double(x.max() ?? 0)
    let weights = x.map { exp(Double($0) - best) }
    let sum = weights.reduce(0, +)
    withEveryKernel { name in
      var soft = x
      ck_softmax(&soft, Int32(count))
      for (index, weight) in weights.enumerated() {
        // The difference to the maximum is rounded to a float before the exponential.
        let relative = 1e-6 + 6e-8 * (best - Double(x[index]))
        #expect(
          abs(Double(soft[index]) - weight / sum) <= relative * weight / sum + 1e-30, "\(name)")
      }
      // Beside numbers stand what is none, and what is too small to count.
      var probabilities = [Double](repeating: -1, count: count + 3)
      ck_probabilities(x + [.nan, -.infinity, -2000], Int32(count + 3), &probabilities)
      for (probability, weight) in zip(probabilities, weights + [0, 0, 0]) {
        #expect(abs(probability - weight / sum) <= 4e-15 * weight / sum + 1e-300, "\(name)")
      }
      var nothing = [Double](repeating: -1, count: 2)
      ck_probabilities([.nan, -.infinity], 2, &nothing)
      #expect(nothing == [0, 0])
      var gate = x
      ck_silu_product(&gate, up, Int32(count))
      for index in x.indices {
        let v = Double(x[index])
        let want = v / (1 + exp(-v)) * Double(up[index])
        #expect(abs(Double(gate[index]) - want) <= 1e-6 * abs(want) + 1e-30, "\(name)")
      }
      var logSumExp: Float = 0
      var entropy: Float = 0
      ck_log_sum_exp(x, Int32(count), &logSumExp, &entropy)
      #expect(abs(Double(logSumExp) - best - log(sum)) < 1e-5)
      let want = weights.reduce(0) { $1 > 0 ? $0 - $1 / sum * log($1 / sum) : $0 }
      #expect(abs(Double(entropy) - want) < 1e-5)
    }
    ck_use_kernels(nil)
  }

  @Test(
    "layer norms, the two kinds of GELU and soft capping agree with f64", arguments: [1, 7, 16, 90])
  func otherFunctions(count: Int) {
    let x = noise(count, seed: 21).map { $0 * 6 }
    let (weight, bias) = (noise(count, seed: 22), noise(count, seed: 23))
    let wide = x.map(Double.init)
    let mean = wide.reduce(0, +) / Double(count)
    let variance = wide.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    let tanhGELU = wide.map {
      0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
    }
    withEveryKernel { name in
      var normed = x
      ck_layernorm(x, weight, bias, 1e-5, Int32(count), &normed)
      var gated = x
      ck_gelu_tanh_product(&gated, weight, Int32(count))
      var alone = x
      ck_gelu_tanh_product(&alone, nil, Int32(count))
      var exact = x
      ck_gelu_erf(&exact, Int32(count))
      var capped = x
      ck_softcap(&capped, Int32(count), 3)
      for i in 0..<count {
        let norm = (wide[i] - mean) / (variance + 1e-5).squareRoot() * Double(weight[i])
        #expect(abs(Double(normed[i]) - norm - Double(bias[i])) < 1e-5, "\(name)")
        #expect(abs(Double(gated[i]) - tanhGELU[i] * Double(weight[i])) < 2e-6, "\(name)")
        #expect(abs(Double(alone[i]) - tanhGELU[i]) < 2e-6, "\(name)")
        #expect(
          abs(Double(exact[i]) - 0.5 * wide[i] * (1 + erf(wide[i] / 2.0.squareRoot()))) < 2e-6)
        #expect(abs(Double(capped[i]) - 3 * tanh(wide[i] / 3)) < 1e-6)
      }
    }
    ck_use_kernels(nil)
  }

  @Test("rotation keeps lengths and depends on the difference of positions alone")
  func rotation() {
    let frequencies = [1.0, 0.1, 0.01]
    func rotated(_ x: [Float], by position: Double) -> [Float] {
      var x = x
      let cosines = frequencies.map { Float(cos($0 * position)) }
      let sines = frequencies.map { Float(sin($0 * position)) }
      ck_rotate_pairs(&x, 1, 8, 6, cosines, sines)
      return x
    }
    func dot(_ a: [Float], _ b: [Float]) -> Float { ck_dot(a, b, 8) }
    let (q, k) = (noise(8, seed: 5), noise(8, seed: 6))
    #expect(abs(dot(rotated(q, by: 9), rotated(q, by: 9)) - dot(q, q)) < 1e-5)
    let near = dot(rotated(q, by: 3), rotated(k, by: 1))
    let far = dot(rotated(q, by: 43), rotated(k, by: 41))
    #expect(abs(near - far) < 1e-4)
    #expect(rotated(q, by: 7).suffix(2) == q.suffix(2))
  }
}
