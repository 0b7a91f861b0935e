import Testing

@testable import Tokenization

@Suite struct UnicodeKindTests {
  /// The kind that the standard library's Unicode properties give.
  private func expected(_ scalar: Unicode.Scalar) -> UnicodeKind {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      .letter
    case .decimalNumber, .letterNumber, .otherNumber: .number
    default: scalar.properties.isWhitespace ? .space : .other
    }
  }

  @Test("kinds agree with the standard library for all characters of Unicode 15")
  func properties() {
    var differing: [String] = []
    for value in UInt32(0)..<0x110000 {
      guard let scalar = Unicode.Scalar(value), let age = scalar.properties.age, age.major <= 15
      else { continue }
      let kind = UnicodeKind.rawKind(of: value, in: UnicodeKind.table.base)
      if kind != expected(scalar).rawValue { differing.append("U+" + String(value, radix: 16)) }
    }
    #expect(differing.isEmpty)
  }

  @Test("the ranges ascend, and each entry changes the kind")
  func ranges() {
    var previous: UInt32 = 0
    var kind = UInt32(UnicodeKind.other.rawValue)
    for entry in UnicodeKind.ranges {
      #expect(entry >> 2 > previous || previous == 0)
      #expect(entry & 3 != kind)
      previous = entry >> 2
      kind = entry & 3
    }
    #expect(previous < 0x110000)
  }
}
