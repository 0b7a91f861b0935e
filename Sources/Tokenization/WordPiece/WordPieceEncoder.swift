/// Cuts words into pieces, always the longest that fits, and remembers nothing but how characters
/// are folded: the working memory of one encoding at a time.
///
/// Paper: Wu et al. 2016, "Google's Neural Machine Translation System", section 4.1; Devlin et al.
/// 2018.
///
/// `@unchecked`: an encoder is taken out of its pool for one call and put back after it, so it is
/// never with two threads at once.
final class WordPieceEncoder: @unchecked Sendable {
  /// A character of a folded word, and the bytes of the text it comes from.
  private struct Character {
    var scalar: UInt32
    var start: Int
    var end: Int
  }

  private let tables: WordPieceTables
  private let kinds = BertKind.table
  private var folding: BertFolding
  private var word: [Character] = []
  private var bytes: [UInt8] = []
  /// For each byte of `bytes` the character it belongs to.
  private var owners: [Int] = []

  /// An encoder that remembers nothing yet.
  init(_ tables: WordPieceTables) {
    self.tables = tables
    folding = BertFolding(stripsAccents: tables.stripsAccents, lowercases: tables.lowercases)
  }

  /// Appends the tokens of a stretch of text without special tokens, until a cut between words at
  /// `enough` or beyond; gives that place.
  func encode(
    _ text: UnsafePointer<UInt8>, _ range: Range<Int>, enough: Int, into tokens: inout [Token]
  ) -> Int {
    word.removeAll(keepingCapacity: true)
    var position = range.lowerBound
    while position < range.upperBound {
      let start = position
      var scalar = UInt32(text[position])
      if scalar < 0x80 {
        position += 1
      } else if let found = UTF8Sequence.scalar(in: text, at: position, end: range.upperBound) {
        scalar = found.value
        position += found.length
      } else {
        // As U+FFFD is, bytes that are not UTF-8 are taken out.
        position += 1
        continue
      }
      switch BertKind.of(scalar, in: kinds) {
      case .removed: continue
      case .space:
        flush(into: &tokens)
        if position >= enough { return position }
      case .ideograph:
        flush(into: &tokens)
        add(scalar, start, position, into: &tokens)
        flush(into: &tokens)
        if position >= enough { return position }
      case .punctuation, .mark, .other: add(scalar, start, position, into: &tokens)
      }
    }
    flush(into: &tokens)
    return position
  }

  /// Adds a character to the word. What it becomes may be punctuation, a word of its own.
  @inline(__always)
  private func add(_ scalar: UInt32, _ start: Int, _ end: Int, into tokens: inout [Token]) {
    if scalar < 0x80 {
      let isCapital = scalar &- 0x41 < 26 && tables.lowercases
      let small = isCapital ? scalar + 0x20 : scalar
      return append(Character(scalar: small, start: start, end: end), into: &tokens)
    }
    for folded in folding.fold(scalar) {
      append(Character(scalar: folded, start: start, end: end), into: &tokens)
    }
  }

  @inline(__always)
  private func append(_ character: Character, into tokens: inout [Token]) {
    guard BertKind.of(character.scalar, in: kinds) == .punctuation else {
      word.append(character)
      return
    }
    flush(into: &tokens)
    word.append(character)
    flush(into: &tokens)
  }

  /// Ends the word.
  @inline(__always)
  private func flush(into tokens: inout [Token]) {
    guard !word.isEmpty else { return }
    cut(into: &tokens)
    word.removeAll(keepingCapacity: true)
  }

  private func cut(into tokens: inout [Token]) {
    let whole = Token(
      id: tables.unknown, start: word[0].start, end: word.reduce(0) { max($0, $1.end) })
    guard word.count <= WordPieceParts.longestWord else { return tokens.append(whole) }
    if tables.stripsAccents { order() }
    bytes.removeAll(keepingCapacity: true)
    owners.removeAll(keepingCapacity: true)
    for (index, character) in word.enumerated() {
      var encoded: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
      let length = UTF8Sequence.encode(character.scalar, into: &encoded)
      withUnsafeBytes(of: encoded) { bytes.append(contentsOf: $0.prefix(length)) }
      for _ in 0..<length { owners.append(index) }
    }
    let first = tokens.count
    var position = 0
    while position < bytes.count {
      let trie = position == 0 ? tables.beginnings : tables.continuations
      guard let (id, length) = trie.longestMatch(bytes, from: position) else {
        tokens.removeLast(tokens.count - first)
        return tokens.append(whole)
      }
      tokens.append(
        Token(
          id: id, start: word[owners[position]].start,
          end: word[owners[position + length - 1]].end))
      position += length
    }
  }

  /// Puts combining characters that were not taken off into canonical order.
  private func order() {
    guard word.contains(where: { $0.scalar >= 0x300 && BertFolding.combiningClass($0.scalar) > 0 })
    else { return }
    for index in 1..<max(word.count, 1) {
      var place = index
      let own = BertFolding.combiningClass(word[index].scalar)
      while own > 0, place > 0, BertFolding.combiningClass(word[place - 1].scalar) > own {
        word.swapAt(place, place - 1)
        place -= 1
      }
    }
  }
}
