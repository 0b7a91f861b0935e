/// The merges that could be done in a word, the smallest rank first, of equal ranks the leftmost:
/// a binary heap.
struct MergeQueue {
  private struct Entry {
    var merge: UInt64
    var place: Int

    @inline(__always)
    static func < (left: Entry, right: Entry) -> Bool {
      left.merge < right.merge || (left.merge == right.merge && left.place < right.place)
    }
  }

  private var heap: [Entry] = []

  /// An empty queue with room for `capacity` merges.
  init(capacity: Int) { heap.reserveCapacity(capacity) }

  /// Adds a merge without keeping the order, unless it is none; call `order` before anything else.
  mutating func collect(_ merge: UInt64, at place: Int) {
    if merge != MergeTable.none { heap.append(Entry(merge: merge, place: place)) }
  }

  /// Establishes the order after `collect`.
  mutating func order() {
    for index in (0..<(heap.count / 2)).reversed() { sink(index) }
  }

  /// Adds a merge, unless it is none.
  mutating func insert(_ merge: UInt64, at place: Int) {
    guard merge != MergeTable.none else { return }
    let entry = Entry(merge: merge, place: place)
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

  /// Takes out the first merge.
  mutating func popFirst() -> (merge: UInt64, place: Int)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty {
      heap[0] = last
      sink(0)
    }
    return (first.merge, first.place)
  }

  private mutating func sink(_ start: Int) {
    var index = start
    let entry = heap[index]
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < entry else { break }
      heap[index] = heap[child]
      index = child
    }
    heap[index] = entry
  }
}
