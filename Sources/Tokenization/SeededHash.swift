/// Hashing for the flat tables. Seeded once a process, so that no vocabulary file can be made whose
/// entries all fall into one place of a table.
enum SeededHash {
  private static let seed = UInt64.random(in: .min ... .max)

  /// The seed; take it once before a loop.
  static var processSeed: UInt64 { seed }

  /// Spreads every bit of `value` over all bits of the result.
  @inline(__always)
  static func mix(_ value: UInt64, seed: UInt64) -> UInt64 {
    let product = (value ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return (product.high ^ product.low ^ seed) &* 0xD6E8_FEB8_6659_FD93
  }

  /// The hash of a byte string, eight bytes at a time.
  @inline(__always)
  static func hash(_ bytes: UnsafePointer<UInt8>, count: Int, seed: UInt64) -> UInt64 {
    let raw = UnsafeRawPointer(bytes)
    var state = mix(UInt64(truncatingIfNeeded: count), seed: seed)
    var position = 0
    while position + 8 <= count {
      state = mix(state ^ raw.loadUnaligned(fromByteOffset: position, as: UInt64.self), seed: seed)
      position += 8
    }
    var tail: UInt64 = 0
    while position < count {
      tail = tail << 8 | UInt64(bytes[position])
      position += 1
    }
    return mix(state ^ tail, seed: seed)
  }
}
