/// One text cut by several tokenizers, aligned by byte.
///
/// A *boundary* of a tokenizer is a byte offset strictly inside the text at which one of its tokens
/// begins. Offsets are those of the text as it was given, so that boundaries of any tokenizers can be
/// laid on each other. Special tokens written in the text are taken as text, since what is one to one
/// tokenizer means nothing to another.
public struct TokenizerComparison: Sendable {
  /// One of the tokenizers, and what it makes of the text.
  public struct Side: Sendable {
    /// What it is called here.
    public let name: String
    /// The tokenizer.
    public let tokenizer: Tokenizer
    /// The text's tokens.
    public fileprivate(set) var tokens: [Token]
  }

  /// The text.
  public private(set) var text: [UInt8]
  /// The tokenizers, in the order in which they were given; the first is what others are held to.
  public private(set) var sides: [Side] = []
  /// Words of the text (`WordCount`).
  public private(set) var words: Int
  /// Characters of the text (`WordCount`).
  public private(set) var characters: Int

  /// How many tokenizers can be compared at once.
  public static let most = 6

  /// A text, not yet cut by any tokenizer.
  public init(_ text: [UInt8]) {
    self.text = text
    words = WordCount.words(in: text)
    characters = WordCount.characters(in: text, 0..<text.count)
  }

  /// Adds a tokenizer at the end.
  public mutating func add(_ tokenizer: Tokenizer, name: String) {
    sides.append(
      Side(
        name: name, tokenizer: tokenizer, tokens: tokenizer.encode(text, parsesSpecials: false)))
  }

  /// Takes a tokenizer out.
  public mutating func remove(at index: Int) { sides.remove(at: index) }

  /// Puts another text in the place of this one. Only what is around the difference is cut anew,
  /// as far as the tokenizers allow (`Tokenizer.retokenize`).
  public mutating func setText(_ new: [UInt8]) {
    let edit = Self.difference(text, new)
    guard edit.oldEnd > edit.start || edit.newEnd > edit.start else { return }
    // Whether a word begins at a place depends on the character there and those before it, back to
    // the last that is no mark.
    let before = Self.window(text, edit.start, edit.oldEnd)
    let after = Self.window(new, edit.start, edit.newEnd)
    words += WordCount.words(in: new, after) - WordCount.words(in: text, before)
    characters +=
      WordCount.characters(in: new, after) - WordCount.characters(in: text, before)
    text = new
    for index in sides.indices {
      var old: [Token] = []
      swap(&old, &sides[index].tokens)
      sides[index].tokens =
        sides[index].tokenizer.retokenize(old, text: new, edit: edit, parsesSpecials: false).tokens
    }
  }

  /// Where two texts differ: what is left between the longest beginning and end that they share.
  static func difference(_ old: [UInt8], _ new: [UInt8]) -> Edit {
    old.withUnsafeBufferPointer { old in
      new.withUnsafeBufferPointer { new in
        let shorter = min(old.count, new.count)
        var start = 0
        while start < shorter, old[start] == new[start] { start += 1 }
        var tail = 0
        while tail < shorter - start,
          old[old.count - 1 - tail] == new[new.count - 1 - tail]
        { tail += 1 }
        return Edit(start: start, oldEnd: old.count - tail, newEnd: new.count - tail)
      }
    }
  }

  /// A stretch around an edit outside of which no character, and no beginning of a word, can have
  /// changed: from the last ASCII character before it, which no mark goes back beyond, to the first
  /// after it.
  private static func window(_ text: [UInt8], _ start: Int, _ end: Int) -> Range<Int> {
    var low = start
    while low > 0 {
      low -= 1
      if text[low] < 0x80 { break }
    }
    var high = end
    while high < text.count {
      high += 1
      if text[high - 1] < 0x80 { break }
    }
    return low..<high
  }

  // MARK: Boundaries

  /// The boundaries of a tokenizer in `range`, ascending.
  public func boundaries(of side: Int, in range: Range<Int>) -> [Int] {
    var found: [Int] = []
    let tokens = sides[side].tokens
    var index = Self.first(in: tokens) { $0.start >= range.lowerBound }
    while index < tokens.count, tokens[index].start < range.upperBound {
      let start = tokens[index].start
      if start > 0, start < text.count, found.last != start { found.append(start) }
      index += 1
    }
    return found
  }

  /// All boundaries of a tokenizer, ascending.
  public func boundaries(of side: Int) -> [Int] { boundaries(of: side, in: 0..<text.count) }

  /// The index of the token that holds the byte at an offset, or of the last before it.
  public func token(of side: Int, at offset: Int) -> Int? {
    let after = Self.first(in: sides[side].tokens) { $0.start > offset }
    return after > 0 ? after - 1 : nil
  }

  private static func first(in tokens: [Token], where condition: (Token) -> Bool) -> Int {
    var (low, high) = (0, tokens.count)
    while low < high {
      let middle = (low + high) / 2
      if condition(tokens[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  // MARK: Measures

  /// What a tokenizer makes of the text, in numbers.
  public struct Measures: Sendable, Hashable {
    /// Tokens of the text.
    public let tokens: Int
    /// Bytes of the text over tokens; `nil` without tokens.
    public let bytesPerToken: Double?
    /// Characters of the text over tokens; `nil` without tokens.
    public let charactersPerToken: Double?
    /// Fertility: tokens over words; `nil` without words.
    public let tokensPerWord: Double?
    /// Boundaries.
    public let boundaries: Int
    /// Of these, how many the first tokenizer has too.
    public let sharedWithFirst: Int
    /// Boundaries that both have over those that one of them has (Jaccard); 1 when neither has any.
    public let agreement: Double
  }

  /// The measures of each tokenizer.
  public func measures() -> [Measures] {
    let first = sides.isEmpty ? [] : boundaries(of: 0)
    return sides.indices.map { index in
      let own = index == 0 ? first : boundaries(of: index)
      let shared = Self.shared(first, own)
      let tokens = sides[index].tokens.count
      func over(_ a: Int, _ b: Int) -> Double? { b > 0 ? Double(a) / Double(b) : nil }
      return Measures(
        tokens: tokens, bytesPerToken: over(text.count, tokens),
        charactersPerToken: over(characters, tokens), tokensPerWord: over(tokens, words),
        boundaries: own.count, sharedWithFirst: shared,
        agreement: over(shared, first.count + own.count - shared) ?? 1)
    }
  }

  /// Boundaries that both have over those that one of them has, for each pair of tokenizers.
  public func agreements() -> [[Double]] {
    let all = sides.indices.map { boundaries(of: $0) }
    return all.map { a in
      all.map { b in
        let shared = Self.shared(a, b)
        let either = a.count + b.count - shared
        return either > 0 ? Double(shared) / Double(either) : 1
      }
    }
  }

  /// How many offsets two ascending lists share.
  static func shared(_ a: [Int], _ b: [Int]) -> Int {
    var (i, j, count) = (0, 0, 0)
    while i < a.count, j < b.count {
      if a[i] == b[j] {
        count += 1
        i += 1
        j += 1
      } else if a[i] < b[j] {
        i += 1
      } else {
        j += 1
      }
    }
    return count
  }
}
