/// What is wrong with a vocabulary, and where: the key of the model file, and the entry in its list.
struct VocabularyFault: Error, Equatable {
  /// The key of the metadata, e.g. `tokenizer.ggml.merges`.
  var key: String
  /// The entry of the list under `key`, from 0.
  var index: Int?
  /// What is wrong, in a few words.
  var what: String
  /// What would mend it.
  var remedy: String?
}

/// A vocabulary as a model file gives it, before anything is believed.
struct VocabularyParts: Sendable {
  /// Entries by id: in GPT-2's byte alphabet, or plain UTF-8 for special and user-defined ones.
  var tokens = ByteStrings()
  /// `TokenKind` of each entry.
  var kinds: [Int32] = []
  /// Pairs in order of rank, each `left right` in the byte alphabet.
  var merges = ByteStrings()
  var beginOfText: TokenID?
  var endOfText: TokenID?
  /// Further ids after which a generation ends.
  var furtherEnds: [TokenID] = []
  /// How ordinary entries and merges are written.
  var writing = Writing.byteAlphabet
  /// Entries matched whole that merges can name as well, as they were among the ordinary ones.
  var alsoMerged: Set<TokenID> = []
  /// The merges by id, from formats that do not write them down; `merges` is then empty.
  var merging: [MergeTable.Merge]?
  /// The byte between the two entries of a merge.
  var mergeSeparator = UInt8(ascii: " ")
  /// Whether several ordinary entries may say the same; the first is then found by its bytes.
  var allowsTwins = false
  /// What the file calls the lists, for faults.
  var names = Names()

  /// How entries are written.
  enum Writing {
    /// In GPT-2's byte alphabet; an ordinary entry with any other character is a fault.
    case byteAlphabet
    /// In GPT-2's byte alphabet; an ordinary entry with any other character can never be used.
    case lenientByteAlphabet
    /// As the bytes they are.
    case bytes
  }

  /// What a file calls the lists.
  struct Names: Sendable {
    var tokens = Key.tokens
    var kinds = Key.kinds
    var merges = Key.merges
  }

  /// Keys of the lists, for faults.
  enum Key {
    static let tokens = "tokenizer.ggml.tokens"
    static let kinds = "tokenizer.ggml.token_type"
    static let merges = "tokenizer.ggml.merges"
  }

  /// Entries decoded to bytes.
  struct Entries {
    var pieces: PieceBytes
    var kinds: [UInt8]
    /// The entries that merges can name.
    var table: PieceTable
  }

