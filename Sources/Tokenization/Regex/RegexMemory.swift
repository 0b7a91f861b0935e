/// Which choices have been made at which positions: pages of bits, of which only those in use exist.
struct RegexMemory {
  /// Positions in a page.
  private static let span = 512

  private var pages: [Int: [UInt64]] = [:]
  private(set) var byteCount = 0

  /// Whether nothing is remembered.
  var isEmpty: Bool { pages.isEmpty }

  /// Whether the choice was made at this position.
  func contains(_ number: Int, _ position: Int, splits: Int) -> Bool {
    guard let page = pages[position / Self.span] else { return false }
    let bit = position % Self.span * splits + number
    return page[bit >> 6] >> UInt64(bit & 63) & 1 != 0
  }

  /// Remembers a choice; whether it is new.
  @discardableResult
  mutating func insert(_ number: Int, _ position: Int, splits: Int) -> Bool {
    let bit = position % Self.span * splits + number
    let mask = UInt64(1) << UInt64(bit & 63)
    let words = (Self.span * splits + 63) / 64
    if pages[position / Self.span] == nil { byteCount += words * 8 }
    var isNew = true
    // In place: the default is stored when there is no page.
    Self.update(&pages[position / Self.span, default: [UInt64](repeating: 0, count: words)]) {
      isNew = $0[bit >> 6] & mask == 0
      $0[bit >> 6] |= mask
    }
    return isNew
  }

  private static func update(_ page: inout [UInt64], _ body: (inout [UInt64]) -> Void) {
    body(&page)
  }

  /// Forgets all choices at positions up to `position`.
  mutating func forget(through position: Int, splits: Int) {
    guard !pages.isEmpty else { return }
    let last = position / Self.span
    for index in pages.keys where index < last {
      byteCount -= (pages.removeValue(forKey: index)?.count ?? 0) * 8
    }
    guard pages[last] != nil else { return }
    let end = (position % Self.span + 1) * splits
    Self.update(&pages[last, default: []]) { page in
      for word in 0..<(end >> 6) { page[word] = 0 }
      if end & 63 != 0 { page[end >> 6] &= ~0 << UInt64(end & 63) }
    }
  }
}

/// Where atomic groups end, by choices on the way there: pages as in `RegexMemory`.
struct RegexEnds {
  /// Positions in a page.
  private static let span = 512
  /// Bytes that an entry takes, as a bound.
  private static let entryBytes = 96

  private struct Choice: Hashable {
    var number: Int
    var position: Int
  }

  private var pages: [Int: [Choice: Int]] = [:]
  private(set) var byteCount = 0

  /// The end that a choice led to.
  func find(_ number: Int, _ position: Int) -> Int? {
    pages[position / Self.span]?[Choice(number: number, position: position)]
  }

  /// Remembers the end that a choice led to.
  mutating func insert(_ number: Int, _ position: Int, end: Int) {
    let choice = Choice(number: number, position: position)
    if pages[position / Self.span, default: [:]].updateValue(end, forKey: choice) == nil {
      byteCount += Self.entryBytes
    }
  }

  /// Forgets what lies in pages that end before `position`.
  mutating func forget(before position: Int) {
    for index in pages.keys where index < position / Self.span {
      byteCount -= (pages.removeValue(forKey: index)?.count ?? 0) * Self.entryBytes
    }
  }
}
