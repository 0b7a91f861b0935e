/// A list of byte strings in one block of memory: 49,152 vocabulary entries without 49,152
/// allocations.
struct ByteStrings: Sendable {
  private(set) var bytes: [UInt8] = []
  private(set) var ends: [Int] = []

  /// No strings.
  init() {}

  /// The UTF-8 of each string.
  init(_ strings: some Sequence<String>) {
    for string in strings { append(string.utf8) }
  }

  /// Number of strings.
  var count: Int { ends.count }

  /// Makes room for `count` strings of `byteCount` bytes in all.
  mutating func reserve(count: Int, byteCount: Int) {
    ends.reserveCapacity(count)
    bytes.reserveCapacity(byteCount)
  }

  /// Adds a string at the end.
  mutating func append(_ string: some Sequence<UInt8>) {
    bytes.append(contentsOf: string)
    ends.append(bytes.count)
  }

  /// Where the bytes of string `index` are in `bytes`.
  func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

  /// String `index`, copied.
  subscript(index: Int) -> [UInt8] { Array(bytes[range(index)]) }
}
