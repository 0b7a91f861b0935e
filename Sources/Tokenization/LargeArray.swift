internal import ModelFiles

extension Array where Element: BitwiseCopyable {
  /// Reserves room for many elements, on huge pages if the system has them: where memory is written for
  /// the first time the system stops for each page, which for small ones takes longer than writing them.
  mutating func reserveLarge(_ capacity: Int) {
    reserveCapacity(capacity)
    let bytes = capacity * MemoryLayout<Element>.stride
    guard bytes >= HugePages.size else { return }
    withUnsafeMutableBufferPointer { elements in
      if let base = elements.baseAddress { HugePages.advise(base, bytes) }
    }
  }
}
