/// What an entry is made of: each entry is in exactly one class.
public enum PieceClass: String, Sendable, CaseIterable, Hashable {
  /// Letters and marks alone.
  case alphabetic
  /// Numbers alone.
  case numeric
  /// Punctuation and signs alone.
  case punctuation
  /// White space alone.
  case whitespace
  /// ASCII letters or digits together with the signs of programs and mark-up, `_ ( ) { } < = / …`.
  case code
  /// Whole characters of several of these kinds.
  case mixed
  /// One byte that is no character.
  case byte
  /// Several bytes that are not UTF-8: a token that begins or ends within a character.
  case fragment
  /// Steers the model, stands for the unknown, or has no meaning; by its kind, not by its text.
  case special

  /// The class of an entry's bytes, one leading space left aside, when its kind says that it is text.
  init(bytes: [UInt8], kind: TokenKind) {
    switch kind {
    case .control, .unknown, .unused:
      self = .special
      return
    case .normal, .userDefined, .byte: break
    }
    if bytes.count == 1, bytes[0] >= 0x80 || kind == .byte {
      self = .byte
      return
    }
    guard bytes.withUnsafeBufferPointer({ UTF8Sequence.isValid($0) }) else {
      self = .fragment
      return
    }
    let text = PieceShape.withoutLeadingSpace(bytes)
    if text.allSatisfy({ $0 < 0x80 }), Self.isCode(text) {
      self = .code
      return
    }
    var kinds = Set<PieceClass>()
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      kinds.insert(Self.kind(of: scalar))
    }
    self = kinds.count > 1 ? .mixed : kinds.first ?? .whitespace
  }

  private static func kind(of scalar: Unicode.Scalar) -> PieceClass {
    if scalar.properties.isWhitespace || scalar == "\u{2581}" { return .whitespace }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark:
      return .alphabetic
    case .decimalNumber, .letterNumber, .otherNumber: return .numeric
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol,
      .modifierSymbol, .otherSymbol:
      return .punctuation
    default: return .mixed
    }
  }

  private static let signs = Set("_(){}[]<>=;:/\\#$%&*+@^|~`\"".utf8)

  private static func isCode(_ text: ArraySlice<UInt8>) -> Bool {
    let isName: (UInt8) -> Bool = { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: false
      }
    }
    return text.contains(where: isName) && text.contains(where: signs.contains)
  }
}
