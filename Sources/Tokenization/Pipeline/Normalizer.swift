/// What is done to a text before it is cut, as a `tokenizer.json` says it.
enum Normalizer: Sendable {
  case form(NormalForm)
  case lowercase
  /// White space is taken from the ends.
  case strip(left: Bool, right: Bool)
  /// Marks that take no room are left out (`\p{Mn}`).
  case stripAccents
  case replace(SplitStep.Pattern, with: [UInt8])
  case prepend([UInt8])
  case bert(BertRules)
  /// Control characters are left out, and special spaces become spaces.
  case nmt

  /// What BERT does to a text.
  struct BertRules: Sendable {
    var cleansText: Bool
    var separatesHan: Bool
    var stripsAccents: Bool
    var lowercases: Bool
  }

  /// The text after this step.
  func applied(to text: AlignedText) -> AlignedText {
    switch self {
    case .form(let form): return form.applied(to: text) ?? text
    case .lowercase: return text.mapped { Array($0.properties.lowercaseMapping.utf8) }
    case .strip(let left, let right): return Self.stripped(text, left, right)
    case .stripAccents: return text.mapped { Self.isMark($0) ? [] : nil }
    case .replace(let pattern, let content): return Self.replaced(text, pattern, content)
    case .prepend(let bytes):
      guard !text.bytes.isEmpty else { return text }
      var result = AlignedText()
      result.append(bytes, for: 0..<0, of: text)
      result.append(text, 0..<text.bytes.count)
      return result
    case .bert(let rules): return rules.applied(to: text)
    case .nmt: return text.mapped(Self.cleanedForTranslation)
    }
  }

  static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    let category = UnicodeTable.properties[Int(scalar.value)] & UnicodeTable.categoryBits
    return UnicodeTable.mask("Mn") & (1 << UInt32(category)) != 0
  }

  private static func stripped(_ text: AlignedText, _ left: Bool, _ right: Bool) -> AlignedText {
    var start = 0
    var end = 0
    var isLeading = true
    text.forEachScalar { scalar, range in
      let isSpace = ScalarSet.space.contains(scalar?.value)
      if isSpace, isLeading, left { start = range.upperBound }
      if !isSpace { isLeading = false }
      if !isSpace || !right { end = range.upperBound }
    }
    return text.trimmed(to: min(start, max(end, start))..<max(end, start))
  }

  private static func replaced(
    _ text: AlignedText, _ pattern: SplitStep.Pattern, _ content: [UInt8]
  ) -> AlignedText {
    var matches: [Range<Int>] = []
    text.bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      let step = SplitStep(pattern: pattern, behavior: .removed, isInverted: true)
      step.split(base, 0..<bytes.count, into: &matches)
    }
    guard !matches.isEmpty else { return text }
    var result = AlignedText()
    var last = 0
    for match in matches {
      result.append(text, last..<match.lowerBound)
      result.append(content, for: match, of: text)
      last = match.upperBound
    }
    result.append(text, last..<text.bytes.count)
    return result
  }

  private static func cleanedForTranslation(_ scalar: Unicode.Scalar) -> [UInt8]? {
    switch scalar.value {
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: []
    case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
      [0x20]
    default: nil
    }
  }
}

extension Normalizer.BertRules {
  /// The text as BERT wants it: cleaned, Chinese characters set apart, without accents, in lower
  /// case.
  func applied(to text: AlignedText) -> AlignedText {
    var text = text
    if cleansText { text = text.mapped(Self.cleaned) }
    if separatesHan {
      text = text.mapped { scalar in
        Self.isHan(scalar.value) ? [0x20] + Array(String(scalar).utf8) + [0x20] : nil
      }
    }
    if stripsAccents {
      text = NormalForm.nfd.applied(to: text) ?? text
      text = text.mapped { Normalizer.isMark($0) ? [] : nil }
    }
    if lowercases { text = text.mapped { Array($0.properties.lowercaseMapping.utf8) } }
    return text
  }

  private static func cleaned(_ scalar: Unicode.Scalar) -> [UInt8]? {
    if scalar == "\t" || scalar == "\n" || scalar == "\r" { return [0x20] }
    if scalar.value == 0 || scalar.value == 0xFFFD { return [] }
    let properties = UnicodeTable.properties[Int(scalar.value)]
    let category = UInt32(1) << UInt32(properties & UnicodeTable.categoryBits)
    let others = UnicodeTable.mask("Cc") | UnicodeTable.mask("Cf") | UnicodeTable.mask("Co")
    if others & category != 0 { return [] }
    return properties & UnicodeTable.spaceBit != 0 ? [0x20] : nil
  }

  private static func isHan(_ value: UInt32) -> Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