  /// Decodes and checks all entries: each of a known kind, not empty, written in its alphabet,
  /// and none twice.
  func decodedEntries() throws(VocabularyFault) -> Entries {
    guard tokens.count > 0 else {
      throw VocabularyFault(key: names.tokens, what: "is empty: a vocabulary needs entries")
    }
    guard tokens.count <= Vocabulary.maximumCount else {
      throw VocabularyFault(
        key: names.tokens,
        what: "has \(tokens.count) entries; at most \(Vocabulary.maximumCount) are supported")
    }
    guard kinds.count == tokens.count else {
      throw VocabularyFault(
        key: names.kinds,
        what: "has \(kinds.count) entries, but \(names.tokens) has \(tokens.count)")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(tokens.bytes.count)
    var starts: [UInt32] = [0]
    starts.reserveCapacity(tokens.count + 1)
    var checkedKinds: [UInt8] = []
    checkedKinds.reserveCapacity(tokens.count)
    for index in 0..<tokens.count {
      let kind = try append(index, kind: try checkedKind(index), to: &bytes)
      checkedKinds.append(kind)
      guard let end = UInt32(exactly: bytes.count) else {
        throw VocabularyFault(key: names.tokens, index: index, what: "lies beyond 4 GiB of entries")
      }
      starts.append(end)
    }
    let pieces = PieceBytes(bytes: FrozenArray(bytes), starts: FrozenArray(starts))
    let table = try uniqueEntries(of: pieces, kinds: checkedKinds)
    return Entries(pieces: pieces, kinds: checkedKinds, table: table)
  }

  private func checkedKind(_ index: Int) throws(VocabularyFault) -> UInt8 {
    guard TokenKind(rawValue: kinds[index]) != nil else {
      throw VocabularyFault(
        key: names.kinds, index: index, what: "is \(kinds[index]); kinds of tokens are 1 to 6")
    }
    return UInt8(truncatingIfNeeded: kinds[index])
  }

  /// Appends the bytes of an entry; gives the kind that it really is.
  private func append(
    _ index: Int, kind: UInt8, to bytes: inout [UInt8]
  ) throws(VocabularyFault) -> UInt8 {
    let range = tokens.range(index)
    let whole = TokenKind.isMatchedWhole(kind)
    let limit = whole ? Vocabulary.maximumWholeBytes : Vocabulary.maximumTokenBytes
    guard !range.isEmpty || kind == UInt8(TokenKind.unused.rawValue) else {
      throw VocabularyFault(key: names.tokens, index: index, what: "is empty")
    }
    guard range.count <= limit else {
      throw VocabularyFault(
        key: names.tokens, index: index,
        what: "has \(range.count) bytes; at most \(limit) are supported")
    }
    let written = tokens.bytes.withUnsafeBufferPointer { all in
      let text = UnsafeBufferPointer(rebasing: all[range])
      if TokenKind.isMerged(kind), writing != .bytes {
        return ByteAlphabet.decode(text, into: &bytes)
      }
      bytes.append(contentsOf: text)
      return !whole || UTF8Sequence.isValid(text)
    }
    if !written, !whole, writing == .lenientByteAlphabet {
      bytes.append(contentsOf: tokens.bytes[range])
      return UInt8(TokenKind.unused.rawValue)
    }
    guard written else {
      throw VocabularyFault(
        key: names.tokens, index: index,
        what: whole ? "is not UTF-8" : "holds a character outside of GPT-2's byte alphabet")
    }
    return kind
  }

  /// The table of the entries that merges can name. An entry that stands twice in the file, under
  /// whatever kinds, makes ids ambiguous and is refused.
  private func uniqueEntries(
    of pieces: PieceBytes, kinds: [UInt8]
  ) throws(VocabularyFault) -> PieceTable {
    var table = PieceTable(capacity: pieces.count)
    var wholes = PieceTable(capacity: pieces.count)
    if allowsTwins {
      // Text comes before the single bytes that a vocabulary falls back to.
      for index in 0..<pieces.count where kinds[index] == UInt8(TokenKind.normal.rawValue) {
        _ = table.insert(TokenID(index), of: pieces)
      }
    }
    for index in 0..<pieces.count {
      var twin: TokenID?
      if TokenKind.isMerged(kinds[index]) || alsoMerged.contains(TokenID(index)) {
        twin = table.insert(TokenID(index), of: pieces)
        if allowsTwins { twin = nil }
      }
      if twin == nil, TokenKind.isMatchedWhole(kinds[index]) {
        twin = wholes.insert(TokenID(index), of: pieces)
      }
      if let twin {
        throw VocabularyFault(
          key: names.tokens, index: index, what: "is the same as entry \(twin)")
      }
    }
    return table
  }
}

extension VocabularyParts {
  /// Names of special tokens that end a turn or a text in the chat formats in use. Files rarely
  /// name more than one of theirs.
  static let knownEnds: [String] = [
    "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>",
    "<|end|>", "<|return|>", "<end_of_turn>", "<|end_of_turn|>", "<|EOT|>", "</s>", "<EOT>",
  ]

  /// The ids that the file names as ends, and its special entries with a known name.
  func endOfGeneration(in entries: Entries) -> Set<TokenID> {
    var ends = Set(furtherEnds)
    if let endOfText { ends.insert(endOfText) }
    let names = Set(Self.knownEnds.map { Array($0.utf8) })
    for index in entries.kinds.indices where TokenKind.isMatchedWhole(entries.kinds[index]) {
      if names.contains(Array(entries.pieces.bytes(of: index))) { ends.insert(TokenID(index)) }
    }
    return ends
  }
}
