import Foundation
import Testing

@testable import Tokenization

@Suite("Perturbations")
struct PerturbationTests {
  private static let sample = """
    The capital of Bayern is München, naïve façade; ΑΒΓ Straße ﬁne ǅ.
      Two  spaces, one\ttab. Ελλάδα Ещё 한국어 e\u{301}te\u{301} Å
    """

  private func bytes(_ edit: PerturbedText) -> [UInt8] {
    var built: [UInt8] = []
    var taken = 0
    for (old, new) in edit.edits {
      built += edit.original[taken..<old.lowerBound] + edit.text[new]
      taken = old.upperBound
    }
    return built + edit.original[taken...]
  }

  @Test("the edits that are told make the new text of the old", arguments: Perturbation.allCases)
  func edits(kind: Perturbation) {
    var generator = Seeded(2)
    var texts = [Array(Self.sample.utf8)]
    for _ in 0..<100 { texts.append(generator.text(40, of: TurningPoints.all)) }
    for text in texts {
      let perturbed = kind.apply(to: text, seed: 3)
      #expect(bytes(perturbed) == perturbed.text)
      #expect(
        zip(perturbed.edits, perturbed.edits.dropFirst()).allSatisfy {
          $0.old.upperBound <= $1.old.lowerBound && $0.new.upperBound <= $1.new.lowerBound
        })
    }
  }

  @Test("case and normal forms are those of the whole text")
  func whole() {
    let text = Array(Self.sample.utf8)
    func changed(_ kind: Perturbation) -> String {
      String(decoding: kind.apply(to: text).text, as: UTF8.self)
    }
    #expect(changed(.upper) == Self.sample.uppercased())
    #expect(changed(.lower) == Self.sample.lowercased())
    let composed = Array(Self.sample.precomposedStringWithCanonicalMapping.utf8)
    let decomposed = Array(Self.sample.decomposedStringWithCanonicalMapping.utf8)
    #expect(Perturbation.nfc.apply(to: text).text == composed)
    #expect(Perturbation.nfd.apply(to: text).text == decomposed)
    #expect(composed != text && decomposed != text)
    #expect(changed(.spaces).contains("  is  München"))
    #expect(changed(.spaces).contains("Two  spaces"))
  }

  @Test("typos depend on the seed alone, and change some words a little")
  func typos() {
    let text = Array(String(repeating: "boundaries move under typing errors ", count: 50).utf8)
    let (one, again) = (Perturbation.typos.apply(to: text), Perturbation.typos.apply(to: text))
    #expect(one.text == again.text)
    #expect(Perturbation.typos.apply(to: text, seed: 9).text != one.text)
    let words = WordCount.words(in: text)
    #expect(one.edits.count > words / 24 && one.edits.count < words / 3)
    #expect(one.edits.allSatisfy { $0.old.count <= 2 && $0.new.count <= 2 })
  }

  /// What maps where, by walking over the text edit by edit.
  private func naive(_ before: [Int], _ after: [Int], _ perturbed: PerturbedText) -> [Int] {
    var images: [Int: Set<Int>] = [:]
    var (old, new) = (0, 0)
    for (from, to) in perturbed.edits + [
      (
        perturbed.original.count..<perturbed.original.count,
        perturbed.text.count..<perturbed.text.count
      )
    ] {
      while old <= from.lowerBound {
        images[old, default: []].insert(new)
        if old == from.lowerBound { break }
        old += 1
        new += 1
      }
      images[from.upperBound, default: []].insert(to.upperBound)
      (old, new) = (from.upperBound, to.upperBound)
    }
    let mapped = before.filter { images[$0] != nil }
    let staying = mapped.filter { !(images[$0] ?? []).isDisjoint(with: after) }
    let reached = mapped.reduce(into: Set<Int>()) { $0.formUnion(images[$1] ?? []) }
    return [mapped.count, staying.count, after.filter { !reached.contains($0) }.count]
  }

  @Test("what stays and what is new is what walking over the text finds")
  func stability() throws {
    var generator = Seeded(21)
    let merges = SmallVocabulary.randomMerges(count: 120, using: &generator)
    let tokenizer = try SmallVocabulary.tokenizer(SmallVocabulary.parts(merges: merges))
    for round in 0..<150 {
      let text = generator.text(40, of: TurningPoints.all)
      let kind = Perturbation.allCases[round % Perturbation.allCases.count]
      let perturbed = kind.apply(to: text, seed: UInt64(round))
      let found = BoundaryStability(tokenizer, perturbed)
      func starts(_ text: [UInt8]) -> [Int] {
        Set(tokenizer.encode(text, parsesSpecials: false).map(\.start))
          .subtracting([0, text.count]).sorted()
      }
      #expect(
        [found.mapped, found.staying, found.fresh]
          == naive(starts(text), starts(perturbed.text), perturbed), "\(kind) \(text)")
      #expect((0...1).contains(found.stays) && (0...1).contains(found.appears))
      if perturbed.text == text { #expect(found.stays == 1 && found.appears == 0) }
    }
  }
}
