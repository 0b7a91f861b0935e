internal import ModelFiles

extension TokenizerJSON {
  /// Byte-level BPE whose words are cut and joined as bytes; `nil` when the file asks for more than
  /// that, so that it must be read as written, character by character.
  func byteLevel(
    _ normalizers: [Normalizer], _ steps: [CuttingStep], _ affixes: Affixes
  ) throws(FileFault) -> Tokenizer? {
    let hasAffixes = ["continuing_subword_prefix", "end_of_word_suffix"].contains {
      model.settings[$0]?.string.map { !$0.isEmpty } ?? false
    }
    guard try joinsBytes(), !hasAffixes else { return nil }
    let parts = try byteLevelParts(affixes)
    let ignoresMerges = model.settings["ignore_merges"]?.bool ?? false
    let tables: EncodingTables
    do throws(VocabularyFault) {
      tables = try EncodingTables(parts, ignoresMerges: ignoresMerges)
    } catch {
      throw fault(error)
    }
    // What the vocabulary cannot say is left out, unless something stands for it.
    let hasStandIn =
      model.settings["unk_token"]?.string != nil || model.settings["byte_fallback"]?.bool ?? false
    guard tables.vocabulary.absentBytes.isEmpty || !hasStandIn else { return nil }
    try check(affixes, tables.vocabulary)
    let known = splitter(steps)
    if normalizers.isEmpty, added.allSatisfy({ $0.rules == AddedEntries.Rules() }), let known {
      return Tokenizer(
        name: known.name, model: BytePairModel(tables, splitter: known.splitter), affixes: affixes)
    }
    return pipeline(
      known?.name ?? "bpe", tables.vocabulary, normalizers, steps, BytePairWords(tables), nil,
      affixes)
  }

  /// The entries by id, with those that were added, in the byte alphabet.
  func byteLevelParts(_ affixes: Affixes) throws(FileFault) -> VocabularyParts {
    let order = try entriesByID()
    var parts = VocabularyParts()
    parts.names = VocabularyParts.Names(
      tokens: "model.vocab", kinds: "added_tokens", merges: "model.merges")
    parts.writing = .lenientByteAlphabet
    parts.tokens.reserve(count: order.count, byteCount: model.entries.bytes.count)
    parts.kinds = Array(repeating: TokenKind.normal.rawValue, count: order.count)
    var addedIndex = [Int32](repeating: -1, count: order.count)
    for (index, entry) in added.enumerated() { addedIndex[Int(entry.id)] = Int32(index) }
    for id in order.indices {
      if addedIndex[id] >= 0 {
        let entry = added[Int(addedIndex[id])]
        parts.tokens.append(entry.content.utf8)
        parts.kinds[id] = (entry.isSpecial ? TokenKind.control : .userDefined).rawValue
        // Written the same as text and in the byte alphabet, so that merges may make it.
        if order[id] >= 0, entry.content.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
          parts.alsoMerged.insert(TokenID(id))
        }
      } else if order[id] >= 0, !model.entries.range(Int(order[id])).isEmpty {
        parts.tokens.append(model.entries.bytes[model.entries.range(Int(order[id]))])
      } else {
        parts.tokens.append([])
        parts.kinds[id] = TokenKind.unused.rawValue
      }
    }
    parts.merges = model.merges
    parts.mergeSeparator = model.separator
    parts.beginOfText = affixes.prefix.first
    parts.endOfText = affixes.suffix.last
    return parts
  }
}
