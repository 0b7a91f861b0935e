import CKernels
import Foundation
import Testing

@Suite("Kernels of attention", .serialized)
struct AttentionKernelTests {
  /// Rows of keys or values: floats, or integers with the floats they stand for.
  private struct Rows {
    let stride: Int
    private(set) var floats: [Float]
    private var integers: [Int16]
    private var scales: [Float] = []

    init(count: Int, width: Int, keepsIntegers: Bool) {
      stride = width + 5
      floats = noise(count * stride, seed: 2)
      integers = [Int16](repeating: 0, count: count * stride)
      for row in 0..<count where keepsIntegers {
        let columns = row * stride..<row * stride + width
        // Rows of very different sizes.
        var x = floats[columns].map { $0 * powf(3, Float(row % 7 - 3)) }
        var q = [Int16](repeating: 0, count: width)
        scales.append(ck_round_i16(&x, Int32(width), &q))
        floats.replaceSubrange(columns, with: x)
        integers.replaceSubrange(columns, with: q)
      }
    }

    /// The rows from one on, as integers where they are kept and not asked for as floats.
    func with(
      from row: Int = 0, asFloats: Bool = false, _ body: (ck_rows) -> Void
    ) {
      guard !asFloats, !scales.isEmpty else {
        return floats[(row * stride)...].withUnsafeBufferPointer {
          body(ck_rows(first: $0.baseAddress, stride: stride, scales: nil))
        }
      }
      integers[(row * stride)...].withUnsafeBufferPointer { integers in
        scales[row...].withUnsafeBufferPointer {
          body(ck_rows(first: integers.baseAddress, stride: stride, scales: $0.baseAddress))
        }
      }
    }
  }

  private static let widths = [8, 24, 64, 67]
  private static let kinds = [(false, false), (true, false), (false, true), (true, true)]
  private static let (length, heads) = (75, 3)
  /// Floats from one head's weights to the next one's.
  private static let rowStride = length + 2
  private static let slots = (0..<Int32(length)).map { $0 * 7 % Int32(length) }

  /// Whether two numbers are the same but for the rounding of a sum of `size`.
  private func isClose(_ found: Float, _ exact: Double, size: Double) -> Bool {
    abs(Double(found) - exact) < 1e-6 * max(1, size)
  }

