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

  /// The hash of a byte string, eight bytes at a time. Its length is a part of it, so that bytes read
  /// twice make no two strings the same.
  @inline(__always)
  static func hash(_ bytes: UnsafePointer<UInt8>, count: Int, seed: UInt64) -> UInt64 {
    let raw = UnsafeRawPointer(bytes)
    var state = mix(UInt64(truncatingIfNeeded: count), seed: seed)
    var position = 0
    while position + 8 <= count {
      state = mix(state ^ raw.loadUnaligned(fromByteOffset: position, as: UInt64.self), seed: seed)
      position += 8
    }
    let tail: UInt64
    switch count - position {
    case 0: tail = 0
    case _ where count >= 8:
      // The last eight bytes, some of them read before.
      tail = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    case 4...:
      let first = raw.loadUnaligned(as: UInt32.self)
      let last = raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
      tail = UInt64(first) << 32 | UInt64(last)
    default:
      tail = UInt64(bytes[0]) << 16 | UInt64(bytes[count / 2]) << 8 | UInt64(bytes[count - 1])
    }
    return mix(state ^ tail, seed: seed)
  }
}
