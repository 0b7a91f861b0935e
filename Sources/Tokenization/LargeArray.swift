import Foundation

extension Array where Element: BitwiseCopyable {
  private static var hugePage: Int { 2 << 20 }

  /// Reserves room for many elements, on huge pages if the system has them: where memory is written for
  /// the first time the system stops for each page, which for small ones takes longer than writing them.
  mutating func reserveLarge(_ capacity: Int) {
    reserveCapacity(capacity)
    let (huge, bytes) = (Self.hugePage, capacity * MemoryLayout<Element>.stride)
    guard bytes >= huge else { return }
    withUnsafeMutableBufferPointer { elements in
      guard let base = elements.baseAddress else { return }
      let start = UnsafeMutableRawPointer(base).alignedUp(toMultipleOf: huge)
      let end = (UnsafeMutableRawPointer(base) + bytes).alignedDown(toMultipleOf: huge)
      // A hint: where it is refused pages are small.
      if start < end { madvise(start, end - start, MADV_HUGEPAGE) }
    }
  }
}
