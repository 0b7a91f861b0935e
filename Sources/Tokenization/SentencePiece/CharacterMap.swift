/// Rules of normalisation as SentencePiece compiles them: a double array that finds the longest
/// rule at a place of a text, and what each rule writes instead.
///
/// Layout of the file: the size of the double array in bytes (32 bits, little-endian), its units
/// (32 bits each), then what the rules write, each ended by a zero byte. A unit holds a label in
/// its lowest 8 bits and bit 31, whether a key ends here in bit 8, and the way to its children in
/// the bits above; the unit of a value has bit 31 set.
///
/// Paper: Aoe 1989, "An efficient digital search algorithm by using a double-array structure".
struct CharacterMap: Sendable {
  /// Bytes that the left side of a rule may have.
  static let longestRule = 256
  /// Bytes that a rule may write.
  static let longestText = 256
  /// Bytes that the compiled rules may have.
  static let maximumBytes = 1 << 26

  /// Ways through the double array that are walked when it is read; real files have some 60,000.
  static let maximumWays = 1 << 19

  private let units: FrozenArray<UInt32>
  private let texts: FrozenArray<UInt8>

  /// What a rule writes, and how many bytes of the text it stands for.
  struct Match {
    var text: UnsafePointer<UInt8>
    var count: Int
    var consumed: Int
  }

  /// Reads compiled rules, which `rules` then checks. `nil` when there are none.
  init?(_ bytes: [UInt8], key: String) throws(VocabularyFault) {
    guard !bytes.isEmpty else { return nil }
    guard bytes.count > 4, bytes.count <= Self.maximumBytes else {
      throw VocabularyFault(
        key: key, what: "has \(bytes.count) bytes; 5 to \(Self.maximumBytes) are supported")
    }
    let size = Int(Self.word(bytes, 0))
    guard size >= 4, size % 4 == 0, size < bytes.count - 4 else {
      throw VocabularyFault(
        key: key, what: "has \(bytes.count) bytes, but a double array of \(size)")
    }
    units = FrozenArray((0..<size / 4).map { Self.word(bytes, 4 + 4 * $0) })
    texts = FrozenArray(bytes[(4 + size)...])
    guard texts[texts.count - 1] == 0 else {
      throw VocabularyFault(key: key, what: "ends in the middle of a rule")
    }
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }

  @inline(__always)
  private static func label(_ unit: UInt32) -> UInt32 { unit & 0x8000_00FF }

  @inline(__always)
  private static func hasLeaf(_ unit: UInt32) -> Bool { unit >> 8 & 1 == 1 }

  @inline(__always)
  private static func offset(_ unit: UInt32) -> Int {
    Int((unit >> 10) << ((unit & (1 << 9)) >> 6))
  }

  /// The longest rule for a text that begins at `text` and has `count` bytes.
  @inline(__always)
  func longestMatch(_ text: UnsafePointer<UInt8>, count: Int) -> Match? {
    var node = Self.offset(units.base[0])
    var best: Match?
    // The rules were walked when they were read: all nodes and texts of a key lie in the arrays.
    for index in 0..<count {
      let byte = text[index]
      node ^= Int(byte)
      guard node > 0, node < units.count else { break }
      let unit = units.base[node]
      guard Self.label(unit) == UInt32(byte) else { break }
      node ^= Self.offset(unit)
      if Self.hasLeaf(unit) {
        let start = Int(units.base[node] & 0x7FFF_FFFF)
        best = Match(text: texts.base + start, count: 0, consumed: index + 1)
      }
    }
    guard var found = best else { return nil }
    while found.text[found.count] != 0 { found.count += 1 }
    return found
  }

