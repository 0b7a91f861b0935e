/// Turns floats into blocks of a type, the reverse of ``Dequantiser``.
///
/// F16, BF16, Q4_0 to Q5_1 and Q8_0 are rounded as the `gguf` library rounds them, bit for bit; the
/// types whose parts have scales of their own are searched, see ``SplitQuantiser``.
struct Quantiser {
  let type: BlockType

  /// Writes whole blocks: `count` is a multiple of the block size, and `out` has room for them.
  func write(_ x: UnsafePointer<Float>, count: Int, to out: UnsafeMutablePointer<UInt8>) {
    let (size, bytes) = (type.blockSize, type.blockBytes)
    switch type {
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_NL, .iq4_XS:
      let search = SplitQuantiser(type)
      for block in 0..<count / size {
        search.write(x + block * size, to: out + block * bytes)
      }
    default:
      for block in 0..<count / size {
        write(x + block * size, to: out + block * bytes)
      }
    }
  }

  private func write(_ x: UnsafePointer<Float>, to out: UnsafeMutablePointer<UInt8>) {
    switch type {
    case .f32: out.put(x[0].bitPattern, at: 0)
    case .f16: out.put(Float16(x[0]).bitPattern, at: 0)
    case .bf16: out.put(Self.brainFloat(x[0]), at: 0)
    case .q4_0: around(x, bits: 4, to: out)
    case .q4_1: between(x, bits: 4, to: out)
    case .q5_0: around(x, bits: 5, to: out)
    case .q5_1: between(x, bits: 5, to: out)
    case .q8_0: bytes(x, to: out)
    case .q8_K: wideBytes(x, to: out)
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_NL, .iq4_XS: break
    }
  }

  /// The upper half of a float, rounded to even; what is not a number stays so.
  private static func brainFloat(_ x: Float) -> UInt16 {
    let bits = x.bitPattern
    if x.isNaN { return UInt16(truncatingIfNeeded: (bits | 64 << 16) >> 16) }
    // At most 0xFF80_0000 + 0x8000: no overflow.
    return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }

  /// The number of the greatest size among 32.
  private static func greatest(_ x: UnsafePointer<Float>, _ count: Int = 32) -> Float {
    var most: Float = 0
    for index in 0..<count where abs(x[index]) > abs(most) { most = x[index] }
    return most
  }

  /// One over a scale; of nothing nothing.
  private static func inverse(_ scale: Float) -> Float { scale == 0 ? 0 : 1 / scale }

  /// A number rounded towards zero, within 0…`most`; what is not a number is 0.
  private static func whole(_ x: Float, atMost most: Int) -> UInt8 {
    guard x > 0 else { return 0 }
    return x < Float(most) ? UInt8(x) : UInt8(most)
  }

  /// Codes around a bias, so that the number of the greatest size has the code 0.
  private func around(
    _ x: UnsafePointer<Float>, bits: Int, to out: UnsafeMutablePointer<UInt8>
  ) {
    let bias = 1 << (bits - 1)
    let scale = Self.greatest(x) / -Float(bias)
    let inverse = Self.inverse(scale)
    out.put(Float16(scale).bitPattern, at: 0)
    put(bits: bits, to: out + 2) {
      Self.whole(x[$0] * inverse + (Float(bias) + 0.5), atMost: 2 * bias - 1)
    }
  }

  /// Codes from the least number to the greatest.
  private func between(
    _ x: UnsafePointer<Float>, bits: Int, to out: UnsafeMutablePointer<UInt8>
  ) {
    var (low, high) = (x[0], x[0])
    for index in 1..<32 {
      low = min(low, x[index])
      high = max(high, x[index])
    }
    let most = 1 << bits - 1
    let scale = (high - low) / Float(most)
    let inverse = Self.inverse(scale)
    out.put(Float16(scale).bitPattern, at: 0)
    out.put(Float16(low).bitPattern, at: 2)
    put(bits: bits, to: out + 4) { Self.whole((x[$0] - low) * inverse + 0.5, atMost: most) }
  }

  /// 32 codes: the fifth bits, if any, then the low and the high nibbles of 16 bytes.
  private func put(bits: Int, to out: UnsafeMutablePointer<UInt8>, code: (Int) -> UInt8) {
    var high: UInt32 = 0
    let nibbles = bits == 5 ? out + 4 : out
    for index in 0..<16 {
      let (first, second) = (code(index), code(index + 16))
      nibbles[index] = first & 15 | (second & 15) << 4
      high |= UInt32(first >> 4) << UInt32(index) | UInt32(second >> 4) << UInt32(index + 16)
    }
    if bits == 5 { out.put(high, at: 0) }
  }

