/// Turns blocks into floats by the formulas of the GGUF block types, in plain Swift.
struct Dequantiser {
  let type: BlockType

  func floats(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    let blocks = bytes.count / type.blockBytes
    var out: [Float] = []
    out.reserveCapacity(blocks * type.blockSize)
    for block in 0..<blocks {
      let start = block * type.blockBytes
      append(
        UnsafeRawBufferPointer(rebasing: bytes[start..<start + type.blockBytes]), to: &out)
    }
    return out
  }

  private func half(_ block: UnsafeRawBufferPointer, _ offset: Int) -> Float {
    Float(Float16(bitPattern: UInt16(block[offset]) | UInt16(block[offset + 1]) << 8))
  }

  private func append(_ block: UnsafeRawBufferPointer, to out: inout [Float]) {
    switch type {
    case .f32:
      out.append(Float(bitPattern: UInt32(littleEndian: block.loadUnaligned(as: UInt32.self))))
    case .f16: out.append(half(block, 0))
    case .bf16: out.append(Float(bitPattern: UInt32(block[0]) << 16 | UInt32(block[1]) << 24))
    case .q4_0: nibbles(block, quants: 2, scale: half(block, 0), bias: 8, to: &out)
    case .q4_1:
      nibbles(block, quants: 4, scale: half(block, 0), minimum: half(block, 2), bias: 0, to: &out)
    case .q5_0:
      nibbles(
        block, high: 2, quants: 6, scale: half(block, 0), bias: 16, to: &out)
    case .q5_1:
      nibbles(
        block, high: 4, quants: 8, scale: half(block, 0), minimum: half(block, 2), bias: 0,
        to: &out)
    case .q8_0:
      let scale = half(block, 0)
      for index in 0..<32 { out.append(Float(Int8(bitPattern: block[2 + index])) * scale) }
    case .q8_K:
      let scale = Float(bitPattern: UInt32(littleEndian: block.loadUnaligned(as: UInt32.self)))
      for index in 0..<256 { out.append(scale * Float(Int8(bitPattern: block[4 + index]))) }
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_NL, .iq4_XS:
      SplitBlock(block, type: type).append(to: &out)
    }
  }

  /// 32 values: the low nibbles of 16 bytes, then the high ones, with a fifth bit from `high`.
  private func nibbles(
    _ block: UnsafeRawBufferPointer, high: Int? = nil, quants: Int, scale: Float,
    minimum: Float? = nil, bias: Int, to out: inout [Float]
  ) {
    for index in 0..<32 {
      let byte = block[quants + index % 16]
      var value = Int(index < 16 ? byte & 15 : byte >> 4)
      if let high { value |= Int(block[high + index / 8] >> UInt8(index % 8) & 1) << 4 }
      let scaled = Float(value - bias) * scale
      // Adding nothing is not the same as adding zero: it would lose the sign of a zero.
      out.append(minimum.map { scaled + $0 } ?? scaled)
    }
  }
}

extension BlockType {
  /// The numbers that whole blocks of this type hold; a block that is cut short is left out.
  public func floats(_ blocks: UnsafeRawBufferPointer) -> [Float] {
    Dequantiser(type: self).floats(blocks)
  }
}
