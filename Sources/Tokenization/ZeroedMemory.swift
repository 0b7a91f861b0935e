import Foundation

/// Memory that is all zero at first, and takes none of the machine's until it is written: for tables of
/// which often only a small part is used.
struct ZeroedMemory<Element: BitwiseCopyable>: ~Copyable {
  /// The first of the elements.
  let base: UnsafeMutablePointer<Element>
  private let allocated: UnsafeMutableRawPointer

  /// Memory for elements that may have all bytes zero.
  ///
  /// - Parameter alignment: a power of two.
  init(capacity: Int, alignment: Int) {
    guard let memory = calloc(1, capacity * MemoryLayout<Element>.stride + alignment) else {
      preconditionFailure("out of memory")
    }
    allocated = memory
    base = memory.alignedUp(toMultipleOf: alignment).assumingMemoryBound(to: Element.self)
  }

  deinit { free(allocated) }
}
