import Foundation

/// Pages of some megabytes, where the system has them. Of small ones each stops the process when it is
/// first written, and many need looking up whenever memory is read far and wide.
public enum HugePages {
  /// Bytes of a huge page on the machines that matter; it becomes real as a whole.
  public static let size = 2 << 20

  /// Asks that memory lies on huge pages, as far as it covers some. A hint: where it is refused, pages
  /// are small.
  public static func advise(_ start: UnsafeMutableRawPointer, _ count: Int) {
    let first = start.alignedUp(toMultipleOf: size)
    let last = (start + count).alignedDown(toMultipleOf: size)
    if first < last { madvise(first, last - first, MADV_HUGEPAGE) }
  }
}
