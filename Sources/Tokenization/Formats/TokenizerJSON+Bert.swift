internal import ModelFiles

extension TokenizerJSON {
  /// WordPiece with the normalisation and the cutting of BERT, which `WordPieceModel` does in one
  /// pass; `nil` when the file asks for anything else.
  func bert(
    _ normalizers: [Normalizer], _ affixes: Affixes
  ) throws(FileFault) -> Tokenizer? {
    let cutting = try parts(preTokenizer, key: "pre_tokenizer", list: "pretokenizers").map(\.type)
    let longest = model.settings["max_input_chars_per_word"]?.integer ?? WordPieceParts.longestWord
    let unknown = model.settings["unk_token"]?.string ?? "[UNK]"
    guard normalizers.count == 1, case .bert(let rules) = normalizers[0], rules.cleansText,
      rules.separatesHan, cutting == ["BertPreTokenizer"], continuingPrefix == "##",
      longest == WordPieceParts.longestWord,
      added.contains(where: { $0.content == unknown }),
      added.allSatisfy({
        $0.isSpecial && !$0.isNormalized && $0.rules == AddedEntries.Rules()
      })
    else { return nil }
    let entries = try writtenEntries()
    let decoder = PieceDecoder(steps: try decoding(), pieces: entries.pieces)
    let names = Dictionary(
      added.map { ($0.id, $0.content) }, uniquingKeysWith: { first, _ in first })
    var parts = WordPieceParts()
    parts.key = "model.vocab"
    parts.lowercases = rules.lowercases
    parts.stripsAccents = rules.stripsAccents
    for id in 0..<entries.pieces.count {
      let piece = entries.pieces.bytes(of: id)
      if let name = names[TokenID(id)] {
        parts.append(piece, kind: name == unknown ? .unknown : .control, continues: false)
      } else if piece.count > 2, piece.starts(with: "##".utf8) {
        parts.append(piece.dropFirst(2), kind: .normal, continues: true)
      } else {
        parts.append(piece, kind: piece.isEmpty ? .unused : .normal, continues: false)
      }
    }
    var roles = TokenRoles()
    roles.beginOfText = affixes.prefix.first
    roles.endOfText = affixes.suffix.last
    roles.affixes = affixes
    let tokenizer: Tokenizer
    do throws(VocabularyFault) {
      tokenizer = try Tokenizer(parts, roles: roles, decoder: decoder)
    } catch {
      throw fault(error)
    }
    try check(affixes, tokenizer.vocabulary)
    return tokenizer
  }
}
