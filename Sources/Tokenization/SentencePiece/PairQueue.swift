/// The joins that could be done in a long stretch, the smallest rank first, of equal ranks the
/// leftmost: a binary heap.
struct PairQueue {
  private struct Entry {
    /// The rank above the place.
    var key: UInt64
    var length: Int
  }

  private var heap: [Entry] = []

  /// Adds a join without keeping the order, unless it is none; call `order` before anything else.
  mutating func collect(rank: UInt32, place: Int, length: Int) {
    if rank != .max { heap.append(Self.entry(rank, place, length)) }
  }

  /// A stretch has fewer than 2³² characters.
  private static func entry(_ rank: UInt32, _ place: Int, _ length: Int) -> Entry {
    Entry(key: UInt64(rank) << 32 | UInt64(truncatingIfNeeded: place), length: length)
  }

  /// Establishes the order after `collect`.
  mutating func order() {
    for index in (0..<(heap.count / 2)).reversed() { sink(index) }
  }

  /// Adds a join, unless it is none.
  mutating func insert(rank: UInt32, place: Int, length: Int) {
    guard rank != .max else { return }
    let entry = Self.entry(rank, place, length)
    heap.append(entry)
    var index = heap.count - 1
    while index > 0 {
      let parent = (index - 1) / 2
      guard entry.key < heap[parent].key else { break }
      heap[index] = heap[parent]
      index = parent
    }
    heap[index] = entry
  }

  /// Takes out the first join.
  mutating func popFirst() -> (rank: UInt32, place: Int, length: Int)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty {
      heap[0] = last
      sink(0)
    }
    return (UInt32(first.key >> 32), Int(first.key & 0xFFFF_FFFF), first.length)
  }

  private mutating func sink(_ start: Int) {
    var index = start
    let entry = heap[index]
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].key < heap[child].key { child += 1 }
      guard heap[child].key < entry.key else { break }
      heap[index] = heap[child]
      index = child
    }
    heap[index] = entry
  }
}
