/// Pairs that could be merged next, the most frequent first, of equally frequent ones the smaller
/// pair of ids: a binary heap. Counts may be out of date; who takes an entry out looks.
struct FrequentPairQueue {
  /// A pair, how often it occurred when it was put in, and the words where it then appeared.
  struct Entry {
    var count: Int
    var key: UInt64
    /// A range of the list of places.
    var start: Int
    var length: Int

    @inline(__always)
    static func < (left: Entry, right: Entry) -> Bool {
      left.count > right.count || (left.count == right.count && left.key < right.key)
    }
  }

  private var heap: [Entry] = []

  /// Adds an entry.
  mutating func insert(_ entry: Entry) {
    heap.append(entry)
    var index = heap.count - 1
    while index > 0 {
      let parent = (index - 1) / 2
      guard entry < heap[parent] else { break }
      heap[index] = heap[parent]
      index = parent
    }
    heap[index] = entry
  }

  /// Takes out the first entry.
  mutating func popFirst() -> Entry? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < last else { break }
      heap[index] = heap[child]
      index = child
    }
    heap[index] = last
    return first
  }
}
