/// Memory that is freed with its owner.
///
/// `@unchecked Sendable`: written before it is shared, then only read.
final class OwnedBytes: @unchecked Sendable {
  let start: UnsafeMutablePointer<UInt8>

  init(count: Int) {
    start = .allocate(capacity: count)
    start.initialize(repeating: 0, count: count)
  }

  deinit { start.deallocate() }
}
