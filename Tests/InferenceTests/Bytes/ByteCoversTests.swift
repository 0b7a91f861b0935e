import Foundation
import TestSupport
import Testing

@testable import Inference
@testable import Tokenization

@Suite("Exact probabilities of bytes")
struct ByteCoversTests {
  /// Vocabularies over which every sequence can be looked at.
  private func tinies() throws -> [TinyTokenizer] {
    [
      try TinyTokenizer(letters: ["a", "b"], merges: [("a", "a")]),
      try TinyTokenizer(letters: ["a", "b"], merges: [("a", "b"), ("ab", "a"), ("b", "b")]),
      try TinyTokenizer(
        letters: ["a", "b", " "], merges: [(" ", "a"), ("a", "b"), (" a", "b"), (" ", " ")]),
      try TinyTokenizer(
        letters: ["a", "'", "s"], merges: [("'", "s"), ("s", "a"), ("a", "s")]),
      // Letters of two bytes, an entry that ends within one, and a sign with the same first byte.
      try TinyTokenizer(
        bytes: [0xD0, 0xBE, 0xBF, 0xC2, 0xAB, 0x20],
        merges: [([0xD0], [0xBE]), ([0xD0, 0xBE], [0xD0]), ([0xC2], [0xAB]), ([0xBE], [0xC2])]),
      try TinyTokenizer(
        pieces: ["ab", "▁a", "ba", "▁▁", "▁ab", "a", "b", "▁", "о"],
        bytes: Array("ab о".utf8), addsSpace: false),
      try TinyTokenizer(
        pieces: ["▁a", "ab", "▁▁", "▁▁a", "b▁", "a", "b", "▁"],
        bytes: Array("ab é".utf8), addsSpace: true),
      // Only the space before a text makes pieces with letters, and letters come in bytes.
      try TinyTokenizer(
        pieces: ["▁é", "éb", "▁b▁", "▁", "b"], bytes: Array("éb ".utf8), addsSpace: true),
      try TinyTokenizer(
        characters: ["▁", "a", "b", "é"], merges: [("▁", "a"), ("a", "b"), ("▁", "▁"), ("b", "▁")],
        bytes: Array("ab é".utf8)),
    ]
  }

  private func texts(_ tiny: TinyTokenizer, length: Int, count: Int, seed: UInt64) -> [[UInt8]] {
    var generator = SeededGenerator(seed: seed)
    // With all 256 bytes as tokens there are many more sequences.
    let (length, count) = tiny.end > 250 ? ((length + 2) / 2, min(count, 3)) : (length, count)
    return (0..<count).map { _ in
      (0..<length).map { _ in tiny.bytes[Int.random(in: 0..<tiny.bytes.count, using: &generator)] }
    }
  }

  @Test("canonical is the sum over all sequences that the tokenizer would produce, to 1e-9")
  func bruteForce() throws {
    for (number, tiny) in try tinies().enumerated() {
      let source = TableSource(vocabularySize: Int(tiny.end) + 2, seed: UInt64(number))
      for text in texts(tiny, length: 6, count: 8, seed: 3) {
        let covers = ByteCovers(rule: CanonicalRule(tiny.tokenizer), source: source)
        try covers.begin(text)
        for offset in 0...text.count {
          let given = Array(text[..<offset])
          let wanted = tiny.next(of: given, source, canonical: true)
          let found = try covers.canonical(at: offset)
          for byte in 0..<256 {
            #expect(abs(found.probabilities[byte] - wanted.probabilities[byte]) < 1e-9)
          }
          #expect(abs(found.end - wanted.end) < 1e-9)
          #expect(abs(found.invalidMass - wanted.invalidMass) < 1e-9)
          #expect(abs(exp(found.logProbability) / wanted.probability - 1) < 1e-9)
          #expect(found.droppedMass == 0)
          #expect(abs(found.probabilities.reduce(found.end, +) - 1) < 1e-12)
          #expect(abs(found.covers.reduce(0) { $0 + $1.share } - 1) < 1e-9)
        }
      }
    }
  }

  @Test("all is the sum over every sequence that spells the text, to 1e-9")
  func everySequence() throws {
    for (number, tiny) in try tinies().enumerated() {
      let source = TableSource(vocabularySize: Int(tiny.end) + 2, seed: UInt64(number) + 20)
      for text in texts(tiny, length: 6, count: 5, seed: 6) {
        let covers = ByteCovers(rule: CanonicalRule(tiny.tokenizer), source: source)
        try covers.begin(text)
        for offset in 0...text.count {
          let wanted = tiny.next(of: Array(text[..<offset]), source, canonical: false)
          let found = try covers.all(at: offset, leastShare: 0)
          for byte in 0..<256 {
            #expect(abs(found.probabilities[byte] - wanted.probabilities[byte]) < 1e-9)
          }
          #expect(abs(found.end - wanted.end) < 1e-9)
          #expect(abs(exp(found.logProbability) / wanted.probability - 1) < 1e-9)
          // Only special tokens that do not end the text are not counted.
          #expect(abs(found.invalidMass - wanted.invalidMass) < 1e-9)
          let canonical = try covers.canonical(at: offset)
          #expect(canonical.logProbability <= found.logProbability + 1e-9)
          // With few sequences dropped it comes close.
          let rough = try covers.all(at: offset, leastShare: 1e-6)
          for byte in 0..<256 {
            #expect(abs(rough.probabilities[byte] - found.probabilities[byte]) < 1e-3)
          }
        }
      }
    }
  }

