import Foundation

/// How often each distinct word was seen: an open-addressing table over words that lie one after
/// the other in one block of memory.
struct WordTable: Sendable {
  /// The bytes of all words.
  private(set) var bytes: [UInt8] = []
  /// Where the bytes of each word end.
  private(set) var ends: [Int] = []
  /// How often each word was seen.
  private(set) var counts: [Int] = []
  /// Places in the table, each the high half of the hash above the number of a word, or `vacant`.
  private var slots: [UInt64]
  private let seed = SeededHash.processSeed
  private static let vacant = UInt64.max

  /// An empty table.
  init() { slots = [UInt64](repeating: Self.vacant, count: 1 << 10) }

  /// Number of distinct words.
  var count: Int { ends.count }

  /// Where the bytes of word `index` are in `bytes`.
  func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

  /// Counts a word of at least one byte `times` times; gives how often it was seen by now.
  @inline(__always)
  @discardableResult
  mutating func add(_ word: UnsafePointer<UInt8>, count length: Int, times: Int = 1) -> Int {
    let hash = SeededHash.hash(word, count: length, seed: seed)
    let tag = hash & 0xFFFF_FFFF_0000_0000
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place] != Self.vacant {
      let slot = slots[place]
      if slot & 0xFFFF_FFFF_0000_0000 == tag {
        let index = Int(truncatingIfNeeded: slot & 0xFFFF_FFFF)
        if isWord(index, word, length) {
          counts[index] += times
          return counts[index]
        }
      }
      place = (place + 1) & mask
    }
    slots[place] = tag | UInt64(count)
    bytes.append(contentsOf: UnsafeBufferPointer(start: word, count: length))
    ends.append(bytes.count)
    counts.append(times)
    if count * 2 > slots.count { grow() }
    return times
  }

  /// Adds the counts of another table.
  mutating func add(_ other: WordTable) {
    other.bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      for index in 0..<other.count {
        let range = other.range(index)
        add(base + range.lowerBound, count: range.count, times: other.counts[index])
      }
    }
  }

  @inline(__always)
  private func isWord(_ index: Int, _ word: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    let range = range(index)
    guard range.count == length else { return false }
    return bytes.withUnsafeBufferPointer { all in
      guard let base = all.baseAddress else { return false }
      return memcmp(base + range.lowerBound, word, length) == 0
    }
  }

  @inline(never)
  private mutating func grow() {
    var larger = [UInt64](repeating: Self.vacant, count: slots.count * 2)
    let mask = larger.count - 1
    bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      for index in 0..<count {
        let range = range(index)
        let hash = SeededHash.hash(base + range.lowerBound, count: range.count, seed: seed)
        var place = Int(truncatingIfNeeded: hash) & mask
        while larger[place] != Self.vacant { place = (place + 1) & mask }
        larger[place] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(index)
      }
    }
    slots = larger
  }
}
