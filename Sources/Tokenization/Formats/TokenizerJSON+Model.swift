internal import ModelFiles

extension TokenizerJSON {
  /// The tokenizer that the file describes.
  func tokenizer() throws(FileFault) -> Tokenizer {
    let normalizers = try normalizers()
    let (steps, isByteLevel) = try cutting()
    let affixes = try affixes()
    let type = model.settings["type"]?.string ?? (model.isList ? "Unigram" : "BPE")
    if type == "Unigram", isByteLevel, model.isList {
      return try byteUnigram(normalizers, steps, affixes)
    }
    guard type == "BPE" || type == "WordLevel" else { throw unknown("model", type) }
    guard !model.isList else { throw fault("model.vocab", "is a list, which \(type) has not") }
    guard model.settings["dropout"]?.double ?? 0 == 0 else {
      throw fault("model.dropout", "is not null: such a text has no one encoding")
    }
    if type == "BPE", isByteLevel {
      return try byteLevel(normalizers, steps, affixes)
    }
    guard !isByteLevel else {
      throw fault("pre_tokenizer", "is ByteLevel, which a model \(type) does not go with")
    }
    let decoder = PieceDecoder(
      steps: try decoding(isByteLevel: false) ?? [], pieces: try pieces(written: true))
    var table = PieceTable(capacity: decoder.pieces.count)
    for id in 0..<decoder.pieces.count where decoder.pieces.length(of: id) > 0 {
      _ = table.insert(TokenID(id), of: decoder.pieces)
    }
    let words: any WordModel =
      type == "BPE"
      ? try characterPairs(decoder.pieces, table)
      : WordLevelWords(
        pieces: decoder.pieces, table: table,
        unknown: try entry("unk_token", decoder.pieces, table))
    let parts = try parts(decoder, unknown: try entry("unk_token", decoder.pieces, table), affixes)
    let vocabulary: Vocabulary
    do throws(VocabularyFault) {
      vocabulary = try Vocabulary(parts)
    } catch {
      throw FileFault(path: path, what: "\(error.key) \(error.what)")
    }
    return try pipeline(
      type.lowercased(), vocabulary, normalizers, steps, words, decoder, affixes)
  }

  private func pipeline(
    _ name: String, _ vocabulary: Vocabulary, _ normalizers: [Normalizer],
    _ steps: [CuttingStep], _ words: any WordModel, _ decoder: PieceDecoder?, _ affixes: Affixes
  ) throws(FileFault) -> Tokenizer {
    for id in affixes.prefix + affixes.suffix where !vocabulary.contains(id) {
      throw fault("post_processor", "names the id \(id), which is no entry")
    }
    let before = added.filter { !$0.isNormalized || normalizers.isEmpty }
    let after = added.filter { $0.isNormalized && !normalizers.isEmpty }
    return Tokenizer(
      name: name,
      model: PipelineModel(
        vocabulary: vocabulary,
        added: AddedEntries(before.map { ($0.id, $0.rules) }, of: vocabulary),
        addedAfter: AddedEntries(after.map { ($0.id, $0.rules) }, of: vocabulary),
        normalizers: normalizers, cutting: steps, words: words, decoder: decoder),
      affixes: affixes)
  }

