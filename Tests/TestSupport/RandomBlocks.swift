public import Inference
public import ModelFiles

/// Blocks of random bits whose scales are moderate.
public enum RandomBlocks {
  /// Where the halves of a block stand that scale it.
  private static func halves(_ type: BlockType) -> [Int] {
    switch type {
    case .q4_1, .q5_1, .q4_K, .q5_K: [0, 2]
    case .q2_K: [80, 82]
    case .q3_K: [108]
    case .q6_K: [208]
    default: [0]
    }
  }

  /// Blocks of a quantised type that hold `elements` numbers, of about `size` at most.
  public static func bytes(
    _ type: BlockType, elements: Int, size: Double, using generator: inout SeededGenerator
  ) -> [UInt8] {
    var out: [UInt8] = []
    for _ in 0..<elements / type.blockSize {
      var block = (0..<type.blockBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
      func set(_ value: Float16) {
        for half in halves(type) {
          block[half] = UInt8(value.bitPattern & 255)
          block[half + 1] = UInt8(value.bitPattern >> 8)
        }
      }
      set(1)
      let most = block.withUnsafeBytes { type.floats($0) }.reduce(0) { max($0, abs($1)) }
      set(Float16(size / Double(max(most, 1))))
      out += block
    }
    return out
  }
}
