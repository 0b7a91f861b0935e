import Testing

@testable import Tokenization

@Suite("Explanations")
struct ExplanationTests {
  private struct Made {
    let merges: [(String, String)]
    let tokenizer: Tokenizer

    init(seed: UInt64, count: Int = 150, specials: [String] = ["<|a|>", "<|end|>"]) throws {
      var generator = Seeded(seed)
      merges = SmallVocabulary.randomMerges(count: count, using: &generator)
      tokenizer = try SmallVocabulary.tokenizer(
        SmallVocabulary.parts(merges: merges, specials: specials))
    }

    var ranks: [String: Int] {
      Dictionary(uniqueKeysWithValues: merges.enumerated().map { ($1.0 + "\0" + $1.1, $0) })
    }

    func text(_ id: TokenID) -> String { tokenizer.vocabulary.text(of: id) }
  }

  @Test(
    "replaying the tree of an entry gives its bytes, by merges that the list has at these ranks")
  func trees() throws {
    let made = try Made(seed: 1)
    var trees = 0
    for id in 0..<TokenID(made.tokenizer.vocabulary.count) {
      guard let tree = made.tokenizer.mergeTree(of: id) else { continue }
      trees += 1
      #expect(tree.id == id)
      let bytes = tree.leaves.flatMap { made.tokenizer.vocabulary.bytes(of: $0) }
      #expect(bytes == made.tokenizer.vocabulary.bytes(of: id))
      for (_, node) in tree.nodes {
        guard case .merge(let joined, let rank, let left, let right) = node else { continue }
        #expect(made.ranks[made.text(left.id) + "\0" + made.text(right.id)] == rank)
        #expect(made.text(joined) == made.text(left.id) + made.text(right.id))
      }
      #expect(tree.depth <= tree.leaves.count)
    }
    #expect(trees > 256)
  }

