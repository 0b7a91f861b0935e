import TestSupport
import Testing

@testable import Tokenization

/// The rule against its definition.
@Suite("Canonical sequences") struct CanonicalRuleTests {
  /// Merges in the order in which training finds them: an entry's parts come before it.
  private func trainedMerges(_ count: Int, _ generator: inout Seeded) -> [(String, String)] {
    var entries = ["a", "b", "c", " ", "!", "'", "\n", "s"]
    var merges: [(String, String)] = []
    while merges.count < count {
      let left = entries.randomElement(using: &generator) ?? "a"
      let right = entries.randomElement(using: &generator) ?? "b"
      guard left.count + right.count <= 8, !entries.contains(left + right) else { continue }
      merges.append((left, right))
      entries.append(left + right)
    }
    return merges
  }

  /// A tokenizer and texts on which its rules turn.
  private func compare(_ tokenizer: Tokenizer, _ texts: [[UInt8]], seed: UInt64) {
    let rule = CanonicalRule(tokenizer)
    var generator = Seeded(seed)
    for text in texts {
      let tokens = tokenizer.encode(text, parsesSpecials: false)
      for count in 1...max(1, tokens.count) where count <= tokens.count {
        let end = tokens[count - 1].end
        let wanted = tokens[..<count].map(\.id)
        // Each beginning of an encoding is found, whatever of the text after it is known.
        for known in Set([text.count, end, min(text.count, end + 1), min(text.count, end + 3)]) {
          let found = rule.encodings(of: Array(text[..<known]), upTo: end)
          #expect(found.contains(wanted), "\(text[..<known]) to \(end)")
        }
        #expect(
          rule.allows(
            wanted[count - 1], after: wanted.dropLast(),
            spelling: Array(text[..<tokens[count - 1].start])), "\(text) \(count)")
      }
      // And what is found is the beginning of the encoding of some text.
      let end = Int(generator.next() % UInt64(text.count + 1))
      for found in rule.encodings(of: Array(text[..<end]), upTo: end) {
        let witness = rests.first { rest in
          tokenizer.encode(text[..<end] + rest, parsesSpecials: false).map(\.id).starts(with: found)
        }
        #expect(witness != nil, "\(text[..<end]): \(found)")
      }
    }
  }

  /// What may follow: nothing, each ASCII character alone and before a letter, ends of characters.
  private let rests: [[UInt8]] =
    [[]] + (0..<128).flatMap { [[$0], [$0, 0x61]] }
    + (0x80..<0xC0).flatMap { (a: UInt8) in
      [[a], [a, 0x61]]
        + (0x80..<0xC0).flatMap { (b: UInt8) in [[a, b], [a, b, 0x61], [a, b, 0x80]] }
    }

  @Test("canonical sequences are the beginnings of encodings, no more and no fewer")
  func beginnings() throws {
    var generator = Seeded(41)
    for round in 0..<30 {
      let merges = trainedMerges(12 + round, &generator)
      let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts(merges: merges))
      compare(
        tokenizer, (0..<20).map { _ in generator.text(12, of: TurningPoints.valid) },
        seed: UInt64(round))
    }
  }

  @Test("on real entries too, some of which end within a character")
  func realBeginnings() throws {
    let tokenizer = try InstalledModel.tokenizer()
    var generator = Seeded(42)
    let texts =
      [
        "Заяц, окно по-русски; 今日は、世界。 naïve café — 🙂👩‍👩‍👧 it's  12 spaces   \n\n and\ttabs ' 's",
        "for i in range(10):\r\n    print(i, 'é', \"ö\")  # комментарий\n\n\n",
      ].map { Array($0.utf8) } + (0..<80).map { _ in generator.text(16, of: TurningPoints.valid) }
    compare(tokenizer, texts, seed: 5)
  }

  @Test("a token may follow exactly when some encoding begins so")
  func successors() throws {
    var generator = Seeded(43)
    let alphabet = ["a", "b", "c", " ", "!", "'", "s", "\n"].map { Array($0.utf8) }
    for round in 0..<8 {
      let merges = trainedMerges(12 + 4 * round, &generator)
      let tokenizer = try SmallVocabulary.tokenizer(
        SmallVocabulary.parts(merges: merges, absent: Set(0x80...0xFF)))
      let rule = CanonicalRule(tokenizer)
      let order = PieceOrder(tokenizer.vocabulary)
      for _ in 0..<4 {
        let text = generator.text(5, of: alphabet)
        // Of every text that goes on from here, the beginnings of its encoding.
        var beginnings = Set<[TokenID]>()
        for first in order.ids {
          let longer = text + tokenizer.vocabulary.bytes(of: first)
          for rest in rests.prefix(257) {
            let ids = tokenizer.encode(longer + rest, parsesSpecials: false).map(\.id)
            for count in 0...ids.count { beginnings.insert(Array(ids[..<count])) }
          }
        }
        for left in rule.encodings(of: text, upTo: text.count) {
          for id in order.ids {
            #expect(
              rule.allows(id, after: left, spelling: text) == beginnings.contains(left + [id]),
              "\(text) \(left) \(id)")
          }
        }
      }
    }
  }

  @Test(
    "from a stable boundary on, tokens do not depend on what stands before, nor on what follows")
  func stability() throws {
    let tokenizer = try InstalledModel.tokenizer()
    let rule = CanonicalRule(tokenizer)
    var generator = Seeded(44)
    for _ in 0..<400 {
      let text = generator.text(8, of: TurningPoints.valid)
      let end = Int(generator.next() % UInt64(text.count + 1))
      let position = rule.lastStableBoundary(in: Array(text[..<end]))
      #expect(position == 0 || position < end)
      let before = tokenizer.encode(Array(text[..<position]), parsesSpecials: false)
      for _ in 0..<8 {
        let rest = generator.text(4, of: TurningPoints.all)
        let whole = tokenizer.encode(Array(text[..<end]) + rest, parsesSpecials: false)
        #expect(whole.prefix(before.count).elementsEqual(before))
        #expect(whole.count == before.count || whole[before.count].start >= position)
      }
    }
  }

  @Test(
    "no continuation moves the last stable boundary of any real tokenizer, nor tokens before it",
    arguments: RealTokenizers.allCases)
  func realStability(real: RealTokenizers) throws {
    let tokenizer = try real.tokenizer()
    let rule = CanonicalRule(tokenizer)
    var generator = Seeded(46)
    var found = 0
    for _ in 0..<300 {
      let text = generator.text(12, of: TurningPoints.valid)
      let position = rule.lastStableBoundary(in: text)
      guard position > 0 else { continue }
      found += 1
      let settled = tokenizer.encode(text, parsesSpecials: false).prefix { $0.end <= position }
      for _ in 0..<8 {
        let rest = generator.text(4, of: TurningPoints.all)
        let whole = tokenizer.encode(text + rest, parsesSpecials: false)
        #expect(whole.prefix(settled.count).elementsEqual(settled), "\(text) \(rest)")
        #expect(
          whole.count == settled.count || whole[settled.count].start >= position
            || whole[settled.count].start == whole[settled.count].end, "\(text) \(rest)")
      }
    }
    #expect(found > 20)
  }

  @Test("entries stand in the order of their bytes, and each prefix has its range")
  func order() throws {
    var generator = Seeded(45)
    let parts = SmallVocabulary.parts(
      merges: trainedMerges(40, &generator), userDefined: ["ab!", "\n\n\n"])
    let vocabulary = try SmallVocabulary.tokenizer(parts).vocabulary
    let order = PieceOrder(vocabulary)
    let spelled = order.ids.map { vocabulary.bytes(of: $0) }
    #expect(Set(order.ids).isDisjoint(with: vocabulary.specials))
    #expect(order.ids.count == vocabulary.count - vocabulary.specials.count)
    for (a, b) in zip(spelled, spelled.dropFirst()) {
      #expect(a == b || a.lexicographicallyPrecedes(b))
    }
    for prefix in Set(spelled.flatMap { bytes in (0...bytes.count).map { Array(bytes[..<$0]) } }) {
      let range = order.range(startingWith: prefix)
      #expect(
        Array(spelled[range]) == spelled.filter { $0.starts(with: prefix) })
      let (ending, next) = order.children(of: range, depth: prefix.count)
      #expect(Array(spelled[ending]) == spelled.filter { $0 == prefix })
      #expect(ending.upperBound == next.first?.range.lowerBound ?? range.upperBound)
      for (byte, range) in next {
        #expect(Array(spelled[range]) == spelled.filter { $0.starts(with: prefix + [byte]) })
        #expect(
          order.child(byte, of: order.range(startingWith: prefix), depth: prefix.count) == range)
      }
    }
  }

  @Test("characters are completed by one of each category, and only those that begin so")
  func completions() {
    var completions = CharacterCompletions()
    for text in ["é", "ж", "今", "🙂", "\u{301}", "٣", "\u{3000}"] {
      let bytes = Array(text.utf8)
      for count in 1..<bytes.count {
        let tail = CharacterCompletions.tail(of: Array("ab".utf8) + bytes[..<count])
        #expect(tail == Array(bytes[..<count]))
        let found = completions.completions(of: tail).compactMap {
          String(validating: tail + $0, as: UTF8.self)?.unicodeScalars
        }
        #expect(!found.isEmpty && found.allSatisfy { $0.count == 1 })
        let categories = found.compactMap { $0.first?.properties.generalCategory }
        #expect(Set(categories).count == found.count)
        #expect(categories.contains { $0 == text.unicodeScalars.first?.properties.generalCategory })
      }
    }
    for bytes in TurningPoints.broken + [[0x41], [0xE2, 0x82, 0xAC], [0xF4, 0x90], [0xE0, 0x80]] {
      let tail = CharacterCompletions.tail(of: bytes)
      #expect(tail.isEmpty || !completions.completions(of: tail).isEmpty)
    }
  }
}