  /// 8-bit integers, halves rounded away from zero.
  private func bytes(_ x: UnsafePointer<Float>, to out: UnsafeMutablePointer<UInt8>) {
    let scale = abs(Self.greatest(x)) / 127
    let inverse = Self.inverse(scale)
    out.put(Float16(scale).bitPattern, at: 0)
    for index in 0..<32 {
      let value = x[index] * inverse
      let size = Self.whole(abs(value) + 0.5, atMost: 127)
      out[2 + index] = value < 0 ? 0 &- size : size
    }
  }

  /// 256 integers of 8 bits, a float for their scale, and the sum of each 16 of them.
  private func wideBytes(_ x: UnsafePointer<Float>, to out: UnsafeMutablePointer<UInt8>) {
    let inverse = Self.inverse(Self.greatest(x, 256) / -127)
    out.put(Self.inverse(inverse).bitPattern, at: 0)
    for run in 0..<16 {
      var sum: Int16 = 0
      for index in run * 16..<run * 16 + 16 {
        let code = Int8(nearest(x[index] * inverse, -127, 127))
        out[4 + index] = UInt8(bitPattern: code)
        sum += Int16(code)
      }
      out.put(UInt16(bitPattern: sum), at: 260 + 2 * run)
    }
  }
}

/// The nearest whole number, of two the even one, within `low`…`high`, which are whole and of at
/// most 2²² in size; what is not a number gives `low`.
@inline(__always)
func nearest(_ x: Float, _ low: Float, _ high: Float) -> Float {
  guard x > low else { return low }
  guard x < high else { return high }
  // Beyond 2²³ floats are whole: adding 1.5 · 2²³ rounds, taking it away leaves the rounded number.
  return (x + 12_582_912) - 12_582_912
}

extension UnsafeMutablePointer<UInt8> {
  /// Stores an integer, the least significant byte first.
  @inline(__always)
  func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    UnsafeMutableRawPointer(self + offset).storeBytes(of: value.littleEndian, as: T.self)
  }
}

extension BlockType {
  /// Stores numbers as blocks of this type, rounded as the type allows.
  ///
  /// F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1 and Q8_0 are rounded as the `gguf` library rounds them; for K
  /// and IQ4 types the scales are searched, as llama.cpp does without an importance matrix. A number
  /// that is not finite spoils its block, and so does one beyond ``greatest``.
  ///
  /// - Parameters:
  ///   - numbers: whole blocks of them.
  ///   - out: room for these blocks.
  public func store(
    _ numbers: UnsafeBufferPointer<Float>, into out: UnsafeMutableBufferPointer<UInt8>
  ) {
    precondition(numbers.count.isMultiple(of: blockSize))
    precondition(out.count >= numbers.count / blockSize * blockBytes)
    guard let source = numbers.baseAddress, let target = out.baseAddress else { return }
    Quantiser(type: self).write(source, count: numbers.count, to: target)
  }

  /// Numbers as blocks of this type; see ``store(_:into:)``. A block that is cut short is left out.
  public func blocks(of numbers: [Float]) -> [UInt8] {
    let count = numbers.count / blockSize
    return [UInt8](unsafeUninitializedCapacity: count * blockBytes) { out, written in
      numbers.withUnsafeBufferPointer {
        store(UnsafeBufferPointer(rebasing: $0.prefix(count * blockSize)), into: out)
      }
      written = count * blockBytes
    }
  }

  /// The greatest size that a number of a tensor may have to be stored in this type.
  public var greatest: Float {
    switch self {
    case .f32, .bf16, .q8_K: .greatestFiniteMagnitude
    // The scale of a block is a half, and smaller than its greatest number.
    default: Float(Float16.greatestFiniteMagnitude)
    }
  }

  /// The type for rows of `columns` numbers when this one is asked for: itself where they are whole
  /// blocks, otherwise the one that llama.cpp takes, whose blocks are smaller and whose integers have
  /// at least as many bits; 32-bit floats where no block divides the row.
  public func fitting(columns: Int) -> BlockType {
    if columns.isMultiple(of: blockSize) { return self }
    guard columns.isMultiple(of: 32) else { return .f32 }
    return switch self {
    case .q2_K, .q3_K, .iq4_XS: .iq4_NL
    case .q4_K: .q5_0
    case .q5_K: .q5_1
    default: .q8_0
    }
  }
}
