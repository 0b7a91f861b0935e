/// Turns text into tokens and back. Text is bytes: nothing needs to be valid UTF-8.
///
/// A copy is cheap and shares its storage; all functions may be called from any thread.
///
/// ## Where tokens can change
/// Byte-level BPE cuts words looking only forwards, and merges never cross a cut. So a cut, once
/// there, does not depend on what stands before it, and `isStableBoundary` can tell from the two
/// characters around a position that every text with these two has a cut there. Between two such
/// positions tokens depend on nothing else, apart from special tokens, which may lie across. Kinds
/// of tokenizers without such places are encoded anew after an edit.
public struct Tokenizer: Sendable {
  /// What the tokenizer is called: the name of its pre-tokenizer or kind, e.g. `smollm`.
  public let name: String
  /// The tokens that the model expects before and after every text. `encode` adds them only when
  /// asked.
  public let affixes: Affixes
  /// The entries.
  public internal(set) var vocabulary: Vocabulary

  let model: any TokenizerModel

  /// A tokenizer of any kind.
  init(name: String, model: any TokenizerModel, affixes: Affixes = Affixes()) {
    self.name = name
    self.model = model
    vocabulary = model.vocabulary
    self.affixes = affixes
  }

  /// The same, with further ids after which a generation is over; those of no entry are left out.
  public func ending(at ids: some Sequence<TokenID>) -> Tokenizer {
    var tokenizer = self
    tokenizer.vocabulary.endOfGeneration.formUnion(ids.filter(vocabulary.contains))
    return tokenizer
  }

  /// The tokens of a text, in order.
  ///
  /// - Parameters:
  ///   - parsesSpecials: whether special tokens written in the text (`<|im_end|>`) become those
  ///     tokens, the leftmost first and the longest of those that begin at one place; otherwise
  ///     they are text like any other. User-defined entries are always found, as they are text that
  ///     the vocabulary was given whole.
  ///   - addsAffixes: whether the tokens of `affixes` are put around the text, without bytes of
  ///     their own: at its beginning and its end. By default a text is taken as it is.
  ///
  /// A text has at most ``Token/longestText`` bytes.
  /// Byte-level BPE leaves bytes of `Vocabulary.absentBytes` out; without them its tokens cover the
  /// text and `decode` gives it back. A text of n bytes costs O(n log n) time at worst, whatever it
  /// holds.
  public func encode(
    _ text: [UInt8], parsesSpecials: Bool = true, addsAffixes: Bool = false
  ) -> [Token] {
    precondition(text.count <= Token.longestText)
    var tokens: [Token] = []
    tokens.reserveLarge(
      Self.room(for: text.count) + affixes.prefix.count + affixes.suffix.count)
    if addsAffixes { tokens += affixes.prefix.map { Token(id: $0, start: 0, end: 0) } }
    text.withUnsafeBufferPointer { bytes in
      var position = 0
      while position < bytes.count {
        position = model.encode(
          bytes, from: position, budget: .max, parsesSpecials: parsesSpecials, into: &tokens)
      }
    }
    if addsAffixes {
      tokens += affixes.suffix.map { Token(id: $0, start: text.count, end: text.count) }
    }
    return tokens
  }

  /// Tokens for which memory is asked for: what is not written is never taken, while a list that grows
  /// is copied again and again.
  private static func room(for bytes: Int) -> Int { max(min(bytes, 1 << 26), bytes / 3) }

  /// What a language model expects before a text, as text: the special tokens of
  /// ``Affixes/prefix``, written out; nothing where the text begins with them itself, as what a chat
  /// template gives does.
  public func opening(of text: [UInt8]) -> [UInt8] {
    let opening = affixes.prefix.flatMap { vocabulary.bytes(of: $0) }
    let isWritten = affixes.prefix.allSatisfy { vocabulary.isSpecial($0) }
    return isWritten && !text.starts(with: opening) ? opening : []
  }

  /// The tokens of a text as a language model is given it: those of its ``opening(of:)``, without
  /// bytes of their own, and those of the text.
  public func encodePrompt(_ text: [UInt8]) -> [Token] {
    let prefix = opening(of: text).isEmpty ? [] : affixes.prefix
    return prefix.map { Token(id: $0, start: 0, end: 0) } + encode(text)
  }

  /// The tokens of `text[..<end]` as the whole text calls for: where `end` lies within a word or a
  /// character, those that the encoding of such a text would begin with if its merges went no
  /// further. Special tokens are not parsed.
  func encode(_ text: [UInt8], upTo end: Int) -> [Token] {
    var tokens: [Token] = []
    text.withUnsafeBufferPointer { model.encode($0, upTo: end, into: &tokens) }
    return tokens
  }

  /// The text that tokens say. For byte-level BPE these are the bytes of the entries, joined. Ids
  /// that are no entry's add nothing.
  public func decode(_ ids: some Sequence<TokenID>) -> [UInt8] { model.decode(Array(ids)) }

  /// Whether the tokens of a text can depend on what follows it.
  public var looksAhead: Bool { model.looksAhead }

  /// Whether every text that has these two characters around `position` is cut there between two
  /// words, so that no token but a special one lies across. Also at both ends of the text.
  public func isStableBoundary(_ position: Int, in text: [UInt8]) -> Bool {
    text.withUnsafeBufferPointer { model.isStableBoundary(position, in: $0) }
  }
}
