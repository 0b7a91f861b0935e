import TestSupport
import Testing

@testable import Tokenization

/// The rule of two neighbours against its definition: the encoding of what both spell.
@Suite("Pairs of neighbours") struct PairRuleTests {
  @Test("two tokens stay two when the encoding of their bytes is these two", arguments: 0..<8)
  func definition(seed: UInt64) throws {
    var generator = Seeded(seed)
    // In the order of ranks in which training finds merges, and in any order.
    var merges: [(String, String)] = []
    while merges.count < 50 {
      merges = SmallVocabulary.randomMerges(count: 150, using: &generator)
        .filter { ($0.0 + $0.1).allSatisfy(\.isLetter) }
      if seed % 2 == 0 { merges.sort { ($0.0 + $0.1).count < ($1.0 + $1.1).count } }
    }
    let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts(merges: merges))
    let vocabulary = tokenizer.vocabulary
    let rule = try #require(tokenizer.model.pairRule())
    let letters = (0..<TokenID(vocabulary.count)).filter { id in
      vocabulary.bytes(of: id).allSatisfy("abc".utf8.contains)
    }
    var told = [0, 0]
    for left in letters {
      for right in letters {
        guard let staysApart = rule.staysApart(left, right) else { continue }
        told[staysApart ? 1 : 0] += 1
        let bytes = vocabulary.bytes(of: left) + vocabulary.bytes(of: right)
        let isApart = tokenizer.encode(bytes).map(\.id) == [left, right]
        #expect(staysApart == isApart, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(told[0] > 20 && told[1] > 20, "\(told)")
  }

  @Test("so do two pieces of SentencePiece, by their scores", arguments: 0..<8)
  func scores(seed: UInt64) throws {
    var generator = Seeded(seed)
    let tokenizer = try pieces(using: &generator, scores: seed % 2 == 0 ? 60 : 8)
    let vocabulary = tokenizer.vocabulary
    let rule = try #require(tokenizer.model.pairRule())
    let texts = (0..<TokenID(vocabulary.count)).filter { vocabulary.kind(of: $0) != .byte }
    var told = [0, 0]
    for left in texts {
      for right in texts {
        guard let staysApart = rule.staysApart(left, right) else { continue }
        told[staysApart ? 1 : 0] += 1
        let bytes = vocabulary.bytes(of: left) + vocabulary.bytes(of: right)
        let isApart = tokenizer.encode(bytes).map(\.id) == [left, right]
        #expect(staysApart == isApart, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(told[0] > 20 && told[1] > 20, "\(told)")
    // What may follow a sequence depends on its tail alone.
    let canonical = CanonicalRule(tokenizer)
    for _ in 0..<60 {
      var text = ""
      for _ in 0..<6 { text += ["a", "b", " ", "é"].randomElement(using: &generator) ?? "" }
      let bytes = Array(text.utf8)
      let tokens = tokenizer.encode(bytes).map(\.id)
      let successors = canonical.successors(of: tokens, spelling: bytes)
      for id in texts {
        let longer = tokenizer.encode(bytes + vocabulary.bytes(of: id)).map(\.id)
        #expect(
          successors.allow(Int(canonical.order.places[Int(id)])) == (longer == tokens + [id]))
      }
    }
  }

  private static let letters = ["a", "b", "\u{2581}", "é"]

  /// A SentencePiece vocabulary of random pieces with so many scores, some of them found whole.
  private func pieces(using generator: inout Seeded, scores: Int) throws -> Tokenizer {
    var parts = SentencePieceParts()
    func add(_ piece: String, _ kind: TokenKind, score: Float = 0) {
      parts.pieces.append(piece.utf8)
      parts.kinds.append(kind.rawValue)
      parts.scores.append(score)
    }
    var pieces = Set(Self.letters)
    while pieces.count < 60 {
      let count = Int.random(in: 2...5, using: &generator)
      pieces.insert(
        (0..<count).compactMap { _ in Self.letters.randomElement(using: &generator) }.joined())
    }
    for piece in pieces.sorted() {
      let isWhole = piece.count > 1 && Int.random(in: 0..<12, using: &generator) == 0
      add(
        piece, isWhole ? .userDefined : .normal,
        score: -Float(Int.random(in: 0..<scores, using: &generator)))
    }
    for byte in UInt8.min...UInt8.max {
      let digits = String(byte, radix: 16, uppercase: true)
      add("<0x" + (byte < 16 ? "0" : "") + digits + ">", .byte)
    }
    parts.fallsBackToBytes = true
    parts.spacing = SentencePieceParts.Spacing(
      addsSpace: false, removesExtraSpaces: false, replacesInvalid: false)
    return try Tokenizer(parts, name: "tiny", roles: TokenRoles())
  }
}
