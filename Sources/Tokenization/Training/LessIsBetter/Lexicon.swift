/// An ordered list of byte strings, the most important first, in which the longest entry that a text
/// goes on with is found.
///
/// Entries have numbers that stay when the order changes; a number whose entry was removed is given
/// to a later one.
struct Lexicon: Sendable {
  /// The entries in order of importance, by number.
  private(set) var order: [Int32] = []
  /// The bytes of each entry, by number; empty for numbers that are free.
  private(set) var strings: [[UInt8]] = []
  /// The place of each entry in `order`, by number.
  private(set) var places: [Int32] = []
  private var trie = SubstringTrie()
  private var free: [Int32] = []
  /// Entries put into the trie since it was built.
  private var insertions = 0

  /// Number of entries.
  var count: Int { order.count }

  /// The longest entry at a place of a text, and the longest that is shorter; 0 bytes where there is
  /// none.
  struct Match {
    var entry = -1
    var length = 0
    var secondEntry = -1
    var secondLength = 0
  }

  /// What `text` goes on with at `position`.
  @inline(__always)
  func match(in text: UnsafeBufferPointer<UInt8>, at position: Int) -> Match {
    var match = Match()
    trie.forEachMatch(in: text, at: position) { entry, length in
      match.secondEntry = match.entry
      match.secondLength = match.length
      match.entry = entry
      match.length = length
    }
    return match
  }

  /// Whether `string` is an entry.
  func contains(_ string: [UInt8]) -> Bool {
    string.withUnsafeBufferPointer { match(in: $0, at: 0).length } == string.count
  }

  /// Adds an entry, which must not be empty nor be there already, at the end; gives its number.
  @discardableResult
  mutating func append(_ string: [UInt8]) -> Int {
    let number: Int32
    if let known = free.popLast() {
      number = known
      strings[Int(number)] = string
    } else {
      number = Int32(strings.count)
      strings.append(string)
      places.append(0)
    }
    places[Int(number)] = Int32(order.count)
    order.append(number)
    trie.set(string, to: number)
    insertions += 1
    return Int(number)
  }

  /// Puts the entries into the order of their keys, the smallest first; of equal ones that which
  /// came first stays first.
  mutating func reorder(by keys: [Double]) {
    order.sort { (keys[Int($0)], places[Int($0)]) < (keys[Int($1)], places[Int($1)]) }
    for (place, number) in order.enumerated() { places[Int(number)] = Int32(place) }
  }

  /// Removes entries.
  mutating func remove(_ numbers: Set<Int32>) {
    guard !numbers.isEmpty else { return }
    for number in numbers {
      trie.set(strings[Int(number)], to: -1)
      strings[Int(number)] = []
      free.append(number)
    }
    order.removeAll { numbers.contains($0) }
    for (place, number) in order.enumerated() { places[Int(number)] = Int32(place) }
    // Branches of removed entries stay in the trie until they are most of it.
    if insertions > 4 * count + 1000 {
      trie = SubstringTrie()
      for number in order { trie.set(strings[Int(number)], to: number) }
      insertions = count
    }
  }
}