  private func byteLevel(
    _ normalizers: [Normalizer], _ steps: [CuttingStep], _ affixes: Affixes
  ) throws(FileFault) -> Tokenizer {
    _ = try decoding(isByteLevel: true)
    for key in ["continuing_subword_prefix", "end_of_word_suffix"]
    where model.settings[key]?.string.map({ !$0.isEmpty }) ?? false {
      throw fault("model.\(key)", "is not null, which byte-level BPE does not go with")
    }
    let parts = try byteLevelParts(affixes)
    let ignoresMerges = model.settings["ignore_merges"]?.bool ?? false
    let isPlain = normalizers.isEmpty && added.allSatisfy { $0.rules == AddedEntries.Rules() }
    let known = splitter(steps)
    if isPlain, let known {
      for id in affixes.prefix + affixes.suffix
      where !(0..<TokenID(parts.tokens.count)).contains(id) {
        throw fault("post_processor", "names the id \(id), which is no entry")
      }
      return try parts.bytePair(
        path, name: known.name, splitter: known.splitter, ignoresMerges: ignoresMerges,
        affixes: affixes)
    }
    let tables: EncodingTables
    do throws(VocabularyFault) {
      tables = try EncodingTables(parts, ignoresMerges: ignoresMerges)
    } catch {
      let place = error.index.map { "\(error.key)[\($0)]" } ?? error.key
      throw FileFault(path: path, what: "\(place) \(error.what)", remedy: error.remedy)
    }
    return try pipeline(
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

  /// For each id the place of its entry in the file's list, or -1. Added entries may have further
  /// ids; those in the list must have the same.
  private func entriesByID() throws(FileFault) -> [Int32] {
    let largest = max(model.ids.max() ?? -1, added.map(\.id).max() ?? -1)
    guard largest >= 0 else { throw fault("model.vocab", "is empty: a vocabulary needs entries") }
    var order = [Int32](repeating: -1, count: Int(largest) + 1)
    for (index, id) in model.ids.enumerated() {
      guard order[Int(id)] < 0 else { throw fault("model.vocab", "has two entries with id \(id)") }
      order[Int(id)] = Int32(index)
    }
    var seen = Set<TokenID>()
    for entry in added {
      guard seen.insert(entry.id).inserted else {
        throw fault("added_tokens", "has two entries with id \(entry.id)")
      }
      let index = Int(order[Int(entry.id)])
      guard index < 0 || model.entries[index].elementsEqual(entry.content.utf8) else {
        throw fault("added_tokens", "gives the id \(entry.id), which is another entry's")
      }
    }
    return order
  }

  /// The entries by id as the file writes them; those that were added have their content, and ids
  /// without an entry have no bytes.
  private func pieces(written: Bool) throws(FileFault) -> PieceBytes {
    let order = try entriesByID()
    var contents: [Int: String] = [:]
    for entry in added { contents[Int(entry.id)] = entry.content }
    var bytes: [UInt8] = []
    var starts: [UInt32] = [0]
    for id in order.indices {
      if let content = contents[id] {
        bytes += content.utf8
      } else if order[id] >= 0 {
        bytes += model.entries.bytes[model.entries.range(Int(order[id]))]
      }
      guard let end = UInt32(exactly: bytes.count) else {
        throw fault("model.vocab", "has more than 4 GiB of entries")
      }
      starts.append(end)
    }
    return PieceBytes(bytes: FrozenArray(bytes), starts: FrozenArray(starts))
  }

  private func entry(
    _ key: String, _ pieces: PieceBytes, _ table: PieceTable
  ) throws(FileFault) -> TokenID? {
    guard let name = model.settings[key]?.string else { return nil }
    guard let id = Self.find(Array(name.utf8), pieces, table) else {
      throw fault("model.\(key)", "is no entry")
    }
    return id
  }

  private static func find(
    _ bytes: [UInt8], _ pieces: PieceBytes, _ table: PieceTable
  ) -> TokenID? {
    bytes.withUnsafeBufferPointer { table.find($0, in: pieces) }
  }

  /// The vocabulary for reading: what each entry says inside a text.
  private func parts(
    _ decoder: PieceDecoder, unknown: TokenID?, _ affixes: Affixes
  ) throws(FileFault) -> VocabularyParts {
    var parts = VocabularyParts()
    parts.names = VocabularyParts.Names(
      tokens: "model.vocab", kinds: "added_tokens", merges: "model.merges")
    parts.writing = .bytes
    parts.allowsTwins = true
    var kinds: [TokenID: TokenKind] = [:]
    for entry in added { kinds[entry.id] = entry.isSpecial ? .control : .userDefined }
    if let unknown, kinds[unknown] == nil || kinds[unknown] == .control {
      kinds[unknown] = .unknown
    }
    for id in 0..<decoder.pieces.count {
      let written = Array(decoder.pieces.bytes(of: id))
      let kind = kinds[TokenID(id)]
      let bytes = kind == nil ? decoder.bytes(of: written) : written
      parts.tokens.append(bytes)
      parts.kinds.append((kind ?? (bytes.isEmpty ? .unused : .normal)).rawValue)
    }
    parts.beginOfText = affixes.prefix.first
    parts.endOfText = affixes.suffix.last
    return parts
  }

  private func characterPairs(
    _ pieces: PieceBytes, _ table: PieceTable
  ) throws(FileFault) -> CharacterPairs {
    var settings = CharacterPairs.Settings()
    settings.unknown = try entry("unk_token", pieces, table)
    settings.fusesUnknown = model.settings["fuse_unk"]?.bool ?? false
    settings.ignoresMerges = model.settings["ignore_merges"]?.bool ?? false
    settings.continuing = Array(
      (model.settings["continuing_subword_prefix"]?.string ?? "").utf8)
    settings.ending = Array((model.settings["end_of_word_suffix"]?.string ?? "").utf8)
    if model.settings["byte_fallback"]?.bool ?? false {
      let digits = Array("0123456789ABCDEF".utf8)
      let entries = (0..<256).map { byte in
        Self.find(Array("<0x".utf8) + [digits[byte >> 4], digits[byte & 15], 0x3E], pieces, table)
      }
      if !entries.contains(nil) { settings.byteEntries = entries.compactMap { $0 } }
    }
    var merges: [MergeTable.Merge] = []
    merges.reserveCapacity(model.merges.count)
    for index in 0..<model.merges.count {
      let range = model.merges.range(index)
      let bytes = Array(model.merges.bytes[range])
      guard let split = bytes.firstIndex(of: model.separator) else {
        throw fault("model.merges[\(index)]", "is not two entries")
      }
      let left = Array(bytes[..<split])
      let right = Array(bytes[(split + 1)...])
      let tail = right.starts(with: settings.continuing) ? settings.continuing.count : 0
      guard let leftID = Self.find(left, pieces, table),
        let rightID = Self.find(right, pieces, table),
        let joined = Self.find(left + right.dropFirst(tail), pieces, table)
      else {
        throw fault(
          "model.merges[\(index)]", "has a part or a result that model.vocab does not hold")
      }
      merges.append(MergeTable.Merge(left: leftID, right: rightID, joined: joined))
    }
    do throws(MergeTable.Repetition) {
      return CharacterPairs(
        pieces: pieces, table: table, merges: try MergeTable(merges), settings: settings)
    } catch {
      throw fault("model.merges[\(error.second)]", "is the same as entry \(error.first)")
    }
  }
}
