/// An array that is written once and then only read, through a plain pointer: the inner loops of
/// encoding read it without reference counting or exclusivity checks.
///
/// `@unchecked`: the memory is never written after `init`, and lives as long as the object.
final class FrozenArray<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  /// The first element; `count` elements may be read while the object lives.
  let base: UnsafePointer<Element>
  /// Number of elements.
  let count: Int

  /// A copy of `elements`.
  init(_ elements: some Collection<Element>) {
    let storage = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
    _ = UnsafeMutableBufferPointer(start: storage, count: elements.count)
      .initialize(fromContentsOf: elements)
    base = UnsafePointer(storage)
    count = elements.count
  }

  deinit { base.deallocate() }

  /// The elements, valid while the object lives.
  var all: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: base, count: count) }

  /// The element at `index`, which must be in `0..<count`.
  @inline(__always)
  subscript(index: Int) -> Element {
    assert(index >= 0 && index < count)
    return base[index]
  }
}
