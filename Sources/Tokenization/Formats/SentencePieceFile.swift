public import ModelFiles

extension Tokenizer {
  /// The tokenizer in a SentencePiece model file (`tokenizer.model`): BPE or Unigram, with its rules
  /// of normalisation and its fallback to bytes.
  ///
  /// - Throws: `FileFault` for a file that is not such a message, one of another type of model, and
  ///   lists that do not fit.
  public init(sentencePiece path: String) throws(FileFault) {
    let file = try MappedFile(path: path)
    guard file.count <= SentencePieceFile.maximumBytes else {
      throw FileFault(
        path: path,
        what: "has \(file.count) bytes; at most \(SentencePieceFile.maximumBytes) are supported")
    }
    var message = SentencePieceFile()
    try message.read(file)
    do throws(VocabularyFault) {
      let name = message.parts.algorithm == .bytePair ? "bpe" : "unigram"
      try self.init(message.parts, name: "sentencepiece-\(name)", roles: message.roles())
    } catch {
      throw FileFault(error, path: path)
    }
  }
}

/// What a SentencePiece model file holds. The numbers of the fields are those of
/// `sentencepiece_model.proto`.
struct SentencePieceFile {
  /// Bytes that a file may have.
  static let maximumBytes = 1 << 28

  private(set) var parts = SentencePieceParts()
  /// The names of the tokens that begin and end a text.
  private var beginOfText = Array("<s>".utf8)
  private var endOfText = Array("</s>".utf8)

  /// Reads a whole file.
  mutating func read(_ file: MappedFile) throws(FileFault) {
    var reader = ProtobufReader(file, in: 0..<file.count)
    while let (number, wire) = try reader.field() {
      switch number {
      case 1: try readPiece(file, reader.bytes(wire, "a piece"))
      case 2: try readTraining(file, reader.bytes(wire, "trainer_spec"))
      case 3: try readNormalizer(file, reader.bytes(wire, "normalizer_spec"))
      case 5:
        let start = reader.offset
        let range = try reader.bytes(wire, "denormalizer_spec")
        guard try !Self.hasRules(file, range) else {
          throw FileFault(
            path: file.path, offset: start,
            what: "denormalizer_spec has rules, which are not supported")
        }
      default: try reader.skip(wire)
      }
    }
  }

  private mutating func readPiece(_ file: MappedFile, _ range: Range<Int>) throws(FileFault) {
    guard parts.pieces.count < Vocabulary.maximumCount else {
      throw FileFault(
        path: file.path, offset: range.lowerBound,
        what: "has more than \(Vocabulary.maximumCount) pieces")
    }
    var reader = ProtobufReader(file, in: range)
    var piece = 0..<0
    var score: Float = 0
    var kind = TokenKind.normal.rawValue
    while let (number, wire) = try reader.field() {
      switch number {
      case 1: piece = try reader.bytes(wire, "a piece")
      case 2: score = try reader.float(wire, "a score")
      case 3: kind = try reader.integer(wire, "a type")
      default: try reader.skip(wire)
      }
    }
    file.withBytes { parts.pieces.append($0[piece]) }
    parts.scores.append(score)
    parts.kinds.append(kind)
  }

  private mutating func readTraining(_ file: MappedFile, _ range: Range<Int>) throws(FileFault) {
    var reader = ProtobufReader(file, in: range)
    while let (number, wire) = try reader.field() {
      switch number {
      case 3:
        let start = reader.offset
        let type = try reader.integer(wire, "model_type")
        switch type {
        case 1: parts.algorithm = .unigram
        case 2: parts.algorithm = .bytePair
        default:
          let name = [3: "WORD", 4: "CHAR"][type] ?? "\(type)"
          throw FileFault(
            path: file.path, offset: start, what: "model_type \(name) is not supported",
            remedy: "supported are UNIGRAM and BPE")
        }
      case 24: parts.spacing.spaceIsSuffix = try reader.bool(wire, "treat_whitespace_as_suffix")
      case 35: parts.fallsBackToBytes = try reader.bool(wire, "byte_fallback")
      case 46: beginOfText = try file.bytes(in: reader.bytes(wire, "bos_piece"))
      case 47: endOfText = try file.bytes(in: reader.bytes(wire, "eos_piece"))
      default: try reader.skip(wire)
      }
    }
  }

  private mutating func readNormalizer(_ file: MappedFile, _ range: Range<Int>) throws(FileFault) {
    var reader = ProtobufReader(file, in: range)
    while let (number, wire) = try reader.field() {
      switch number {
      case 2:
        let rules = try reader.bytes(wire, "precompiled_charsmap")
        guard rules.count <= CharacterMap.maximumBytes else {
          throw FileFault(
            path: file.path, offset: rules.lowerBound,
            what: "precompiled_charsmap has \(rules.count) bytes; at most "
              + "\(CharacterMap.maximumBytes) are supported")
        }
        parts.characterMap = try file.bytes(in: rules)
      case 3: parts.spacing.addsSpace = try reader.bool(wire, "add_dummy_prefix")
      case 4:
        parts.spacing.removesExtraSpaces = try reader.bool(wire, "remove_extra_whitespaces")
      case 5: parts.spacing.escapesSpaces = try reader.bool(wire, "escape_whitespaces")
      default: try reader.skip(wire)
      }
    }
  }

  /// Whether a message of normalisation holds compiled rules.
  private static func hasRules(_ file: MappedFile, _ range: Range<Int>) throws(FileFault) -> Bool {
    var reader = ProtobufReader(file, in: range)
    while let (number, wire) = try reader.field() {
      if number == 2, wire == .bytes {
        if try !reader.bytes(wire, "precompiled_charsmap").isEmpty { return true }
      } else {
        try reader.skip(wire)
      }
    }
    return false
  }

  /// The tokens that begin and end a text, where the file has them. Which of them a model expects
  /// around a text is not written in such a file.
  func roles() -> TokenRoles {
    var roles = TokenRoles()
    for id in 0..<parts.pieces.count where parts.kinds[id] == TokenKind.control.rawValue {
      let piece = parts.pieces.bytes[parts.pieces.range(id)]
      if piece.elementsEqual(beginOfText) { roles.beginOfText = TokenID(id) }
      if piece.elementsEqual(endOfText) { roles.endOfText = TokenID(id) }
    }
    return roles
  }
}
