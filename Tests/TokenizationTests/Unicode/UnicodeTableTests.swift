import Testing

@testable import Tokenization

@Suite struct UnicodeTableTests {
  /// The name of the standard library's category.
  private func name(_ category: Unicode.GeneralCategory) -> String {
    switch category {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: "Cn"
    @unknown default: "Cn"
    }
  }

  @Test("categories and white space agree with the standard library for characters of Unicode 15")
  func properties() {
    var differing: [String] = []
    for value in UInt32(0)..<0x110000 {
      guard let scalar = Unicode.Scalar(value), let age = scalar.properties.age, age.major <= 15
      else { continue }
      let bits = UnicodeTable.properties[Int(value)]
      let category = UnicodeTable.categoryNames[Int(bits & UnicodeTable.categoryBits)]
      if category != name(scalar.properties.generalCategory)
        || (bits & UnicodeTable.spaceBit != 0) != scalar.properties.isWhitespace
      {
        differing.append("U+" + String(value, radix: 16))
      }
    }
    // Two letters and two marks have other categories since.
    #expect(differing.count <= 8, "\(differing)")
  }

  @Test("the runs cover all code points, and each changes the properties")
  func runs() {
    #expect(UnicodeTable.runs.reduce(0) { $0 + $1 >> 8 } == 0x110000)
    #expect(
      zip(UnicodeTable.runs, UnicodeTable.runs.dropFirst()).allSatisfy { $0 & 0xFF != $1 & 0xFF })
    #expect(UnicodeTable.properties.count == 0x110000)
  }
}
