@testable import Tokenization

/// Tokenizers with a handful of entries, and the definitions spelled out over all their sequences.
struct TinyTokenizer {
  let tokenizer: Tokenizer
  /// The entries that spell text, with their bytes.
  let pieces: [(id: TokenID, bytes: [UInt8])]
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
    rests = [[]] + bytes.map { [$0] } + bytes.flatMap { a in bytes.map { [a, $0] } }
  }

  /// Whether a sequence is the beginning of the encoding of some text.
  func isCanonical(_ tokens: [TokenID]) -> Bool {
    let spelled = tokenizer.decode(tokens)
    return rests.contains { rest in
      tokenizer.encode(spelled + rest, parsesSpecials: false).lazy.map(\.id).starts(with: tokens)
    }
  }

  /// Every sequence that spells `text`, the last token possibly more, with its probability.
  func covers(
    of text: [UInt8], _ source: TableSource, canonical: Bool
  ) -> [(tokens: [TokenID], probability: Double)] {
    var found: [(tokens: [TokenID], probability: Double)] = []
    func go(_ tokens: [TokenID], _ position: Int, _ probability: Double) {
      guard position < text.count || tokens.isEmpty else {
        if !canonical || isCanonical(tokens) { found.append((tokens, probability)) }
        return
      }
      let next = source.probabilities(tokens)
      for (id, bytes) in pieces {
        guard zip(bytes, text[position...]).allSatisfy({ $0 == $1 }) else { continue }
        go(tokens + [id], position + bytes.count, probability * next[Int(id)])
      }
    }
    if text.isEmpty { return [([], 1)] }
    go([], 0, 1)
    return found
  }

  /// The definition: the probabilities of all texts one byte longer, and of the text's end, over
  /// their sum; and what of the text's own probability they are not.
  func next(
    of text: [UInt8], _ source: TableSource, canonical: Bool
  ) -> (probabilities: [Double], end: Double, invalidMass: Double, probability: Double) {
    var sums = [Double](repeating: 0, count: 256)
    for byte in Set(pieces.compactMap(\.bytes.first)) {
      sums[Int(byte)] = covers(of: text + [byte], source, canonical: canonical)
        .reduce(0) { $0 + $1.probability }
    }
    let own = covers(of: text, source, canonical: canonical)
    let ending = own.reduce(0) { sum, cover in
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