  @Test("the steps of a word are those of the definition, and end in what encoding gives")
  func traces() throws {
    let made = try Made(seed: 2)
    let model = try #require(made.tokenizer.model as? any ExplainedModel)
    var generator = Seeded(3)
    let letters = ["a", "b", "c"].map { Array($0.utf8) }
    for _ in 0..<300 {
      let word = generator.text(Int.random(in: 1...14, using: &generator), of: letters)
      guard case .merges(let trace) = model.reasons(of: word, isFirst: false) else {
        Issue.record("no trace of \(word)")
        continue
      }
      let expected = SmallVocabulary.naiveMerge(String(decoding: word, as: UTF8.self), made.merges)
      #expect(trace.trees.map { made.text($0.id) } == expected)
      #expect(trace.trees.map(\.id) == made.tokenizer.encode(word).map(\.id))
      // Each step joins what stands there.
      var parts = word.map { String(decoding: [$0], as: UTF8.self) }
      for step in trace.steps {
        var (index, at) = (0, 0)
        while at < step.start {
          at += parts[index].utf8.count
          index += 1
        }
        #expect(parts[index] == made.text(step.left))
        #expect(parts[index + 1] == made.text(step.right))
        parts.replaceSubrange(index...index + 1, with: [made.text(step.joined)])
      }
      #expect(parts == expected)
    }
    #expect(
      model.reasons(
        of: [UInt8](repeating: 97, count: MergeTrace.longestWord + 1), isFirst: true) == nil)
  }

  @Test(
    "a boundary lies at the text's edge, at a whole entry, between words, or where no merge joins")
  func cuts() throws {
    let made = try Made(seed: 4)
    var generator = Seeded(5)
    for _ in 0..<200 {
      let text = generator.text(30, of: TurningPoints.all)
      let tokens = made.tokenizer.encode(text)
      for (index, token) in tokens.enumerated() {
        let cut = try #require(made.tokenizer.explainCut(of: index, in: tokens, text: text))
        #expect(cut.stretch.range.lowerBound <= token.start)
        #expect(token.end <= cut.stretch.range.upperBound)
        let isSpecial = made.tokenizer.vocabulary.isSpecial(token.id)
        #expect(cut.stretch.isWhole == isSpecial)
        switch cut.start {
        case .edge: #expect(token.start == 0)
        case .whole:
          #expect(isSpecial || made.tokenizer.vocabulary.isSpecial(tokens[index - 1].id))
        case .word: #expect(token.start == cut.stretch.range.lowerBound)
        case .noMerge(let left, let right):
          #expect(left == tokens[index - 1].id && right == token.id)
          #expect(made.ranks[made.text(left) + "\0" + made.text(right)] == nil)
          #expect(token.start > cut.stretch.range.lowerBound)
        case .within, .bestSum, .longest: Issue.record("byte-level BPE tells why")
        }
        if case .merges(let trace) = cut.reasons {
          let inside = tokens.filter { cut.stretch.range.contains($0.start) }
          #expect(trace.trees.map(\.id) == inside.map(\.id))
        }
      }
    }
    #expect(made.tokenizer.explainCut(of: 0, in: [], text: []) == nil)
    #expect(
      made.tokenizer.explainCut(of: 0, in: [Token(id: 0, start: 5, end: 9)], text: [1]) == nil)
  }

  @Test("an entry that is called unreachable is in no encoding of thousands of texts")
  func reachable() throws {
    let made = try Made(seed: 6, count: 200)
    let vocabulary = made.tokenizer.vocabulary
    var generator = Seeded(7)
    var seen = Set<TokenID>()
    let alphabet = ["a", "b", "c", " ", "!", "'", "\n"].map { Array($0.utf8) }
    for _ in 0..<4000 {
      let text = generator.text(24, of: alphabet)
      seen.formUnion(made.tokenizer.encode(text).map(\.id))
    }
    var unreachable = 0
    for id in 0..<TokenID(vocabulary.count) {
      guard let isReachable = made.tokenizer.isReachable(id) else {
        #expect(vocabulary.bytes(of: id).contains { $0 >= 0x80 })
        continue
      }
      if isReachable {
        let text = made.tokenizer.decode([id])
        #expect(made.tokenizer.encode(text).map(\.id) == [id])
      } else {
        unreachable += 1
        #expect(!seen.contains(id), "\(made.text(id))")
      }
    }
    #expect(unreachable > 0)
  }

  @Test("spellings, neighbours and longer entries are those that looking at all entries finds")
  func index() throws {
    let merges = [
      ("P", "a"), (" ", "Pa"), ("p", "a"), (" ", "pa"), ("P", "A"), (" ", "PA"), ("pa", "r"),
      ("Pa", "r"), (" Pa", "r"),
    ]
    let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts(merges: merges))
    let vocabulary = tokenizer.vocabulary
    let index = VocabularyIndex(vocabulary)
    func id(_ text: String) throws -> TokenID { try #require(vocabulary.id(of: Array(text.utf8))) }
    let spellings = index.variants(of: try id(" Pa")).map { vocabulary.text(of: $0) }
    #expect(Set(spellings) == ["Pa", "pa", " pa", "PA", " PA"])
    for id in 0..<TokenID(vocabulary.count) where vocabulary.kind(of: id) == .normal {
      let bytes = vocabulary.bytes(of: id)
      let longer = (0..<TokenID(vocabulary.count)).filter {
        vocabulary.kind(of: $0) == .normal && $0 != id
          && vocabulary.bytes(of: $0).starts(with: bytes)
      }
      let found = index.extensions(of: id, limit: 1000)
      #expect(found.count == longer.count && Set(found.first) == Set(longer))
      let around = index.neighbours(of: id, count: 2)
      for before in around.before {
        #expect(vocabulary.bytes(of: before).lexicographicallyPrecedes(bytes))
      }
      for after in around.after {
        #expect(bytes.lexicographicallyPrecedes(vocabulary.bytes(of: after)))
      }
    }
    let outside = TokenID(vocabulary.count)
    #expect(index.variants(of: outside).isEmpty)
    #expect(index.neighbours(of: -1, count: 3).before.isEmpty)
    #expect(tokenizer.explain(outside, index: index) == nil)
  }
}
