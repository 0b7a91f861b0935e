/// The number of a vocabulary entry, as model files and embedding tables count them: from 0.
public typealias TokenID = Int32

/// One token of a text: which vocabulary entry, and which bytes of the text it stands for.
public struct Token: Sendable, Hashable, BitwiseCopyable {
  /// The vocabulary entry.
  public var id: TokenID
  // Of a long text there are many tokens, so offsets are kept in half the bytes; the two highest bits of
  // both are ``hold``.
  @usableFromInline var first: UInt32
  @usableFromInline var next: UInt32
  @usableFromInline static let offset: UInt32 = .max >> 2

  /// Byte offset in the text at which the token begins; below ``longestText``.
  @inlinable public var start: Int {
    get { Int(first & Self.offset) }
    set { first = UInt32(truncatingIfNeeded: newValue) | first & ~Self.offset }
  }
  /// Byte offset in the text just past the token. `end - start` equals the number of bytes of the
  /// vocabulary entry, except where the text holds bytes that the vocabulary cannot say
  /// (`Vocabulary.absentBytes`): those belong to no token, or lie inside one that closed over them.
  @inlinable public var end: Int {
    get { Int(next & Self.offset) }
    set { next = UInt32(truncatingIfNeeded: newValue) | next & ~Self.offset }
  }

  /// The longest text that tokens can lie in, in bytes.
  public static let longestText = Int(offset)

  /// A token of `text[start..<end]`.
  @inlinable public init(id: TokenID, start: Int, end: Int) {
    self.id = id
    first = UInt32(truncatingIfNeeded: start)
    next = UInt32(truncatingIfNeeded: end)
  }

  /// What is known of when it is the same whatever stands before the bytes around it: 0 if always, else a
  /// number below 16 whose meaning is its model's. Only models that sum scores over a whole text set it;
  /// it is no part of what a token is.
  var hold: UInt8 {
    get { UInt8(truncatingIfNeeded: (first >> 30) << 2 | next >> 30) }
    set {
      first = first & Self.offset | (UInt32(newValue) >> 2) << 30
      next = next & Self.offset | UInt32(newValue) << 30
    }
  }

  /// The token in a text in which it stands `shift` bytes further.
  func moved(by shift: Int) -> Token {
    var token = self
    token.first &+= UInt32(truncatingIfNeeded: shift)
    token.next &+= UInt32(truncatingIfNeeded: shift)
    return token
  }

  /// Whether both are the same entry at the same place.
  @inlinable public static func == (left: Token, right: Token) -> Bool {
    left.id == right.id && ((left.first ^ right.first) | (left.next ^ right.next)) & offset == 0
  }

  /// Hashes what `==` compares.
  @inlinable public func hash(into hasher: inout Hasher) {
    hasher.combine(id)
    hasher.combine(first & Self.offset)
    hasher.combine(next & Self.offset)
  }
}

/// A replacement in a text: bytes `start..<oldEnd` of the old text became bytes `start..<newEnd`
/// of the new one; everything else stayed as it was.
public struct Edit: Sendable, Hashable {
  /// Byte offset of the first byte that was replaced, in both texts.
  public var start: Int
  /// Byte offset just past the replaced bytes, in the old text.
  public var oldEnd: Int
  /// Byte offset just past the replacing bytes, in the new text.
  public var newEnd: Int

  /// An edit at `start`: an insertion when `oldEnd == start`, a deletion when `newEnd == start`.
  public init(start: Int, oldEnd: Int, newEnd: Int) {
    self.start = start
    self.oldEnd = oldEnd
    self.newEnd = newEnd
  }
}

/// The tokens of a text after an edit, and from where on they are new.
public struct Retokenization: Sendable, Hashable {
  /// The tokens of the new text, as a full encoding would give them.
  public var tokens: [Token]
  /// Index of the first token that differs from the old one at that index, in id or place;
  /// everything computed for the tokens before it (a key/value cache, readings) still stands. When
  /// one list merely continues the other it is the length of the shorter.
  public var firstChanged: Int

  /// Tokens of which those before `firstChanged` are old.
  public init(tokens: [Token], firstChanged: Int) {
    self.tokens = tokens
    self.firstChanged = firstChanged
  }
}
