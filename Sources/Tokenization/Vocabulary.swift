/// What kind of entry a token is. The raw values are GGUF's `tokenizer.ggml.token_type`.
public enum TokenKind: Int32, Sendable, Hashable, CaseIterable {
  /// Bytes of text.
  case normal = 1
  /// Stands for what the vocabulary cannot say.
  case unknown = 2
  /// Steers the model (`<|im_end|>`); no ordinary text encodes to it.
  case control = 3
  /// Text that was added to the vocabulary as a whole, outside of the merges.
  case userDefined = 4
  /// A number without a meaning.
  case unused = 5
  /// A single byte, in vocabularies that fall back to bytes.
  case byte = 6
}

/// The entries of a tokenizer: for each id its bytes and kind. Entries are byte strings, since a
/// token may end within a character.
///
/// A copy is cheap: it shares its storage. All lookups accept any id: one outside `0..<count` has no bytes and is
/// nothing special, so a damaged session file cannot crash a pane.
public struct Vocabulary: Sendable {
  let pieces: PieceBytes
  private let kinds: FrozenArray<UInt8>
  private let table: PieceTable
  /// Special and user-defined entries.
  let wholes: WholeMatcher
  /// User-defined entries only.
  let userDefined: WholeMatcher

  /// The id that begins a text, where the model file names one.
  public let beginOfText: TokenID?
  /// The id that ends a text, where the model file names one.
  public let endOfText: TokenID?
  /// Ids after which a generation is over: the end of text, of a turn or of a message.
  public internal(set) var endOfGeneration: Set<TokenID>
  /// The largest number of bytes of any entry.
  public let longestTokenBytes: Int
  /// The byte values, ascending, that no entry says alone. Byte-level BPE leaves such bytes out, as
  /// the reference implementation does; `decode(encode(text)) == text` holds for texts without them.
  public let absentBytes: [UInt8]
  /// The id of each single byte, or -1.
  let byteTokens: FrozenArray<TokenID>

  /// Entries that a vocabulary may have.
  static let maximumCount = 1 << 22
  /// Bytes that one entry may have.
  static let maximumTokenBytes = 0xFFFF
  /// Bytes that an entry matched whole in the text may have. Bounds how far a character typed
  /// later can reach back.
  static let maximumWholeBytes = 1024

  init(_ parts: VocabularyParts) throws(VocabularyFault) {
    self.init(try parts.decodedEntries(), of: parts)
  }

  /// A vocabulary of entries that have been checked; `parts` gives the ids that begin and end texts.
  init(_ entries: VocabularyParts.Entries, of parts: VocabularyParts) {
    pieces = entries.pieces
    kinds = FrozenArray(entries.kinds)
    table = entries.table
    longestTokenBytes = (0..<pieces.count).reduce(0) { max($0, entries.pieces.length(of: $1)) }
    var distinct = PieceTable(capacity: pieces.count)
    let wholeIDs = entries.kinds.indices.filter {
      TokenKind.isMatchedWhole(entries.kinds[$0])
        && distinct.insert(TokenID($0), of: entries.pieces) == nil
    }
    wholes = WholeMatcher(wholeIDs.map { TokenID($0) }, in: pieces)
    userDefined = WholeMatcher(
      wholeIDs.filter { entries.kinds[$0] == UInt8(TokenKind.userDefined.rawValue) }
        .map { TokenID($0) },
      in: pieces)
    let single = (0..<256).map { byte in
      withUnsafePointer(to: UInt8(byte)) { pointer in
        entries.table.find(UnsafeBufferPointer(start: pointer, count: 1), in: entries.pieces) ?? -1
      }
    }
    byteTokens = FrozenArray(single)
    absentBytes = (0..<256).filter { single[$0] < 0 }.map { UInt8($0) }
    beginOfText = parts.beginOfText
    endOfText = parts.endOfText
    endOfGeneration = parts.endOfGeneration(in: entries)
  }

  /// Number of entries; ids are `0..<count`.
  public var count: Int { pieces.count }

  /// Whether `id` is the number of an entry.
  public func contains(_ id: TokenID) -> Bool { id >= 0 && Int(id) < count }

  /// The bytes of an entry; none when `id` is out of range.
  public func bytes(of id: TokenID) -> [UInt8] {
    contains(id) ? Array(pieces.bytes(of: Int(id))) : []
  }

  /// Number of bytes of an entry; 0 when `id` is out of range.
  public func byteCount(of id: TokenID) -> Int {
    contains(id) ? pieces.length(of: Int(id)) : 0
  }

  /// The bytes of entries, joined. Ids that are no entry's add nothing.
  func joined(_ ids: some Sequence<TokenID>) -> [UInt8] {
    var bytes: [UInt8] = []
    for id in ids where contains(id) { bytes.append(contentsOf: pieces.bytes(of: Int(id))) }
    return bytes
  }

  /// The entry as text for reading: what is not UTF-8 (a token that ends within a character) is
  /// U+FFFD. Not safe to send to a terminal as it is.
  public func text(of id: TokenID) -> String {
    contains(id) ? String(decoding: pieces.bytes(of: Int(id)), as: UTF8.self) : ""
  }

  /// The kind of an entry; `unused` when `id` is out of range.
  public func kind(of id: TokenID) -> TokenKind {
    contains(id) ? TokenKind(rawValue: Int32(kinds[Int(id)])) ?? .unused : .unused
  }

  /// Whether an entry steers the model rather than saying text: kinds `control` and `unknown`.
  public func isSpecial(_ id: TokenID) -> Bool {
    let kind = kind(of: id)
    return kind == .control || kind == .unknown
  }

  /// The entry that has exactly these bytes: the ordinary one where there is one, else a special
  /// or user-defined one.
  public func id(of bytes: [UInt8]) -> TokenID? {
    bytes.withUnsafeBufferPointer { buffer in
      table.find(buffer, in: pieces) ?? wholes.exact(buffer, in: pieces)
    }
  }

  /// The entry with these bytes among those that merges can name.
  func ordinary(_ bytes: UnsafeBufferPointer<UInt8>) -> TokenID? { table.find(bytes, in: pieces) }

  /// The special entry of this name, e.g. `<|im_end|>`.
  public func special(named name: String) -> TokenID? {
    let bytes = Array(name.utf8)
    return bytes.withUnsafeBufferPointer { wholes.exact($0, in: pieces) }.flatMap {
      isSpecial($0) ? $0 : nil
    }
  }

  /// The special entries, ascending.
  public var specials: [TokenID] { wholes.ids.filter(isSpecial).sorted() }
}

extension TokenKind {
  /// Whether entries of this kind are found in the text as they are, before it is cut into words.
  static func isMatchedWhole(_ rawValue: UInt8) -> Bool {
    switch TokenKind(rawValue: Int32(rawValue)) {
    case .control, .unknown, .userDefined: true
    case .normal, .unused, .byte, nil: false
    }
  }

  /// Whether entries of this kind are written in GPT-2's byte alphabet and take part in merges.
  static func isMerged(_ rawValue: UInt8) -> Bool {
    switch TokenKind(rawValue: Int32(rawValue)) {
    case .normal, .byte: true
    case .control, .unknown, .userDefined, .unused, nil: false
    }
  }
}
