internal import ModelFiles

extension TokenizerJSON {
  /// The kinds of models.
  enum ModelKind: String {
    case bytePair = "BPE"
    case wordLevel = "WordLevel"
    case wordPiece = "WordPiece"
    case unigram = "Unigram"
  }

  /// The tokenizer that the file describes.
  func tokenizer() throws(FileFault) -> Tokenizer {
    let normalizers = try normalizers()
    let steps = try cutting()
    let affixes = try affixes()
    let kind = try kind()
    guard model.isList == (kind == .unigram) else {
      throw fault(
        "model.vocab",
        model.isList
          ? "is a list, which \(kind.rawValue) has not" : "is not a list, which Unigram has")
    }
    guard model.settings["dropout"]?.double ?? 0 == 0 else {
      throw fault("model.dropout", "is not null: such a text has no one encoding")
    }
    if let bytes = bytesLast(steps, normalizers) {
      switch kind {
      case .bytePair:
        if let found = try byteLevel(normalizers, bytes, affixes) { return found }
      case .unigram:
        if let found = try byteUnigram(normalizers, bytes, affixes) { return found }
      case .wordLevel, .wordPiece: break
      }
    }
    if kind == .wordPiece, let found = try bert(normalizers, affixes) { return found }
    let entries = try writtenEntries()
    let decoder = PieceDecoder(steps: try decoding(), pieces: entries.pieces)
    let words: any WordModel
    let unknown: TokenID?
    switch kind {
    case .bytePair:
      words = try characterPairs(entries)
      unknown = try entry("unk_token", entries)
    case .wordPiece:
      words = try wordPieces(entries)
      unknown = try entry("unk_token", entries, default: "[UNK]")
    case .unigram:
      words = try unigram(entries)
      unknown = try unigramUnknown()
    case .wordLevel:
      unknown = try entry("unk_token", entries)
      words = WordLevelWords(pieces: entries.pieces, table: entries.table, unknown: unknown)
    }
    let vocabulary = try vocabulary(decoder, unknown: unknown, affixes)
    try check(affixes, vocabulary)
    return pipeline(
      kind.rawValue.lowercased(), vocabulary, normalizers, steps, words, decoder, affixes)
  }

  /// The kind of the model; where the file does not say it, the one whose settings these are.
  private func kind() throws(FileFault) -> ModelKind {
    guard let type = model.settings["type"]?.string else {
      if model.isList { return .unigram }
      if model.hasMerges { return .bytePair }
      return model.settings["max_input_chars_per_word"] == nil ? .wordLevel : .wordPiece
    }
    guard let kind = ModelKind(rawValue: type) else { throw unknown("model", type) }
    return kind
  }

  /// The cutting before bytes are written in GPT-2's alphabet, if that is the last of all steps.
  private func bytesLast(_ steps: [CuttingStep], _ normalizers: [Normalizer]) -> [CuttingStep]? {
    guard case .byteAlphabet? = steps.last else { return nil }
    let before = Array(steps.dropLast())
    let isOnly =
      !before.contains { if case .byteAlphabet = $0 { true } else { false } }
      && !normalizers.contains { if case .byteAlphabet = $0 { true } else { false } }
    return isOnly ? before : nil
  }

  /// Every id around a text is an entry's.
  func check(_ affixes: Affixes, _ vocabulary: Vocabulary) throws(FileFault) {
    for id in affixes.prefix + affixes.suffix where !vocabulary.contains(id) {
      throw fault("post_processor", "names the id \(id), which is no entry")
    }
  }

  /// A pipeline of what was read. Entries that are looked for after normalisation are normalised
  /// too.
  func pipeline(
    _ name: String, _ vocabulary: Vocabulary, _ normalizers: [Normalizer],
    _ steps: [CuttingStep], _ words: any WordModel, _ decoder: PieceDecoder?, _ affixes: Affixes
  ) -> Tokenizer {
    func entries(afterNormalization: Bool) -> AddedEntries {
      let chosen = added.filter {
        ($0.isNormalized && !normalizers.isEmpty) == afterNormalization
      }
      return AddedEntries(
        chosen.map { entry in
          let content = Array(entry.content.utf8)
          let normal = content.withUnsafeBufferPointer { bytes in
            normalizers.reduce(AlignedText(bytes, 0..<bytes.count)) { $1.applied(to: $0) }.bytes
          }
          return AddedEntries.Entry(
            id: entry.id, pattern: afterNormalization ? normal : content,
            isSpecial: entry.isSpecial, rules: entry.rules)
        })
    }
    return Tokenizer(
      name: name,
      model: PipelineModel(
        vocabulary: vocabulary, added: entries(afterNormalization: false),
        addedAfter: entries(afterNormalization: true), normalizers: normalizers, cutting: steps,
        words: words, decoder: decoder),
      affixes: affixes)
  }
}
