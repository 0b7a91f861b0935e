import Foundation

/// A way to change a text a little, so that people would still read the same: how much a tokenizer
/// cares is a measure of its robustness.
public enum Perturbation: String, Sendable, CaseIterable, Hashable {
  /// One word in eight gets a slip of the keyboard: two neighbouring letters swapped, one left out,
  /// or one doubled. Which, depends on the seed alone.
  case typos
  /// Every letter as a capital.
  case upper
  /// Every letter small.
  case lower
  /// Every single space doubled.
  case spaces
  /// Unicode's composed form (NFC).
  case nfc
  /// Unicode's decomposed form (NFD).
  case nfd

  /// For reading.
  public var title: String {
    switch self {
    case .typos: "typos"
    case .upper: "upper case"
    case .lower: "lower case"
    case .spaces: "double spaces"
    case .nfc: "NFC"
    case .nfd: "NFD"
    }
  }

  /// One word in this many gets a slip.
  static let wordsPerTypo = 8

  /// The changed text. Bytes that are not UTF-8 stay as they are.
  ///
  /// - Parameter seed: decides the typos.
  public func apply(to text: [UInt8], seed: UInt64 = 1) -> PerturbedText {
    switch self {
    case .typos: Self.typos(text, seed: seed)
    case .upper: Self.mapCharacters(text) { $0.uppercased() }
    case .lower: Self.mapCharacters(text) { $0.lowercased() }
    case .nfc: Self.mapCharacters(text) { String($0).precomposedStringWithCanonicalMapping }
    case .nfd: Self.mapCharacters(text) { String($0).decomposedStringWithCanonicalMapping }
    case .spaces: Self.doubleSpaces(text)
    }
  }

  /// Changes graphemes one by one: case and normal forms never reach beyond one.
  private static func mapCharacters(
    _ text: [UInt8], _ change: (Character) -> String
  ) -> PerturbedText {
    var result = PerturbedText(original: text)
    var rest = 0
    while rest < text.count {
      // A stretch that is UTF-8; then the bytes that are not.
      let valid = validCount(text, from: rest)
      let string = String(decoding: text[rest..<rest + valid], as: UTF8.self)
      for character in string {
        let length = character.utf8.count
        let new = Array(change(character).utf8)
        if new.elementsEqual(text[rest..<rest + length]) {
          result.keep(length)
        } else {
          result.replace(length, with: new)
        }
        rest += length
      }
      if rest < text.count {
        result.keep(1)
        rest += 1
      }
    }
    return result
  }

  /// How many bytes from a place on are whole characters.
  private static func validCount(_ text: [UInt8], from start: Int) -> Int {
    text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      var position = start
      while position < bytes.count,
        let found = UTF8Sequence.scalar(in: base, at: position, end: bytes.count)
      { position += found.length }
      return position - start
    }
  }

  private static func doubleSpaces(_ text: [UInt8]) -> PerturbedText {
    var result = PerturbedText(original: text)
    for (index, byte) in text.enumerated() {
      result.keep(1)
      let isSingle =
        byte == 0x20 && (index == 0 || text[index - 1] != 0x20)
        && (index + 1 == text.count || text[index + 1] != 0x20)
      if isSingle { result.replace(0, with: [0x20]) }
    }
    return result
  }

  private static func typos(_ text: [UInt8], seed: UInt64) -> PerturbedText {
    var result = PerturbedText(original: text)
    var generator = SlipGenerator(seed: seed)
    var done = 0
    for word in WordCount.spans(in: text) {
      let letters = letters(of: word, in: text)
      guard letters.count >= 3, generator.below(wordsPerTypo) == 0 else { continue }
      // The first letter is seldom the one that is missed.
      let place = 1 + generator.below(letters.count - 2)
      let (this, next) = (letters[place], letters[place + 1])
      result.keep(this.lowerBound - done)
      switch generator.below(3) {
      case 0 where !text[this].elementsEqual(text[next]):
        result.replace(this.count + next.count, with: text[next] + text[this])
        done = next.upperBound
      case 1:
        result.replace(this.count, with: [])
        done = this.upperBound
      default:
        result.keep(this.count)
        result.replace(0, with: text[this])
        done = this.upperBound
      }
    }
    result.keep(text.count - done)
    return result
  }

  /// The characters of a word, each with the marks on it.
  private static func letters(of word: Range<Int>, in text: [UInt8]) -> [Range<Int>] {
    var letters: [Range<Int>] = []
    var start = word.lowerBound
    for character in String(decoding: text[word], as: UTF8.self) {
      letters.append(start..<start + character.utf8.count)
      start += character.utf8.count
    }
    return letters
  }
}

