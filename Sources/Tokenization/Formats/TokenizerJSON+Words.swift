internal import ModelFiles

extension TokenizerJSON {
  /// WordPiece of any settings.
  func wordPieces(_ entries: WrittenEntries) throws(FileFault) -> WordPieceWords {
    let longest = model.settings["max_input_chars_per_word"]
    guard let longest = longest.map({ $0.integer ?? -1 }) ?? WordPieceParts.longestWord as Int?,
      longest >= 0
    else {
      throw fault("model.max_input_chars_per_word", "is not a number of characters")
    }
    return WordPieceWords(
      entries.pieces, entries.table, prefix: Array(continuingPrefix.utf8), longestWord: longest,
      unknown: try entry("unk_token", entries, default: "[UNK]"))
  }

  /// What WordPiece writes before pieces that go on with a word.
  var continuingPrefix: String { model.settings["continuing_subword_prefix"]?.string ?? "##" }

  /// The entry of a Unigram model that stands for what is unknown.
  func unigramUnknown() throws(FileFault) -> TokenID? {
    guard let value = model.settings["unk_id"], !value.isNull else { return nil }
    guard let id = value.integer, model.scores.indices.contains(id) else {
      throw fault("model.unk_id", "is no place in model.vocab")
    }
    return TokenID(id)
  }

  /// Unigram over characters.
  func unigram(_ entries: WrittenEntries) throws(FileFault) -> UnigramWords {
    let fallsBack = model.settings["byte_fallback"]?.bool ?? false
    return UnigramWords(
      entries.pieces, entries.table, scores: model.scores, unknown: try unigramUnknown(),
      byteEntries: fallsBack ? entries.byteEntries : nil)
  }

  /// BPE over characters.
  func characterPairs(_ entries: WrittenEntries) throws(FileFault) -> CharacterPairs {
    var settings = CharacterPairs.Settings()
    settings.unknown = try entry("unk_token", entries)
    settings.fusesUnknown = model.settings["fuse_unk"]?.bool ?? false
    settings.ignoresMerges = model.settings["ignore_merges"]?.bool ?? false
    settings.continuing = Array(
      (model.settings["continuing_subword_prefix"]?.string ?? "").utf8)
    settings.ending = Array((model.settings["end_of_word_suffix"]?.string ?? "").utf8)
    if model.settings["byte_fallback"]?.bool ?? false { settings.byteEntries = entries.byteEntries }
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
      // Also where the prefix does not stand there.
      let tail = settings.continuing.count
      guard let leftID = entries.find(left),
        let rightID = entries.find(right),
        let joined = entries.find(left + right.dropFirst(tail))
      else {
        throw fault(
          "model.merges[\(index)]", "has a part or a result that model.vocab does not hold")
      }
      merges.append(MergeTable.Merge(left: leftID, right: rightID, joined: joined))
    }
    do throws(MergeTable.Repetition) {
      return CharacterPairs(
        entries: entries, merges: try MergeTable(merges), settings: settings)
    } catch {
      throw fault("model.merges[\(error.second)]", "is the same as entry \(error.first)")
    }
  }
}