  @Test("the space that is put before texts belongs to none, also after a special token")
  func openingSpaces() throws {
    let tiny = try TinyTokenizer(
      pieces: ["▁a", "ab", "▁b", "▁▁", "a", "b", "▁"], bytes: Array("ab ".utf8), addsSpace: true)
    let source = TableSource(vocabularySize: Int(tiny.end) + 2, seed: 5)
    let begin = tiny.tokenizer.vocabulary.bytes(of: tiny.end + 1)
    for text in ["ab a", "", " b", "b", "  "].map({ Array($0.utf8) }) {
      // After the first of two special tokens the second is a token, and what follows it is text.
      let covers = ByteCovers(rule: CanonicalRule(tiny.tokenizer), source: source)
      try covers.begin(begin + begin + text)
      let grown = ByteCovers(
        rule: CanonicalRule(tiny.tokenizer),
        source: TableSource(vocabularySize: Int(tiny.end) + 2, seed: 5))
      try grown.begin(begin + begin, isOpen: true)
      for offset in 0...text.count {
        let place = 2 * begin.count + offset
        let found = try covers.canonical(at: place)
        let also = try grown.canonical(at: place)
        #expect(zip(found.probabilities, also.probabilities).allSatisfy { abs($0 - $1) < 1e-12 })
        // The table knows the last two tokens only, so that the text's own first two are enough.
        var sums = [Double](repeating: 0, count: 256)
        let given = Array(text[..<offset])
        let longer = tiny.covers(
          of: given, and: 1, after: [tiny.end + 1, tiny.end + 1], source, canonical: true)
        for cover in longer {
          sums[Int(tiny.tokenizer.decode(cover.tokens)[offset])] += cover.probability
        }
        let counted = sums.reduce(0, +) / (1 - found.end)
        for byte in 0..<256 {
          #expect(abs(found.probabilities[byte] - sums[byte] / counted) < 1e-9)
        }
        let naive = try covers.naive(at: place)
        #expect(naive.covers[0].end == place)
        #expect(naive.probabilities[Int(UInt8(ascii: "a"))] > 0)
        if offset < text.count { grown.append(text[offset]) }
      }
      // The measures of the text's own tokens cover its bytes.
      let ids = tiny.tokenizer.encode(begin + begin + text).map(\.id)
      let told = tiny.tokenizer.text(of: ids)
      #expect(told.bytes == begin + begin + text)
      #expect(told.spans == tiny.tokenizer.encode(told.bytes).map { $0.start..<$0.end })
    }
  }

  @Test("a tokenizer that changes texts is refused")
  func changed() throws {
    var parts = SentencePieceParts()
    for (piece, kind) in [("<unk>", TokenKind.unknown), ("a", .normal), ("▁", .normal)] {
      parts.pieces.append(piece.utf8)
      parts.kinds.append(kind.rawValue)
      parts.scores.append(0)
    }
    let tokenizer = try Tokenizer(parts, name: "tiny", roles: TokenRoles())
    let covers = ByteCovers(
      rule: CanonicalRule(tokenizer), source: TableSource(vocabularySize: 3, seed: 1))
    #expect(throws: ByteFault.changed) { try covers.begin(Array("a".utf8)) }
  }

  @Test("going on by a byte gives what the whole text gives")
  func appending() throws {
    for (number, tiny) in try tinies().enumerated() {
      let source = TableSource(vocabularySize: Int(tiny.end) + 2, seed: UInt64(number) + 50)
      for text in texts(tiny, length: 9, count: 3, seed: 4) {
        let whole = ByteCovers(rule: CanonicalRule(tiny.tokenizer), source: source)
        try whole.begin(text)
        let growing = ByteCovers(
          rule: CanonicalRule(tiny.tokenizer),
          source: TableSource(vocabularySize: Int(tiny.end) + 2, seed: UInt64(number) + 50))
        try growing.begin([])
        for (offset, byte) in text.enumerated() {
          let (a, b) = (try whole.canonical(at: offset), try growing.canonical(at: offset))
          #expect(zip(a.probabilities, b.probabilities).allSatisfy { abs($0 - $1) < 1e-12 })
          #expect(abs(a.logProbability - b.logProbability) < 1e-9)
          growing.append(byte)
        }
      }
    }
  }

