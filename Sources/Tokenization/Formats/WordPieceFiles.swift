public import ModelFiles

extension Tokenizer {
  /// The tokenizer of a WordPiece vocabulary, `vocab.txt`: one entry in each line, its number that
  /// of the line; `##` before those that go on with a word. Letters are kept as they are if some
  /// entry has a capital, otherwise made small and without accents, as BERT's models do.
  ///
  /// - Throws: `FileFault` for a file that is too large, has empty lines or the same entry twice, or
  ///   lacks `[UNK]`.
  public init(wordPiece path: String) throws(FileFault) {
    let file = try MappedFile(path: path)
    guard file.count <= WordPieceFile.maximumBytes else {
      throw FileFault(
        path: path,
        what: "has \(file.count) bytes; at most \(WordPieceFile.maximumBytes) are supported")
    }
    let text = try file.bytes(in: 0..<file.count)
    var parts = WordPieceParts()
    parts.key = "line"
    var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for line in lines {
      WordPieceFile.append(line.last == UInt8(ascii: "\r") ? line.dropLast() : line, to: &parts)
    }
    try self.init(parts, path: path)
  }

  /// The WordPiece vocabulary of a GGUF file, in which U+2581 stands before entries that begin words.
  static func wordPiece(_ gguf: GGUFFile) throws(FileFault) -> Tokenizer {
    let tokens = try VocabularyParts.strings(VocabularyParts.Key.tokens, in: gguf)
    let kinds = try gguf.integers(VocabularyParts.Key.kinds)
    guard kinds.count == tokens.count else {
      throw FileFault(
        path: gguf.path,
        what: "\(VocabularyParts.Key.kinds) has \(kinds.count) entries, but "
          + "\(VocabularyParts.Key.tokens) has \(tokens.count)")
    }
    var parts = WordPieceParts()
    parts.key = VocabularyParts.Key.tokens
    for index in 0..<tokens.count {
      let piece = tokens.bytes[tokens.range(index)]
      let kind = Int32(exactly: kinds[index]).flatMap { TokenKind(rawValue: $0) } ?? .unused
      if WordPieceFile.special(piece) != nil || kind == .control || kind == .unknown {
        parts.append(piece, kind: WordPieceFile.special(piece) ?? kind, continues: false)
      } else if piece.starts(with: SentencePieces.escapedSpace) {
        parts.append(
          piece.dropFirst(3), kind: piece.count > 3 ? .normal : .unused, continues: false)
      } else {
        parts.append(piece, kind: kind == .unused ? .unused : .normal, continues: true)
      }
    }
    return try Tokenizer(parts, path: gguf.path)
  }

  private init(_ parts: WordPieceParts, path: String) throws(FileFault) {
    var parts = parts
    parts.lowercases = !parts.hasCapitals
    parts.stripsAccents = parts.lowercases
    do throws(VocabularyFault) {
      try self.init(parts, roles: WordPieceFile.roles(parts))
    } catch {
      throw FileFault(error, path: path)
    }
  }
}

/// What files of WordPiece vocabularies have in common.
private enum WordPieceFile {
  /// Bytes that a file may have.
  static let maximumBytes = 1 << 26

  /// The kind of an entry by its name, where it is one of BERT's special ones.
  static func special(_ piece: some Collection<UInt8>) -> TokenKind? {
    if piece.elementsEqual("[UNK]".utf8) { return .unknown }
    let names = ["[PAD]", "[CLS]", "[SEP]", "[MASK]"]
    return names.contains { piece.elementsEqual($0.utf8) } ? .control : nil
  }

  /// Adds a line of `vocab.txt`.
  static func append(_ line: ArraySlice<UInt8>, to parts: inout WordPieceParts) {
    if let kind = special(line) {
      parts.append(line, kind: kind, continues: false)
    } else if line.count > 2, line.starts(with: "##".utf8) {
      parts.append(line.dropFirst(2), kind: .normal, continues: true)
    } else {
      parts.append(line, kind: .normal, continues: false)
    }
  }

  /// `[CLS]` stands before every text, `[SEP]` after it.
  static func roles(_ parts: WordPieceParts) -> TokenRoles {
    func id(_ name: String) -> TokenID? {
      (0..<parts.pieces.count).first {
        parts.kinds[$0] == .control
          && parts.pieces.bytes[parts.pieces.range($0)].elementsEqual(name.utf8)
      }.map { TokenID($0) }
    }
    var roles = TokenRoles()
    roles.beginOfText = id("[CLS]")
    roles.endOfText = id("[SEP]")
    if let begin = roles.beginOfText { roles.affixes.prefix = [begin] }
    if let end = roles.endOfText { roles.affixes.suffix = [end] }
    return roles
  }
}
