import Inference
import ModelFiles

/// Stores floats as blocks, the simple way; what comes out is defined by the reader's formulas.
///
/// K and IQ4 types keep only the size of the floats: their blocks are random.
enum Quantise {
  static func bytes(_ values: [Float], as type: BlockType) -> [UInt8] {
    var out: [UInt8] = []
    switch type {
    case .f32: for value in values { out.append(little: value.bitPattern) }
    case .f16: for value in values { out.append(little: Float16(value).bitPattern) }
    case .bf16: for value in values { out.append(little: UInt16(value.bitPattern >> 16)) }
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0:
      for start in stride(from: 0, to: values.count, by: 32) {
        block(values[start..<start + 32], type, &out)
      }
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_NL, .iq4_XS:
      let size = values.reduce(0) { max($0, abs($1)) }
      var generator = SeededGenerator(seed: UInt64(type.rawValue) + UInt64(values.count))
      out = RandomBlocks.bytes(
        type, elements: values.count, size: Double(size), using: &generator)
    }
    return out
  }

  private static func block(_ values: ArraySlice<Float>, _ type: BlockType, _ out: inout [UInt8]) {
    let (bits, bias): (Int, Int) =
      switch type {
      case .q4_0: (4, 8)
      case .q4_1: (4, 0)
      case .q5_0: (5, 16)
      case .q5_1: (5, 0)
      default: (8, 0)
      }
    let most = values.reduce(0) { max($0, abs($1)) }
    let low = values.min() ?? 0
    let levels = Float((1 << bits) - 1)
    let hasMinimum = type == .q4_1 || type == .q5_1
    let scale: Float16 =
      hasMinimum
      ? Float16(((values.max() ?? 0) - low) / levels)
      : Float16(most / Float(type == .q8_0 ? 127 : (1 << (bits - 1)) - 1))
    out.append(little: scale.bitPattern)
    if hasMinimum { out.append(little: Float16(low).bitPattern) }
    let step = scale == 0 ? 1 : Float(scale)
    let codes = values.map { value -> Int in
      let shifted = hasMinimum ? (value - Float(Float16(low))) / step : value / step
      let code = Int(shifted.rounded()) + bias
      return type == .q8_0 ? max(-127, min(127, code)) : max(0, min(Int(levels), code))
    }
    if type == .q8_0 {
      out += codes.map { UInt8(bitPattern: Int8($0)) }
      return
    }
    if bits == 5 {
      var high: UInt32 = 0
      for (index, code) in codes.enumerated() { high |= UInt32(code >> 4 & 1) << UInt32(index) }
      out.append(little: high)
    }
    for index in 0..<16 { out.append(UInt8(codes[index] & 15 | (codes[index + 16] & 15) << 4)) }
  }
}
