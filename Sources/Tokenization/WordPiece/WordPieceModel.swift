import Synchronization

/// The tables of a WordPiece model that encoding reads; immutable.
struct WordPieceTables: Sendable {
  /// The pieces that begin words.
  let beginnings: PieceTrie
  /// The pieces that go on with words.
  let continuations: PieceTrie
  /// What a word becomes that cannot be cut into pieces.
  let unknown: TokenID
  let lowercases: Bool
  let stripsAccents: Bool
}

/// WordPiece as BERT has it: control characters are taken out, accents too and capitals made small
/// where the vocabulary asks for it; the text is cut at white space, punctuation and Chinese
/// characters, and each word into the longest pieces from its beginning on.
///
/// Words do not know of each other, so a cut beside white space, punctuation or a Chinese character
/// holds in every text. The text cannot be got back from the tokens: `decode` puts one space between
/// words, or does what a file says.
struct WordPieceModel: TokenizerModel {
  let vocabulary: Vocabulary
  private let tables: WordPieceTables
  private let continues: [Bool]
  /// How tokens become text; `nil` where one space stands between words.
  private let decoder: PieceDecoder?
  private let specials: WholeMatcher
  private let nothing: WholeMatcher
  private let kinds = BertKind.table
  private let pool = WordPieceEncoderPool()

  /// A model over tables that have been checked.
  init(
    _ tables: WordPieceTables, vocabulary: Vocabulary, continues: [Bool], decoder: PieceDecoder?
  ) {
    self.decoder = decoder
    self.vocabulary = vocabulary
    self.tables = tables
    self.continues = continues
    specials = vocabulary.wholes
    nothing = WholeMatcher([], in: vocabulary.pieces)
  }

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, from position: Int, budget: Int, parsesSpecials: Bool,
    into tokens: inout [Token]
  ) -> Int {
    guard let base = text.baseAddress, position < text.count else { return text.count }
    let enough = text.count - position > budget ? position + budget : text.count
    let matcher = parsesSpecials ? specials : nothing
    return pool.withEncoder(tables) { encoder in
      var position = position
      while position < enough {
        let found = matcher.firstMatch(
          startingIn: position..<text.count, of: base, count: text.count,
          pieces: vocabulary.pieces)
        let end = found?.start ?? text.count
        position = encoder.encode(base, position..<end, enough: enough, into: &tokens)
        if let found, position == found.start, position < enough {
          tokens.append(Token(id: found.id, start: found.start, end: found.end))
          position = found.end
        }
      }
      return position
    }
  }

  func decode(_ ids: [TokenID]) -> [UInt8] {
    if let decoder { return decoder.decode(ids) }
    var bytes: [UInt8] = []
    for id in ids where vocabulary.contains(id) {
      if !bytes.isEmpty, !continues[Int(id)] { bytes.append(UInt8(ascii: " ")) }
      bytes.append(contentsOf: vocabulary.pieces.bytes(of: Int(id)))
    }
    return bytes
  }

  /// Whether an entry goes on with a word.
  func continues(_ id: TokenID) -> Bool { vocabulary.contains(id) && continues[Int(id)] }

  func isStableBoundary(_ position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress, position > 0, position < text.count else { return true }
    guard let after = UTF8Sequence.scalar(in: base, at: position, end: text.count),
      let before = UTF8Sequence.scalar(in: base, before: position)
    else { return false }
    return parts(before.value) || parts(after.value)
  }

  /// Whether a character always stands between words or is one of its own.
  private func parts(_ scalar: UInt32) -> Bool {
    switch BertKind.of(scalar, in: kinds) {
    case .space, .ideograph: true
    // Others may become something else when accents are taken off.
    case .punctuation: scalar < 0x80
    case .other, .removed, .mark: false
    }
  }

  /// Spaces are left out.
  var spelling: Spelling { .changed }

  func reach(parsesSpecials: Bool) -> Int? { max(parsesSpecials ? specials.longest : 0, 8) }
}

extension Tokenizer {
  /// Builds the tables of a WordPiece model from what a file gave, after checking it.
  init(
    _ parts: WordPieceParts, roles: TokenRoles, decoder: PieceDecoder? = nil
  ) throws(VocabularyFault) {
    let entries = try parts.entries()
    guard let unknown = parts.kinds.firstIndex(of: .unknown) else {
      throw VocabularyFault(key: parts.key, what: "has no entry for unknown words, such as [UNK]")
    }
    var ids = VocabularyParts()
    ids.beginOfText = roles.beginOfText
    ids.endOfText = roles.endOfText
    func trie(_ continues: Bool) -> PieceTrie {
      let chosen = (0..<parts.pieces.count).filter {
        parts.kinds[$0] == .normal && parts.continues[$0] == continues
      }
      return PieceTrie(entries.pieces, ids: chosen.map { TokenID($0) }) { _ in 0 }
    }
    let tables = WordPieceTables(
      beginnings: trie(false), continuations: trie(true), unknown: TokenID(unknown),
      lowercases: parts.lowercases, stripsAccents: parts.stripsAccents)
    self.init(
      name: "wordpiece",
      model: WordPieceModel(
        tables, vocabulary: Vocabulary(entries, of: ids), continues: parts.continues,
        decoder: decoder),
      affixes: roles.affixes)
  }
}

/// Encoders that are idle, with what they remember.
final class WordPieceEncoderPool: Sendable {
  private let idle = Mutex<[WordPieceEncoder]>([])
  /// Encoders kept for later; more may work at once.
  private static let kept = 2

  /// Lends an encoder for the time of `body`.
  func withEncoder<Result>(
    _ tables: WordPieceTables, _ body: (WordPieceEncoder) -> Result
  ) -> Result {
    let encoder = idle.withLock { $0.popLast() } ?? WordPieceEncoder(tables)
    defer {
      idle.withLock { if $0.count < Self.kept { $0.append(encoder) } }
    }
    return body(encoder)
  }
}
