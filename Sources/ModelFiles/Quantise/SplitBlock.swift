/// A block whose parts have scales of their own, taken apart: a value is
/// `scale × integer − minimum`.
///
/// The layouts are those of ggml's K and IQ4 types.
struct SplitBlock {
  /// One for each element.
  private var integers: [Int] = []
  /// One for each run of equally many elements.
  private var scales: [Float] = []
  /// One for each scale; none for types without.
  private var minimums: [Float] = []

  /// The levels that the four bits of IQ4 types mean.
  static let levels = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]

  /// Takes apart one block of a type that has such parts; of another type, nothing.
  init(_ block: UnsafeRawBufferPointer, type: BlockType) {
    func byte(_ offset: Int) -> Int { Int(block[offset]) }
    func half(_ offset: Int) -> Float {
      Float(Float16(bitPattern: UInt16(block[offset]) | UInt16(block[offset + 1]) << 8))
    }
    switch type {
    case .q2_K:
      let (scale, minimum) = (half(80), half(82))
      scales = (0..<16).map { scale * Float(byte($0) & 15) }
      minimums = (0..<16).map { minimum * Float(byte($0) >> 4) }
      integers = (0..<256).map { byte(16 + $0 / 128 * 32 + $0 % 32) >> ($0 % 128 / 32 * 2) & 3 }
    case .q3_K:
      let scale = half(108)
      scales = (0..<16).map { part in
        let low = byte(96 + part % 8) >> (part / 8 * 4) & 15
        let high = byte(104 + part % 4) >> (part / 4 * 2) & 3
        return scale * Float((low | high << 4) - 32)
      }
      integers = (0..<256).map { index in
        let low = byte(32 + index / 128 * 32 + index % 32) >> (index % 128 / 32 * 2) & 3
        return low - (byte(index % 32) >> (index / 32) & 1 == 1 ? 0 : 4)
      }
    case .q4_K, .q5_K:
      let (scale, minimum) = (half(0), half(2))
      for part in 0..<8 {
        let (low, high): (Int, Int)
        if part < 4 {
          (low, high) = (byte(4 + part) & 63, byte(8 + part) & 63)
        } else {
          low = byte(8 + part) & 15 | (byte(part) >> 6) << 4
          high = byte(8 + part) >> 4 | (byte(4 + part) >> 6) << 4
        }
        scales.append(scale * Float(low))
        minimums.append(minimum * Float(high))
      }
      let start = type == .q4_K ? 16 : 48
      integers = (0..<256).map { index in
        let low = byte(start + index / 64 * 32 + index % 32) >> (index % 64 / 32 * 4) & 15
        return type == .q4_K ? low : low | ((byte(16 + index % 32) >> (index / 32)) & 1) << 4
      }
    case .q6_K:
      let scale = half(208)
      scales = (0..<16).map { scale * Float(Int8(bitPattern: block[192 + $0])) }
      integers = (0..<256).map { index in
        let low = byte(index / 128 * 64 + index % 64) >> (index % 128 / 64 * 4) & 15
        let high = byte(128 + index / 128 * 32 + index % 32) >> (index % 128 / 32 * 2) & 3
        return (low | high << 4) - 32
      }
    case .iq4_NL:
      scales = [half(0)]
      integers = (0..<32).map { Self.levels[byte(2 + $0 % 16) >> ($0 / 16 * 4) & 15] }
    case .iq4_XS:
      let scale = half(0)
      let high = byte(2) | byte(3) << 8
      scales = (0..<8).map { part in
        let low = byte(4 + part / 2) >> (part % 2 * 4) & 15
        return scale * Float((low | ((high >> (2 * part)) & 3) << 4) - 32)
      }
      integers = (0..<256).map { index in
        Self.levels[byte(8 + index / 32 * 16 + index % 16) >> (index % 32 / 16 * 4) & 15]
      }
    case .f32, .f16, .bf16, .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .q8_K: break
    }
  }

  /// Appends the numbers that the block holds.
  func append(to out: inout [Float]) {
    guard !scales.isEmpty else { return }
    let run = integers.count / scales.count
    for (index, integer) in integers.enumerated() {
      let scaled = scales[index / run] * Float(integer)
      out.append(minimums.isEmpty ? scaled : scaled - minimums[index / run])
    }
  }
}
