/// How one kind of tokenizer (byte-level BPE, SentencePiece, WordPiece, …) turns text into tokens
/// and back. `Tokenizer` holds one, chosen when a file is opened.
///
/// It is asked once for a text, or for a stretch of it, never word by word: what happens for each
/// word is the model's own, without dynamic dispatch. Text is bytes and need not be UTF-8. Where a
/// model changes the text before it looks for pieces (normalisation, a space at the beginning),
/// `Token.start` and `Token.end` still are byte offsets in the text as it was given.
protocol TokenizerModel: Sendable {
  /// The entries.
  var vocabulary: Vocabulary { get }

  /// Appends the tokens from `position` on: 0, or what an earlier call for the same text gave, or a
  /// stable boundary of it at which a token begins. Stops at the first place at least `budget`
  /// bytes further from which it can go on, and gives it; at the end of the text this is its
  /// length. What it gives is beyond `position` unless that is the end.
  ///
  /// - Parameter parsesSpecials: whether special entries written in the text become those tokens;
  ///   user-defined ones always do.
  func encode(
    _ text: UnsafeBufferPointer<UInt8>, from position: Int, budget: Int, parsesSpecials: Bool,
    into tokens: inout [Token]
  ) -> Int

  /// Appends the tokens of `text[..<end]`, an `end` within a word or a character included: what is cut
  /// by rules that look ahead is cut as the whole text calls for. User-defined entries are found,
  /// special ones are text.
  func encode(_ text: UnsafeBufferPointer<UInt8>, upTo end: Int, into tokens: inout [Token])

  /// The text that tokens say, by the rules of this kind: which spaces stand for nothing, how
  /// single bytes join. Ids that are no entry's add nothing.
  func decode(_ ids: [TokenID]) -> [UInt8]

  /// How what the tokens of a text say stands to the text.
  var spelling: Spelling { get }

  /// Where a space is put before texts: whether a text whose first token is this one begins with what
  /// the token says after a space.
  func bringsSpace(_ id: TokenID) -> Bool

  /// Whether the tokens of a text can depend on what follows it.
  var looksAhead: Bool { get }

  /// Of tokens that are the beginning of an encoding, how many of the last it depends on whether
  /// another may follow.
  func tail(of tokens: [TokenID]) -> Int

  /// Whether every text that has these two characters around `position` is cut there between two
  /// words, so that no token but a special one lies across, and tokens on both sides do not depend
  /// on each other. True at both ends of a text; a model that knows no such place says so of no
  /// other.
  func isStableBoundary(_ position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool

  /// How many bytes before an edit a stable boundary must lie, so that nothing before it can have
  /// read what was edited; `nil` when there are no stable boundaries.
  func reach(parsesSpecials: Bool) -> Int?

  /// The tokens after an edit that fits the text and the old tokens; `nil` where everything has to be
  /// encoded anew. Models whose tokens depend on nothing beyond stable boundaries need not say how.
  func retokenize(
    _ old: inout [Token], text: UnsafeBufferPointer<UInt8>, edit: Edit, parsesSpecials: Bool
  ) -> Retokenization?

  /// Which tokens stay two when one follows the other, anywhere or in a word of lower-case ASCII
  /// letters, with no apostrophe before it and perhaps a space; `nil` where that depends on more than
  /// the two.
  func pairRule() -> PairRule?
}

extension TokenizerModel {
  var spelling: Spelling { .same }

  func bringsSpace(_ id: TokenID) -> Bool {
    vocabulary.pieces.bytes(of: Int(id)).first == UInt8(ascii: " ") && !vocabulary.isSpecial(id)
  }

  var looksAhead: Bool { true }

  func tail(of tokens: [TokenID]) -> Int { tokens.count }

  func pairRule() -> PairRule? { nil }

  /// Right wherever tokens do not depend on what follows them but by the rules of a merge.
  func encode(_ text: UnsafeBufferPointer<UInt8>, upTo end: Int, into tokens: inout [Token]) {
    let beginning = UnsafeBufferPointer(rebasing: text[..<end])
    var position = 0
    while position < end {
      position = encode(
        beginning, from: position, budget: .max, parsesSpecials: false, into: &tokens)
    }
  }

  /// The bytes of the entries, joined: right wherever an entry says the same at any place.
  func decode(_ ids: [TokenID]) -> [UInt8] { vocabulary.joined(ids) }

  func isStableBoundary(_ position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    position <= 0 || position >= text.count
  }

  func reach(parsesSpecials: Bool) -> Int? { nil }

  func retokenize(
    _ old: inout [Token], text: UnsafeBufferPointer<UInt8>, edit: Edit, parsesSpecials: Bool
  ) -> Retokenization? {
    reach(parsesSpecials: parsesSpecials).map { reach in
      retokenize(&old, text: text, edit: edit, reach: reach, parsesSpecials: parsesSpecials)
    }
  }
}

/// The tokens that a model expects before and after every text, such as `<s>` or `[CLS]` and
/// `[SEP]`.
public struct Affixes: Sendable, Hashable {
  /// Ids before the text.
  public var prefix: [TokenID]
  /// Ids after the text.
  public var suffix: [TokenID]

  /// Affixes; by default none.
  public init(prefix: [TokenID] = [], suffix: [TokenID] = []) {
    self.prefix = prefix
    self.suffix = suffix
  }
}
