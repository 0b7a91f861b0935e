internal import Foundation

/// How characters decompose and compose, in the version of Unicode that the reference has (9.0): what
/// is younger stays as it is.
struct NormalRules: Sendable {
  private let decompositions: [UInt32: [UInt32]]

  /// Canonical decompositions.
  static let canonical = NormalRules { $0.decomposedStringWithCanonicalMapping }
  /// Compatibility decompositions.
  static let compatible = NormalRules { $0.decomposedStringWithCompatibilityMapping }

  private init(_ decompose: (String) -> String) {
    var found: [UInt32: [UInt32]] = [:]
    for value in Self.candidates.joined() {
      guard let scalar = Unicode.Scalar(value), Self.isKnown(scalar) else { continue }
      let parts = decompose(String(Character(scalar))).unicodeScalars.map(\.value)
      if parts != [value] { found[value] = parts }
    }
    decompositions = found
  }

  /// Where characters lie that decompose, those of Hangul apart.
  private static let candidates: [ClosedRange<UInt32>] = [
    0xA0...0x33FF, 0xA000...0xABFF, 0xF900...0xFFFF, 0x10000...0x1FFFF, 0x2F800...0x2FA1F,
  ]

  /// Whether the reference's version of Unicode has the character.
  static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
    guard let age = scalar.properties.age else { return false }
    return age.major <= 9
  }

  /// What a character decomposes into; `nil` where it stays as it is.
  func decomposition(of value: UInt32) -> [UInt32]? {
    guard (Hangul.first..<Hangul.first + Hangul.count).contains(value) else {
      return decompositions[value]
    }
    let place = value - Hangul.first
    let vowel = place % (Hangul.vowels * Hangul.finals) / Hangul.finals
    let final = place % Hangul.finals
    let open = [
      Hangul.firstLeading + place / (Hangul.vowels * Hangul.finals), Hangul.firstVowel + vowel,
    ]
    return final == 0 ? open : open + [Hangul.beforeFinals + final]
  }

  /// What a character and one after it compose into.
  static func composition(of first: UInt32, _ second: UInt32) -> UInt32? {
    guard second >= 0x300 else { return nil }
    let (leading, vowel) = (first &- Hangul.firstLeading, second &- Hangul.firstVowel)
    if leading < Hangul.leadings, vowel < Hangul.vowels {
      return Hangul.first + (leading * Hangul.vowels + vowel) * Hangul.finals
    }
    let (syllable, final) = (first &- Hangul.first, second &- Hangul.beforeFinals)
    if syllable < Hangul.count, syllable % Hangul.finals == 0, final > 0, final < Hangul.finals {
      return first + final
    }
    return compositions[UInt64(first) << 32 | UInt64(second)]
  }

  /// The order in which a mark stands among others; 0 for what is none.
  static func combiningClass(_ value: UInt32) -> UInt8 {
    guard value >= 0x300, let scalar = Unicode.Scalar(value) else { return 0 }
    let found = scalar.properties.canonicalCombiningClass.rawValue
    return found > 0 && isKnown(scalar) ? found : 0
  }

  /// Pairs and what they compose into.
  private static let compositions: [UInt64: UInt32] = {
    func composed(_ scalars: some Sequence<UInt32>) -> [UInt32] {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars.compactMap { Unicode.Scalar($0) })
      return String(text).precomposedStringWithCanonicalMapping.unicodeScalars.map(\.value)
    }
    var pairs: [UInt64: UInt32] = [:]
    for (value, parts) in canonical.decompositions where parts.count > 1 {
      guard composed(parts) == [value], let last = parts.last else { continue }
      let rest = composed(parts.dropLast())
      if rest.count == 1 { pairs[UInt64(rest[0]) << 32 | UInt64(last)] = value }
    }
    return pairs
  }()

  /// The syllables of Hangul and their letters (the Unicode Standard, 3.12).
  private enum Hangul {
    static let first: UInt32 = 0xAC00
    static let firstLeading: UInt32 = 0x1100
    static let firstVowel: UInt32 = 0x1161
    static let beforeFinals: UInt32 = 0x11A7
    static let leadings: UInt32 = 19
    static let vowels: UInt32 = 21
    static let finals: UInt32 = 28
    static let count = leadings * vowels * finals
  }
}
