import TestSupport

@testable import Tokenization

/// Tokenizers with a handful of entries, and the definitions spelled out over all their sequences.
struct TinyTokenizer {
  let tokenizer: Tokenizer
  /// The entries that spell text, with their bytes.
  let pieces: [(id: TokenID, bytes: [UInt8])]
  /// The bytes of which texts are made.
  let bytes: [UInt8]
  /// The entry that ends a text.
  let end: TokenID
  /// What may follow a text, to tell whether a sequence is canonical.
  let rests: [[UInt8]]

  /// Single letters and merges of them, cut into words as SmolLM does.
  init(letters: [String], merges: [(String, String)]) throws {
    try self.init(
      bytes: letters.flatMap(\.utf8), merges: merges.map { (Array($0.0.utf8), Array($0.1.utf8)) })
  }

  /// Single bytes and merges of them.
  init(bytes: [UInt8], merges: [([UInt8], [UInt8])]) throws {
    func written(_ bytes: [UInt8]) -> String {
      bytes.map { String(ByteAlphabet.characters[Int($0)]) }.joined()
    }
    var parts = VocabularyParts()
    for entry in bytes.map({ [$0] }) + merges.map({ $0.0 + $0.1 }) {
      parts.tokens.append(written(entry).utf8)
    }
    for (left, right) in merges {
      parts.merges.append((written(left) + " " + written(right)).utf8)
    }
    parts.kinds = Array(repeating: TokenKind.normal.rawValue, count: parts.tokens.count)
    for special in ["<|im_end|>", "<|x|>"] {
      parts.tokens.append(special.utf8)
      parts.kinds.append(TokenKind.control.rawValue)
    }
    let tokenizer = try Tokenizer(parts, pattern: .smollm)
    self.tokenizer = tokenizer
    end = TokenID(parts.tokens.count - 2)
    pieces = (0..<end).map { ($0, tokenizer.vocabulary.bytes(of: $0)) }
    self.bytes = bytes
    rests = [[]] + bytes.map { [$0] } + bytes.flatMap { a in bytes.map { [a, $0] } }
  }

  /// A SentencePiece vocabulary that falls back to bytes: pieces by their rank, a space written `▁`.
  ///
  /// - Parameters:
  ///   - bytes: of which texts are made.
  ///   - addsSpace: whether a space is put before every text.
  init(pieces: [String], bytes: [UInt8], addsSpace: Bool) throws {
    var parts = SentencePieceParts()
    func add(_ piece: String, _ kind: TokenKind, score: Float = 0) {
      parts.pieces.append(piece.utf8)
      parts.kinds.append(kind.rawValue)
      parts.scores.append(score)
    }
    for (rank, piece) in pieces.enumerated() { add(piece, .normal, score: -Float(rank)) }
    for byte in UInt8.min...UInt8.max { add(BytePiece.name(of: byte), .byte) }
    for special in ["</s>", "<s>"] { add(special, .control) }
    parts.fallsBackToBytes = true
    parts.spacing = SentencePieceParts.Spacing(
      addsSpace: addsSpace, removesExtraSpaces: false, replacesInvalid: false)
    let end = TokenID(parts.pieces.count - 2)
    let tokenizer = try Tokenizer(
      parts, name: "tiny", roles: TokenRoles(beginOfText: end + 1, endOfText: end))
    self.tokenizer = tokenizer
    self.end = end
    self.pieces = (0..<end).map { ($0, tokenizer.vocabulary.bytes(of: $0)) }
    self.bytes = bytes
    rests = [[]] + bytes.map { [$0] }
  }

  /// The same as a `tokenizer.json` says it: characters and merges of them, `▁` put before the text.
  init(characters: [String], merges: [(String, String)], bytes: [UInt8]) throws {
    let names =
      characters + merges.map { $0.0 + $0.1 } + (UInt8.min...UInt8.max).map(BytePiece.name)
    let end = TokenID(names.count)
    let entries = names.enumerated().map { "\"\($1)\":\($0)" }.joined(separator: ",")
    let pairs = merges.map { "[\"\($0.0)\",\"\($0.1)\"]" }.joined(separator: ",")
    let folder = try TemporaryFolder()
    let path = try folder.write(
      Array(
        """
        {"added_tokens":[{"id":\(end),"content":"</s>","special":true,"single_word":false,
          "lstrip":false,"rstrip":false,"normalized":false}],
         "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
          {"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
         "pre_tokenizer":null,"post_processor":null,
         "decoder":{"type":"Sequence","decoders":[
          {"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},
          {"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
         "model":{"type":"BPE","byte_fallback":true,"fuse_unk":true,"vocab":{\(entries)},
          "merges":[\(pairs)]}}
        """.utf8), to: "tokenizer.json")
    let tokenizer = try Tokenizer.open(path: path).ending(at: [end])
    self.tokenizer = tokenizer
    self.end = end
    pieces = (0..<end).map { ($0, tokenizer.vocabulary.bytes(of: $0)) }
    self.bytes = bytes
    rests = [[]] + bytes.map { [$0] }
  }

  /// Whether a sequence is the beginning of the encoding of some text.
  func isCanonical(_ tokens: [TokenID]) -> Bool {
    let spelled = tokenizer.decode(tokens)
    return rests.contains { rest in
      tokenizer.encode(spelled + rest, parsesSpecials: false).lazy.map(\.id).starts(with: tokens)
    }
  }

  /// Every sequence that spells `text` and `more` further bytes, whatever these are, the last token
  /// possibly still more, with its probability.
  func covers(
    of text: [UInt8], and more: Int = 0, after before: [TokenID] = [], _ source: TableSource,
    canonical: Bool
  ) -> [(tokens: [TokenID], probability: Double)] {
    if text.isEmpty, more == 0 { return [([], 1)] }
    var found: [(tokens: [TokenID], probability: Double)] = []
    func go(_ tokens: [TokenID], _ probability: Double) {
      let spelled = tokenizer.decode(tokens)
      guard zip(spelled, text).allSatisfy({ $0 == $1 }) else { return }
      guard spelled.count < text.count + more else {
        if !canonical || isCanonical(tokens) { found.append((tokens, probability)) }
        return
      }
      let next = source.probabilities(before + tokens)
      for (id, _) in pieces { go(tokens + [id], probability * next[Int(id)]) }
    }
    go([], 1)
    return found
  }

  /// The definition: the probabilities of all texts one byte longer, and of the text's end, over
  /// their sum; and what of the text's own probability they are not.
  func next(
    of text: [UInt8], _ source: TableSource, canonical: Bool
  ) -> (probabilities: [Double], end: Double, invalidMass: Double, probability: Double) {
    var sums = [Double](repeating: 0, count: 256)
    for cover in covers(of: text, and: 1, source, canonical: canonical) {
      sums[Int(tokenizer.decode(cover.tokens)[text.count])] += cover.probability
    }
    let own = covers(of: text, source, canonical: canonical)
    // Where tokens spell a space that does not count, a text may be none of them or this one.
    let silent = canonical || !text.isEmpty ? [] : pieces.filter { tokenizer.decode([$0.id]) == [] }
    let first = source.probabilities([])
    let ends = own + silent.map { ([$0.id], first[Int($0.id)]) }
    let ending = ends.reduce(0) { sum, cover in
      tokenizer.decode(cover.tokens).count == text.count
        ? sum + cover.probability * source.probabilities(cover.tokens)[Int(end)] : sum
    }
    let probability = own.reduce(0) { $0 + $1.probability }
    let counted = sums.reduce(ending, +)
    return (
      sums.map { $0 / counted }, ending / counted, 1 - counted / probability, probability
    )
  }
}