  @Test(
    "scores agree with f64, integers give the bits of the floats they are, and so does each alone",
    arguments: widths, kinds)
  func scores(width: Int, kind: (scattered: Bool, keepsIntegers: Bool)) {
    let (length, heads, rowStride) = (Self.length, Self.heads, Self.rowStride)
    let queries = noise(heads * width, seed: 1)
    let place = { (index: Int) in kind.scattered ? Int(Self.slots[index]) : index }
    withEveryKernel { name in
      let keys = Rows(count: length, width: width, keepsIntegers: kind.keepsIntegers)
      func scores(asFloats: Bool) -> [Float] {
        var scores = [Float](repeating: .nan, count: heads * rowStride)
        keys.with(asFloats: asFloats) {
          ck_attention_scores(
            queries, Int32(heads), $0, kind.scattered ? Self.slots : nil, Int32(length),
            Int32(width), 0.25, &scores, rowStride)
        }
        return scores
      }
      let found = scores(asFloats: false)
      for (one, other) in zip(found, scores(asFloats: true)) {
        #expect(one == other || one.isNaN && other.isNaN, "\(name)")
      }
      for head in 0..<heads {
        for index in 0..<length {
          let products = (0..<width).map {
            Double(queries[head * width + $0])
              * Double(keys.floats[place(index) * keys.stride + $0])
          }
          #expect(
            isClose(
              found[head * rowStride + index], products.reduce(0, +) * 0.25,
              size: products.reduce(0) { $0 + abs($1) }), "\(name)")
        }
        // Nothing is written beyond.
        #expect(found[head * rowStride + length].isNaN, "\(name)")
        #expect(found[head * rowStride + length + 1].isNaN, "\(name)")
      }
      var alone: Float = 0
      for index in [0, 1, 2, 3, length - 1] {
        keys.with(from: place(index)) {
          ck_attention_scores(queries, 1, $0, nil, 1, Int32(width), 0.25, &alone, 1)
        }
        #expect(alone.bitPattern == found[index].bitPattern, "\(name)")
      }
    }
    ck_use_kernels(nil)
  }

  @Test(
    "sums of values agree with f64, integers give the bits of the floats they are, and so do pieces",
    arguments: widths, kinds)
  func values(width: Int, kind: (scattered: Bool, keepsIntegers: Bool)) {
    let (length, heads, rowStride) = (Self.length, Self.heads, Self.rowStride)
    let weights = noise(heads * rowStride, seed: 4)
    let before = noise(heads * width, seed: 5)
    let place = { (index: Int) in kind.scattered ? Int(Self.slots[index]) : index }
    withEveryKernel { name in
      let values = Rows(count: length, width: width, keepsIntegers: kind.keepsIntegers)
      func sums(asFloats: Bool) -> [Float] {
        var out = before
        values.with(asFloats: asFloats) {
          ck_attention_values(
            weights, rowStride, Int32(heads), $0, kind.scattered ? Self.slots : nil, Int32(length),
            Int32(width), &out)
        }
        return out
      }
      let found = sums(asFloats: false)
      #expect(found == sums(asFloats: true), "\(name)")
      for head in 0..<heads {
        for column in 0..<width {
          let products = (0..<length).map {
            Double(weights[head * rowStride + $0])
              * Double(values.floats[place($0) * values.stride + column])
          }
          let start = Double(before[head * width + column])
          #expect(
            isClose(
              found[head * width + column], products.reduce(start, +),
              size: products.reduce(0) { $0 + abs($1) }), "\(name)")
        }
      }
      guard !kind.scattered else { return }
      var pieces = before
      for start in stride(from: 0, to: length, by: 10) {
        values.with(from: start) {
          ck_attention_values(
            Array(weights[start...]), rowStride, 1, $0, nil, Int32(min(10, length - start)),
            Int32(width), &pieces)
        }
      }
      #expect(pieces.prefix(width) == found.prefix(width), "\(name)")
    }
    ck_use_kernels(nil)
  }

  @Test("floats are rounded to 16 bits, times a power of two that the largest of them needs")
  func rounding() {
    withEveryKernel { name in
      let least = Float.leastNonzeroMagnitude
      for (count, size) in [(64, 1), (67, 3e-20), (5, 7e30), (8, 0), (1, 700 * least)] {
        let before = noise(count, seed: UInt64(count)).map { $0 * size }
        var x = before
        var q = [Int16](repeating: 77, count: count + 1)
        let scale = ck_round_i16(&x, Int32(count), &q)
        #expect(scale.significand == 1 && scale.isNormal, "\(name)")
        let most = before.reduce(0) { max($0, abs($1)) }
        #expect(scale <= max(most / 16384, .leastNormalMagnitude) || most == 0, "\(name)")
        for index in 0..<count {
          #expect(x[index] == Float(q[index]) * scale, "\(name)")
          // Half a unit, or a whole one where the largest would become 32,768.
          let error = abs(x[index] - before[index])
          #expect(error <= (q[index] == 32767 ? scale : scale / 2), "\(name)")
        }
        #expect(q[count] == 77, "\(name)")
        let rounded = x
        _ = ck_round_i16(&x, Int32(count), &q)
        #expect(x == rounded, "\(name)")
      }
      for broken in [Float.nan, .infinity, -.infinity] {
        for place in [0, 9, 36] {
          var x = noise(37, seed: 3)
          x[place] = broken
          var q = [Int16](repeating: 0, count: 37)
          let scale = ck_round_i16(&x, 37, &q)
          #expect(scale.isNaN, "\(name)")
          #expect(x.allSatisfy { $0.isNaN }, "\(name)")
        }
      }
    }
    ck_use_kernels(nil)
  }
}
