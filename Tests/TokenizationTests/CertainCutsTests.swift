import Testing

@testable import Tokenization

@Suite struct CertainCutsTests {
  private static let letters = ["a", "ж", "今", "仏", "仇", "代", "令", "𝑎", "𝑏"].map {
    Array($0.utf8)
  }

  /// A vocabulary of all bytes and of stretches of letters, some of which begin or end within one.
  private func vocabulary(_ generator: inout Seeded, absent: Set<UInt8> = []) throws -> Vocabulary {
    var parts = SmallVocabulary.parts(absent: absent)
    var known = Set<[UInt8]>()
    while known.count < 25 {
      var entry = generator.text(2, of: Self.letters)
      if Int.random(in: 0..<6, using: &generator) == 0 { entry.removeFirst() }
      if Int.random(in: 0..<6, using: &generator) == 0 { entry.removeLast() }
      guard entry.count > 1, known.insert(entry).inserted else { continue }
      parts.tokens.append(SmallVocabulary.written(entry).utf8)
      parts.kinds.append(TokenKind.normal.rawValue)
    }
    return try Vocabulary(parts)
  }

  private func parts(of word: [UInt8], _ cuts: CertainCuts) -> [Range<Int>] {
    var parts = WordList()
    word.withUnsafeBufferPointer {
      if let base = $0.baseAddress { cuts.cut(0..<word.count, of: base, into: &parts) }
    }
    return parts.spans
  }

  @Test("no entry lies across a cut, parts follow each other, and most that may be cut is")
  func cuts() throws {
    var generator = Seeded(1)
    var (made, possible) = (0, 0)
    for _ in 0..<20 {
      let vocabulary = try vocabulary(&generator)
      let cuts = try #require(CertainCuts(vocabulary))
      let entries = (0..<TokenID(vocabulary.count)).map { vocabulary.bytes(of: $0) }
        .filter { $0.count > 1 }
      /// Whether some entry lies across a place of a word.
      func isSpanned(_ place: Int, _ word: [UInt8]) -> Bool {
        entries.contains { entry in
          (max(0, place - entry.count + 1)..<place).contains { word[$0...].starts(with: entry) }
        }
      }
      for isBroken in [false, true] {
        for _ in 0..<30 {
          var word = generator.text(30, of: Self.letters)
          for _ in 0..<4 where isBroken {
            word.remove(at: Int.random(in: word.indices, using: &generator))
          }
          let parts = parts(of: word, cuts)
          #expect(parts.first?.lowerBound == 0 && parts.last?.upperBound == word.count)
          for (part, next) in zip(parts, parts.dropFirst()) {
            #expect(part.upperBound == next.lowerBound && !part.isEmpty && !next.isEmpty)
            #expect(!isSpanned(next.lowerBound, word))
          }
          guard !isBroken else { continue }
          made += parts.count - 1
          // Before it ends a letter of at least three bytes.
          possible += word.indices.dropFirst(3).count { place in
            word[place] >= 0xE0 && word[(place - 2)..<place].allSatisfy { $0 & 0xC0 == 0x80 }
              && !isSpanned(place, word)
          }
        }
      }
    }
    #expect(made <= possible && made > possible / 2, "\(made) of \(possible)")
  }

  @Test("where bytes are absent nothing is cut, since what is around them is joined")
  func absentBytes() throws {
    var generator = Seeded(3)
    #expect(CertainCuts(try vocabulary(&generator, absent: [0x8A])) == nil)
  }
}
