public import Tokenization

/// A text as bytes and as tokens: what was written, and what was generated after it.
public struct Document: Sendable, Hashable {
  /// The text; nothing needs to be valid UTF-8.
  public private(set) var bytes: [UInt8]
  /// The tokens, in order. They cover the text but for bytes that the vocabulary does not have;
  /// empty while there is no tokenizer.
  public private(set) var tokens: [Token]
  /// How many tokens, from the start, come from tokenizing what was written; those after it were
  /// generated or forced one by one and need not be what the tokenizer would make of their text.
  public private(set) var writtenCount: Int

  /// The most bytes that a text may have here.
  public static let longest = 8 << 20

  /// A text that was written.
  public init(_ bytes: [UInt8] = [], tokenizer: Tokenizer? = nil) {
    self.bytes = bytes
    tokens = tokenizer?.encode(bytes) ?? []
    writtenCount = tokens.count
  }

  /// The ids of the tokens.
  public var ids: [TokenID] { tokens.map(\.id) }

  /// Tokens that were generated or forced.
  public var generated: Range<Int> { writtenCount..<tokens.count }

  /// The bytes of a token; none when there is no such token.
  public func bytes(of index: Int) -> ArraySlice<UInt8> {
    guard tokens.indices.contains(index) else { return [] }
    return bytes[tokens[index].start..<tokens[index].end]
  }

  /// The token that holds the byte at an offset, or the last before it; `nil` when there is none.
  public func token(at offset: Int) -> Int? {
    var (low, high) = (0, tokens.count)
    while low < high {
      let middle = (low + high) / 2
      if tokens[middle].start <= offset { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? low - 1 : nil
  }

  /// Tokenizes the text anew, as one that was written: for another tokenizer.
  public mutating func tokenize(with tokenizer: Tokenizer) {
    self = Document(bytes, tokenizer: tokenizer)
  }

  /// Replaces part of the text. What was generated becomes text like any other.
  ///
  /// - Returns: whether it was done; not when the text would be longer than ``longest``.
  public mutating func replace(
    _ range: Range<Int>, with new: [UInt8], tokenizer: Tokenizer?
  ) -> Bool {
    let range = range.clamped(to: 0..<bytes.count)
    guard bytes.count - range.count + new.count <= Self.longest else { return false }
    bytes.replaceSubrange(range, with: new)
    guard let tokenizer else { return true }
    if generated.isEmpty {
      let edit = Edit(
        start: range.lowerBound, oldEnd: range.upperBound, newEnd: range.lowerBound + new.count)
      let old = tokens
      tokens = []
      tokens = tokenizer.retokenize(old, text: bytes, edit: edit).tokens
    } else {
      tokens = tokenizer.encode(bytes)
    }
    writtenCount = tokens.count
    return true
  }

  /// Appends a token that was drawn or forced.
  public mutating func append(_ id: TokenID, tokenizer: Tokenizer) {
    let start = bytes.count
    bytes += tokenizer.bytes(of: id, after: tokens.last?.id)
    tokens.append(Token(id: id, start: start, end: bytes.count))
  }

  /// Takes the last token back, and appends another that begins with its bytes.
  public mutating func heal(with id: TokenID, tokenizer: Tokenizer) {
    cut(to: tokens.count - 1)
    append(id, tokenizer: tokenizer)
  }

  /// Keeps the first `count` tokens, and the text up to there.
  public mutating func cut(to count: Int) {
    guard count < tokens.count else { return }
    let end = count > 0 ? tokens[count - 1].end : 0
    tokens.removeSubrange(max(0, count)...)
    bytes.removeSubrange(end...)
    writtenCount = min(writtenCount, tokens.count)
  }

  /// Where the text can be cut between two characters: the nearest such offset before (or after) one.
  public func characterBoundary(from offset: Int, forward: Bool) -> Int {
    if forward {
      guard offset < bytes.count else { return bytes.count }
      let tail = Self.clusterWindow(bytes, from: offset)
      return min(bytes.count, offset + max(1, tail.first.map { Self.length($0) } ?? 1))
    }
    guard offset > 0 else { return 0 }
    let start = max(0, offset - Self.clusterBytes)
    var position = start
    // Not within a character: skip continuation bytes at the start of the window.
    while position < offset, position > 0, bytes[position] & 0xC0 == 0x80 { position += 1 }
    var last = position
    let text = String(decoding: bytes[position..<offset], as: UTF8.self)
    guard Array(text.utf8) == Array(bytes[position..<offset]) else { return offset - 1 }
    for character in text {
      last = position
      position += Self.length(character)
    }
    return last
  }

  /// More bytes than a sensible grapheme has.
  private static let clusterBytes = 64

  private static func length(_ character: Character) -> Int { character.utf8.count }

  private static func clusterWindow(_ bytes: [UInt8], from offset: Int) -> String {
    var end = min(bytes.count, offset + clusterBytes)
    while end < bytes.count, end > offset, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    let window = bytes[offset..<end]
    let text = String(decoding: window, as: UTF8.self)
    // Bytes that are not UTF-8 are stepped over one by one.
    return Array(text.utf8.prefix(4)) == Array(window.prefix(4)) ? text : ""
  }
}
