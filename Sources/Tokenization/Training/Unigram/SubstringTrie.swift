/// Finds which of a set of byte strings begin at a place of a text: a trie whose branches are in one
/// open-addressing table, quick to build and to change.
struct SubstringTrie: Sendable {
  private static let vacant = UInt64.max
  /// The node above the byte, and the node that follows.
  private var slots: [(branch: UInt64, node: Int32)]
  /// The string that ends at each node, or -1.
  private var strings: [Int32] = [-1]
  private let seed = SeededHash.processSeed

  /// A trie of no strings.
  init() { slots = [(branch: UInt64, node: Int32)](repeating: (Self.vacant, 0), count: 1 << 10) }

  /// The node that `byte` leads to from `node`, or nil.
  @inline(__always)
  private func next(_ node: Int32, _ byte: UInt8) -> Int32? {
    let branch = UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: SeededHash.mix(branch, seed: seed)) & mask
    while slots[place].branch != Self.vacant {
      if slots[place].branch == branch { return slots[place].node }
      place = (place + 1) & mask
    }
    return nil
  }

  /// Makes `string`, which must not be empty, stand for `number`; -1 takes it out.
  mutating func set(_ string: some Sequence<UInt8>, to number: Int32) {
    var node: Int32 = 0
    for byte in string {
      if let known = next(node, byte) {
        node = known
        continue
      }
      let new = Int32(strings.count)
      strings.append(-1)
      insert(UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte), new)
      node = new
    }
    strings[Int(node)] = number
  }

  /// Gives `body` each string that begins at `position`, shorter ones first, with its length.
  @inline(__always)
  func forEachMatch(
    in text: UnsafeBufferPointer<UInt8>, at position: Int,
    _ body: (_ number: Int, _ length: Int) -> Void
  ) {
    var node: Int32 = 0
    var end = position
    while end < text.count, let following = next(node, text[end]) {
      node = following
      end += 1
      let number = strings[Int(node)]
      if number >= 0 { body(Int(number), end - position) }
    }
  }

  private mutating func insert(_ branch: UInt64, _ node: Int32) {
    if strings.count * 2 > slots.count { grow() }
    place(branch, node)
  }

  private mutating func place(_ branch: UInt64, _ node: Int32) {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: SeededHash.mix(branch, seed: seed)) & mask
    while slots[place].branch != Self.vacant { place = (place + 1) & mask }
    slots[place] = (branch, node)
  }

  @inline(never)
  private mutating func grow() {
    let old = slots
    slots = [(branch: UInt64, node: Int32)](
      repeating: (Self.vacant, 0), count: old.count * 2)
    for slot in old where slot.branch != Self.vacant { place(slot.branch, slot.node) }
  }
}
