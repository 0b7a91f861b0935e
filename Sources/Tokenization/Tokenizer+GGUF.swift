public import ModelFiles

extension Tokenizer {
  /// The kinds of vocabulary that a GGUF file may have.
  private enum GGUFModel: String, CaseIterable {
    /// Byte-level BPE.
    case gpt2
    /// SentencePiece, joined by scores.
    case llama
    /// SentencePiece, the best sum of scores.
    case t5
    /// WordPiece.
    case bert
  }

  /// The tokenizer that a GGUF model file carries: byte-level BPE (`tokenizer.ggml.model` is
  /// `gpt2`) with a known pre-tokenizer (`tokenizer.ggml.pre`), SentencePiece (`llama`, `t5`) or
  /// WordPiece (`bert`).
  ///
  /// - Throws: `FileFault` that names the key: for an unknown model or pre-tokenizer, a missing or
  ///   mistyped key, lists whose lengths disagree, entries that are empty, twice there or not in
  ///   the byte alphabet, merges that name no entry or are there twice, and ids out of range.
  public init(gguf: GGUFFile) throws(FileFault) {
    let name = try gguf.string("tokenizer.ggml.model")
    guard let model = GGUFModel(rawValue: name) else {
      throw FileFault(
        path: gguf.path, what: "tokenizer.ggml.model is \"\(name)\", which is not known",
        remedy: "known are: \(GGUFModel.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    switch model {
    case .gpt2: self = try Self.bytePair(gguf)
    case .llama: self = try Self.sentencePiece(gguf, .bytePair)
    case .t5: self = try Self.sentencePiece(gguf, .unigram)
    case .bert: self = try Self.wordPiece(gguf)
    }
  }

  private static func bytePair(_ gguf: GGUFFile) throws(FileFault) -> Tokenizer {
    let pre = try gguf.string("tokenizer.ggml.pre")
    guard let preTokenizer = WordPattern(gguf: pre) else {
      throw FileFault(
        path: gguf.path, what: "tokenizer.ggml.pre is \"\(pre)\", which is not known",
        remedy: "known are: \(WordPattern.knownNames)")
    }
    let parts = try VocabularyParts(gguf)
    var affixes = Affixes()
    // Files that do not say are read as llama.cpp reads them.
    let begins = try gguf.flag("tokenizer.ggml.add_bos_token") ?? preTokenizer.beginsTexts
    if begins, let begin = parts.beginOfText { affixes.prefix = [begin] }
    let ends = try gguf.flag("tokenizer.ggml.add_eos_token") ?? false
    if ends, let end = parts.endOfText { affixes.suffix = [end] }
    do throws(VocabularyFault) {
      return try Tokenizer(parts, pattern: preTokenizer, affixes: affixes)
    } catch {
      throw FileFault(error, path: gguf.path)
    }
  }
}

extension FileFault {
  /// What is wrong with a vocabulary that a file holds.
  init(_ fault: VocabularyFault, path: String) {
    let place = fault.index.map { "\(fault.key)[\($0)]" } ?? fault.key
    self.init(path: path, what: "\(place) \(fault.what)", remedy: fault.remedy)
  }
}

extension VocabularyParts {
  /// Reads the lists and ids of a file, without judging them.
  init(_ gguf: GGUFFile) throws(FileFault) {
    tokens = try Self.strings(Key.tokens, in: gguf)
    merges = try Self.strings(Key.merges, in: gguf)
    kinds = try gguf.integers(Key.kinds).map { Int32(clamping: $0) }
    beginOfText = try Self.id("tokenizer.ggml.bos_token_id", in: gguf, below: tokens.count)
    endOfText = try Self.id("tokenizer.ggml.eos_token_id", in: gguf, below: tokens.count)
    for key in ["tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"] {
      if let id = try Self.id(key, in: gguf, below: tokens.count) { furtherEnds.append(id) }
    }
  }

  static func strings(_ key: String, in gguf: GGUFFile) throws(FileFault) -> ByteStrings {
    var list = ByteStrings()
    let count = try gguf.count(key)
    // Most entries are short; the list grows by itself when they are not.
    list.reserve(count: count, byteCount: count * 8)
    try gguf.forEachString(key) { list.append($0) }
    return list
  }

  static func id(
    _ key: String, in gguf: GGUFFile, below count: Int
  ) throws(FileFault) -> TokenID? {
    guard gguf.has(key) else { return nil }
    let value = try gguf.integer(key)
    guard (0..<count).contains(value), let id = TokenID(exactly: value) else {
      throw FileFault(
        path: gguf.path, what: "\(key) is \(value), but \(Key.tokens) has \(count) entries")
    }
    return id
  }
}