/// A text after a perturbation, and what became of which bytes.
public struct PerturbedText: Sendable {
  /// The text before.
  public let original: [UInt8]
  /// The text after.
  public private(set) var text: [UInt8] = []
  /// What was replaced, ascending: each range of the original with the range it became; either may
  /// be empty. Everything between is as it was.
  public private(set) var edits: [(old: Range<Int>, new: Range<Int>)] = []
  private var taken = 0

  init(original: [UInt8]) {
    self.original = original
    text.reserveCapacity(original.count + original.count / 8)
  }

  /// Takes the next bytes as they are.
  mutating func keep(_ count: Int) {
    text += original[taken..<taken + count]
    taken += count
  }

  /// Puts bytes in the place of the next `count`.
  mutating func replace(_ count: Int, with bytes: some Collection<UInt8>) {
    edits.append((taken..<taken + count, text.count..<text.count + bytes.count))
    text += bytes
    taken += count
  }
}

/// How the boundaries of a tokenizer bear a perturbation.
///
/// A boundary of the original *maps* when it lies at the edge of what was changed or outside of it;
/// what lies strictly inside a replaced range has no place in the new text and is left out. A boundary
/// at which something was inserted maps to both ends of the insertion. It *stays* when the new text
/// has a boundary where it maps to.
public struct BoundaryStability: Sendable, Hashable {
  /// Boundaries of the original that map.
  public let mapped: Int
  /// Of these, how many stay.
  public let staying: Int
  /// Boundaries of the new text.
  public let after: Int
  /// Of these, how many are where no boundary of the original maps to.
  public let fresh: Int
  /// Tokens before.
  public let tokensBefore: Int
  /// Tokens after.
  public let tokensAfter: Int

  /// The share of boundaries, mapped through the edit, that stay; 1 when there is none.
  public var stays: Double { mapped > 0 ? Double(staying) / Double(mapped) : 1 }
  /// The share of the new text's boundaries that are new; 0 when it has none.
  public var appears: Double { after > 0 ? Double(fresh) / Double(after) : 0 }

  /// Encodes both texts and compares their boundaries.
  public init(_ tokenizer: Tokenizer, _ perturbed: PerturbedText) {
    func starts(_ text: [UInt8]) -> (boundaries: [Int], tokens: Int) {
      var comparison = TokenizerComparison(text)
      comparison.add(tokenizer, name: "")
      return (comparison.boundaries(of: 0), comparison.sides[0].tokens.count)
    }
    let (before, after) = (starts(perturbed.original), starts(perturbed.text))
    self.init(
      before.boundaries, after.boundaries, perturbed.edits, tokens: (before.tokens, after.tokens))
  }

  init(
    _ before: [Int], _ after: [Int], _ edits: [(old: Range<Int>, new: Range<Int>)],
    tokens: (before: Int, after: Int)
  ) {
    let there = Set(after)
    var images = Set<Int>()
    var (mapped, staying) = (0, 0)
    var next = 0
    for boundary in before {
      // The edits that end before this place only shift it.
      while next < edits.count, edits[next].old.upperBound < boundary { next += 1 }
      var places: [Int] = []
      var edit = next
      while edit < edits.count, edits[edit].old.lowerBound <= boundary {
        let (old, new) = edits[edit]
        if old.lowerBound == boundary { places.append(new.lowerBound) }
        if old.upperBound == boundary { places.append(new.upperBound) }
        edit += 1
      }
      if edit == next {
        let shift = next > 0 ? edits[next - 1].new.upperBound - edits[next - 1].old.upperBound : 0
        places.append(boundary + shift)
      }
      guard !places.isEmpty else { continue }
      mapped += 1
      if places.contains(where: there.contains) { staying += 1 }
      images.formUnion(places)
    }
    self.mapped = mapped
    self.staying = staying
    self.after = after.count
    fresh = after.reduce(0) { $0 + (images.contains($1) ? 0 : 1) }
    tokensBefore = tokens.before
    tokensAfter = tokens.after
  }
}

/// Small numbers from a seed (SplitMix64).
private struct SlipGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return Int(mixed % UInt64(max(1, bound)))
  }
}