  /// The shortest rule for a text that begins at `text` and has `count` bytes.
  func shortestMatch(_ text: UnsafePointer<UInt8>, count: Int) -> Match? {
    var node = Self.offset(units.base[0])
    for index in 0..<count {
      let byte = text[index]
      node ^= Int(byte)
      guard byte != 0, node > 0, node < units.count else { return nil }
      let unit = units.base[node]
      guard Self.label(unit) == UInt32(byte) else { return nil }
      node ^= Self.offset(unit)
      if Self.hasLeaf(unit) {
        let start = texts.base + Int(units.base[node] & 0x7FFF_FFFF)
        var length = 0
        while start[length] != 0 { length += 1 }
        return Match(text: start, count: length, consumed: index + 1)
      }
    }
    return nil
  }

  /// The most bytes that a rule writes.
  var longestResult: Int {
    texts.all.split(separator: 0).reduce(0) { max($0, $1.count) }
  }

  /// Gives `body` the left side of each rule. Keys share their ends, so a unit may be reached in
  /// many ways; how many ways are walked is limited.
  ///
  /// - Throws: when the double array is broken: a rule that is too long (as of a circle), too many
  ///   ways, or a text that lies outside.
  private func forEachRule(
    key: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) throws(VocabularyFault) {
    var walked = 0
    var stack: [(node: Int, byte: UInt8, depth: Int)] = []
    var bytes: [UInt8] = []
    try push(Self.offset(units[0]), depth: 0, onto: &stack, key: key)
    while let (node, byte, depth) = stack.popLast() {
      walked += 1
      guard walked <= Self.maximumWays else {
        throw VocabularyFault(key: key, what: "has more than \(Self.maximumWays) ways through it")
      }
      bytes.removeSubrange(depth...)
      bytes.append(byte)
      let unit = units[node]
      let below = node ^ Self.offset(unit)
      if Self.hasLeaf(unit) {
        guard below < units.count, Int(units[below] & 0x7FFF_FFFF) < texts.count else {
          throw VocabularyFault(key: key, what: "has a rule whose text lies outside")
        }
        let text = texts.all[Int(units[below] & 0x7FFF_FFFF)...].prefix(Self.longestText + 1)
        guard text.contains(0) else {
          throw VocabularyFault(
            key: key, what: "has a rule that writes more than \(Self.longestText) bytes")
        }
        bytes.withUnsafeBufferPointer(body)
      }
      try push(below, depth: depth + 1, onto: &stack, key: key)
    }
  }

  /// Puts the children of a node on a stack.
  private func push(
    _ node: Int, depth: Int, onto stack: inout [(node: Int, byte: UInt8, depth: Int)], key: String
  ) throws(VocabularyFault) {
    for byte in UInt8.min...UInt8.max {
      let child = node ^ Int(byte)
      // Unit 0 is the root's own.
      guard child > 0, child < units.count, Self.label(units[child]) == UInt32(byte) else {
        continue
      }
      guard depth < Self.longestRule else {
        throw VocabularyFault(key: key, what: "has a rule of more than \(Self.longestRule) bytes")
      }
      stack.append((child, byte, depth))
    }
  }

  /// The left sides of rules, by what they say of single characters.
  struct Rules {
    /// Pairs of neighbours within a rule.
    var pairs: [(UInt32, UInt32)] = []
    /// Characters that a rule may have before others, and after others.
    var heads: Set<UInt32> = []
    var tails: Set<UInt32> = []
  }

  /// Walks through all rules.
  func rules(key: String) throws(VocabularyFault) -> Rules {
    var rules = Rules()
    try forEachRule(key: key) { bytes in
      guard let base = bytes.baseAddress else { return }
      var before: UInt32?
      var position = 0
      while position < bytes.count {
        let found = UTF8Sequence.scalar(in: base, at: position, end: bytes.count)
        let scalar = found?.value ?? UInt32(0xFFFD)
        if let before {
          rules.pairs.append((before, scalar))
          rules.heads.insert(before)
          rules.tails.insert(scalar)
        }
        before = scalar
        position += found?.length ?? 1
      }
    }
    return rules
  }
}