  @Test("what is left out is less than the bound says")
  func dropping() throws {
    for (number, tiny) in try tinies().enumerated() {
      let source = TableSource(vocabularySize: Int(tiny.end) + 2, seed: UInt64(number) + 7)
      for text in texts(tiny, length: 8, count: 4, seed: 5) {
        let exact = ByteCovers(rule: CanonicalRule(tiny.tokenizer), source: source)
        let rough = ByteCovers(rule: CanonicalRule(tiny.tokenizer), source: source)
        rough.leastShare = 0.2
        try exact.begin(text)
        try rough.begin(text)
        for offset in 0...text.count {
          let (a, b) = (try exact.canonical(at: offset), try rough.canonical(at: offset))
          let p = exp(a.logProbability)
          let q = exp(b.logProbability)
          #expect(q <= p * (1 + 1e-9) && p * (1 - b.droppedMass) <= q * (1 + 1e-9))
        }
      }
    }
  }

  /// A chain of letters, each depending on the one before, and the token model that follows from it
  /// when texts are encoded with the vocabulary A, B, AA from the left.
  @Test("a Markov chain comes back from its token model, which the naive way gets wrong")
  func markovChain() throws {
    let tiny = try TinyTokenizer(letters: ["A", "B"], merges: [("A", "A")])
    // P(A | A), P(A | B), and the first letter's P(A).
    let (afterA, afterB, first) = (0.7, 0.4, 0.55)
    let chain = { (tokens: [TokenID]) -> [Double] in
      let last = tokens.last.map { tiny.tokenizer.vocabulary.bytes(of: $0).last }
      let p = last.map { $0 == UInt8(ascii: "A") ? afterA : afterB } ?? first
      // After a single A no A can follow: the encoding would have been AA.
      let given: Double = tokens.last == 0 ? 0 : p
      let b = 1 - given
      return [given * (1 - afterA), b, given * afterA, 0, 0]
    }
    let source = TableSource(vocabularySize: 5, distribution: chain)
    let text = Array("BAABABAAAAB".utf8)
    let covers = ByteCovers(rule: CanonicalRule(tiny.tokenizer), source: source)
    try covers.begin(text)
    var logProbability = log(1.0)
    for (offset, byte) in text.enumerated() {
      let found = try covers.canonical(at: offset)
      let p = offset == 0 ? first : text[offset - 1] == UInt8(ascii: "A") ? afterA : afterB
      #expect(abs(found.probabilities[Int(UInt8(ascii: "A"))] - p) < 1e-12)
      #expect(abs(found.probabilities[Int(UInt8(ascii: "B"))] - (1 - p)) < 1e-12)
      #expect(abs(found.logProbability - logProbability) < 1e-9)
      logProbability += log(byte == UInt8(ascii: "A") ? p : 1 - p)
    }
    // After a lone A at the end of the text, the naive way says that no A can follow.
    let naive = try covers.naive(at: 2)
    #expect(naive.probabilities[Int(UInt8(ascii: "A"))] == 0)
  }

  @Test("on a real model the bytes of a text multiply to the text, and stable boundaries agree")
  func realModel() throws {
    let model = try Model.load(path: InstalledModel.path(), name: "smollm2", threads: 2)
    let evaluator = try Evaluator(model: model, threads: 2)
    let covers = ByteCovers(
      rule: CanonicalRule(model.tokenizer), source: ModelSource(evaluator))
    let text = Array("The capital of France is Paris, isn't it?  Größe \u{1F642}.".utf8)
    try covers.begin(text)
    let tokens = model.tokenizer.encode(text)
    var before = 0.0
    for offset in 0...text.count {
      let found = try covers.canonical(at: offset)
      #expect(abs(found.probabilities.reduce(found.end, +) - 1) < 1e-9)
      if offset > 0 {
        // The chain rule: what the byte adds is its share of what the bytes before have.
        let last = try covers.canonical(at: offset - 1)
        let share = last.probabilities[Int(text[offset - 1])] * (1 - last.invalidMass)
        #expect(abs(found.logProbability - (before + log(share))) < 1e-5)
      }
      before = found.logProbability
      // Wherever no sequence crosses, the next token says all.
      let settled = CanonicalRule(model.tokenizer)
      if found.covers.count == 1, found.covers[0].end == offset, offset > 0,
        settled.encodings(of: Array(text[..<offset]), upTo: offset)
          == [model.tokenizer.encode(Array(text[..<offset])).map(\.id)]
      {
        let naive = try covers.naive(at: offset)
        for byte in 0..<256 {
          #expect(
            found.probabilities[byte] * (1 - found.invalidMass) <= naive.probabilities[byte]
              * (1 - naive.invalidMass) + 1e-9)
        }
      }
    }
    // More than the one sequence of tokens spells the text, so the bytes are no less likely.
    let whole = try evaluator.evaluate(tokens.map(\.id))
    let byTokens = whole.records.dropFirst().reduce(0.0) { $0 + Double($1.logProbability ?? 0) }
    let source = ModelSource(evaluator)
    try source.begin(tokens.map(\.id))
    let first = try source.logProbability(ofFirst: 1)
    #expect(before >= byTokens + first - 1e-6)
  }
}
