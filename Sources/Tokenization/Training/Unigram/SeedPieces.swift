import Foundation

/// The substrings that Unigram training begins with: those that occur often, found in a sorted list
/// of all suffixes.
///
/// Of the substrings that occur at the same places only the longest is taken (the nodes of the
/// suffix tree), as in Kudo 2018, "Subword Regularization", section 3.2. They begin and end between
/// characters and lie in one word. Occurrences are counted in the text, not among distinct words.
enum SeedPieces {
  /// A substring and how often it occurs.
  struct Piece: Equatable {
    var bytes: [UInt8]
    var times: Int
    /// Occurrences times characters: how much of the text it could cover.
    var coverage: Int
  }

  /// Characters of the longest substring.
  static let longest = 16

  /// The end of a word from a place on, as far as a substring may reach.
  private struct Suffix {
    /// Its first eight bytes, the first one highest, zeros after its end.
    var head: UInt64
    var start: Int
    var length: Int
    var times: Int
  }

  /// The `limit` substrings of at least two characters that cover most, most first; they occur at
  /// least twice.
  static func find(_ table: WordTable, limit: Int) -> [Piece] {
    table.bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return [] }
      let suffixes = sortedSuffixes(of: table, base)
      var found = nodes(of: suffixes, base)
      found.sort {
        ($0.coverage, $1.length, $1.start) > ($1.coverage, $0.length, $0.start)
      }
      return found.prefix(limit).map {
        Piece(
          bytes: Array(bytes[$0.start..<($0.start + $0.length)]), times: $0.times,
          coverage: $0.coverage)
      }
    }
  }

  private static func sortedSuffixes(
    of table: WordTable, _ base: UnsafePointer<UInt8>
  ) -> [Suffix] {
    var suffixes: [Suffix] = []
    for word in 0..<table.count {
      let range = table.range(word)
      for start in range
      where start == range.lowerBound || !UTF8Sequence.isContinuation(base[start]) {
        let length = boundary(base, start, room: range.upperBound - start, characters: longest)
        var head: UInt64 = 0
        for index in 0..<8 { head = head << 8 | (index < length ? UInt64(base[start + index]) : 0) }
        suffixes.append(
          Suffix(head: head, start: start, length: length, times: table.counts[word]))
      }
    }
    suffixes.sort { left, right in
      if left.head != right.head { return left.head < right.head }
      let order = memcmp(base + left.start, base + right.start, min(left.length, right.length))
      return order != 0 ? order < 0 : left.length < right.length
    }
    return suffixes
  }

  /// Bytes of the first `characters` characters within `room` bytes.
  private static func boundary(
    _ base: UnsafePointer<UInt8>, _ start: Int, room: Int, characters: Int
  ) -> Int {
    var length = 0
    var count = 0
    while length < room {
      if length == 0 || !UTF8Sequence.isContinuation(base[start + length]) {
        if count == characters { break }
        count += 1
      }
      length += 1
    }
    return length
  }

  private struct Node {
    var start: Int
    var length: Int
    var times: Int
    var coverage: Int
  }

  /// The nodes of the suffix tree, ends of suffixes included.
  private static func nodes(of suffixes: [Suffix], _ base: UnsafePointer<UInt8>) -> [Node] {
    var found: [Node] = []
    /// Nodes on the way from the root, their occurrences so far.
    var path: [(length: Int, times: Int)] = [(0, 0)]

    func close(_ node: (length: Int, times: Int), start: Int, above: Int) {
      // Down to the end of a character; when the node above is no shorter, it says the same.
      var length = node.length
      while length > above, isInside(base, start, length) { length -= 1 }
      let characters = (0..<length).count {
        $0 == 0 || !UTF8Sequence.isContinuation(base[start + $0])
      }
      guard length > above, characters > 1, node.times > 1 else { return }
      found.append(
        Node(
          start: start, length: length, times: node.times, coverage: node.times * characters))
    }

    for (index, suffix) in suffixes.enumerated() {
      // The suffix itself, then back up to what it shares with the next.
      if path[path.count - 1].length < suffix.length { path.append((suffix.length, 0)) }
      path[path.count - 1].times += suffix.times
      let shared =
        index + 1 < suffixes.count ? commonLength(suffix, suffixes[index + 1], base) : 0
      while let last = path.last, last.length > shared {
        path.removeLast()
        let parent = path[path.count - 1].length
        close(last, start: suffix.start, above: max(parent, shared))
        if parent < shared {
          path.append((shared, last.times))
        } else {
          path[path.count - 1].times += last.times
        }
      }
    }
    return found
  }

  /// Whether the bytes of a node end within a character.
  private static func isInside(
    _ base: UnsafePointer<UInt8>, _ start: Int, _ length: Int
  ) -> Bool {
    UTF8Sequence.unfinishedTail(
      of: Array(UnsafeBufferPointer(start: base + start, count: length).suffix(3))) > 0
  }

  private static func commonLength(
    _ left: Suffix, _ right: Suffix, _ base: UnsafePointer<UInt8>
  ) -> Int {
    let limit = min(left.length, right.length)
    var length = left.head == right.head ? min(8, limit) : 0
    while length < limit, base[left.start + length] == base[right.start + length] { length += 1 }
    return length
  }
}
