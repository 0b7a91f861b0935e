internal import ModelFiles

extension Tokenizer {
  /// The SentencePiece vocabulary of a GGUF file.
  static func sentencePiece(
    _ gguf: GGUFFile, _ algorithm: SentencePieceParts.Algorithm
  ) throws(FileFault) -> Tokenizer {
    let parts = try SentencePieceParts(gguf, algorithm)
    let roles = try TokenRoles(gguf, below: parts.pieces.count, algorithm)
    do throws(VocabularyFault) {
      return try Tokenizer(
        parts, name: algorithm == .bytePair ? "sentencepiece-bpe" : "sentencepiece-unigram",
        roles: roles)
    } catch {
      throw FileFault(error, path: gguf.path)
    }
  }
}

extension SentencePieceParts {
  /// Reads the lists of a file, without judging them.
  init(_ gguf: GGUFFile, _ algorithm: Algorithm) throws(FileFault) {
    self.algorithm = algorithm
    names = Names(
      pieces: VocabularyParts.Key.tokens, scores: "tokenizer.ggml.scores",
      kinds: VocabularyParts.Key.kinds, characterMap: "tokenizer.ggml.precompiled_charsmap")
    pieces = try VocabularyParts.strings(names.pieces, in: gguf)
    scores = try gguf.numbers(names.scores).map { Float($0) }
    kinds = try gguf.integers(names.kinds).map { Int32(clamping: $0) }
    if gguf.has(names.characterMap) {
      characterMap = try gguf.integers(names.characterMap).map { UInt8(truncatingIfNeeded: $0) }
    }
    spacing.addsSpace = try gguf.flag("tokenizer.ggml.add_space_prefix") ?? true
    spacing.removesExtraSpaces =
      try gguf.flag("tokenizer.ggml.remove_extra_whitespaces") ?? (algorithm == .unigram)
    // Vocabularies joined by scores are run without normalisation, on any bytes.
    spacing.replacesInvalid = algorithm == .unigram
    spacing.spacesInWholes = algorithm == .bytePair
    fallsBackToBytes = kinds.contains(TokenKind.byte.rawValue)
  }
}

extension TokenRoles {
  /// Reads the ids of a file.
  init(
    _ gguf: GGUFFile, below count: Int, _ algorithm: SentencePieceParts.Algorithm
  ) throws(FileFault) {
    beginOfText = try VocabularyParts.id("tokenizer.ggml.bos_token_id", in: gguf, below: count)
    endOfText = try VocabularyParts.id("tokenizer.ggml.eos_token_id", in: gguf, below: count)
    for key in ["tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"] {
      if let id = try VocabularyParts.id(key, in: gguf, below: count) { furtherEnds.append(id) }
    }
    let begins = try gguf.flag("tokenizer.ggml.add_bos_token") ?? (algorithm == .bytePair)
    let ends = try gguf.flag("tokenizer.ggml.add_eos_token") ?? (algorithm == .unigram)
    if begins, let beginOfText { affixes.prefix = [beginOfText] }
    if ends, let endOfText { affixes.suffix = [endOfText] }
  }
}

extension GGUFFile {
  /// A truth value, if the key is there.
  func flag(_ key: String) throws(FileFault) -> Bool? { has(key) ? try bool(key) : nil }
}
