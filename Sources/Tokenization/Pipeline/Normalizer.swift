/// What is done to a text before it is cut, as a `tokenizer.json` says it.
enum Normalizer: Sendable {
  case form(NormalForm)
  case lowercase
  /// White space is taken from the ends.
  case strip(left: Bool, right: Bool)
  /// Marks are left out (`\p{M}`).
  case stripAccents
  case replace(SplitStep.Pattern, with: [UInt8])
  case prepend([UInt8])
  case append([UInt8])
  case bert(BertRules)
  /// Control characters are left out, and special spaces become spaces.
  case nmt
  /// Compiled rules of SentencePiece.
  case compiled(CharacterMap)
  /// Bytes are written in GPT-2's alphabet.
  case byteAlphabet

  /// What BERT does to a text.
  struct BertRules: Sendable, Equatable {
    var cleansText: Bool
    var separatesHan: Bool
    var stripsAccents: Bool
    var lowercases: Bool
  }

  /// The text after this step.
  func applied(to text: AlignedText) -> AlignedText {
    switch self {
    case .form(let form): return form.applied(to: text)
    case .lowercase: return text.mapped(Self.lowercased)
    case .strip(let left, let right): return Self.stripped(text, left, right)
    case .stripAccents: return text.mapped { Self.isMark($0) ? [] : nil }
    case .replace(let pattern, let content): return Self.replaced(text, pattern, content)
    case .prepend(let bytes):
      guard !text.bytes.isEmpty else { return text }
      var result = AlignedText(base: text.base)
      result.append(bytes, for: text.firstCharacter, of: text)
      result.append(text, 0..<text.bytes.count)
      return result
    case .append(let bytes):
      guard !text.bytes.isEmpty else { return text }
      var result = text
      result.append(bytes, for: text.lastCharacter, of: text)
      return result
    case .bert(let rules): return rules.applied(to: text)
    case .nmt: return text.mapped(Self.cleanedForTranslation)
    case .compiled(let map): return CompiledNormalizer(map: map).applied(to: text)
    case .byteAlphabet: return text.inByteAlphabet()
    }
  }

  /// Whether something is put before the text.
  var isPrepending: Bool { if case .prepend = self { true } else { false } }

  /// How many times longer a text can become, at most.
  var growth: Int {
    switch self {
    case .form(.nfc), .form(.nfd): 3
    // U+FDFA, of three bytes, decomposes into 33.
    case .form(.nfkc), .form(.nfkd): 11
    case .lowercase, .byteAlphabet: 2
    case .strip, .stripAccents: 1
    case .replace(.literal(let old), let new): max(1, (new.count + old.count - 1) / old.count)
    case .replace(_, let new): max(1, new.count)
    case .prepend(let bytes), .append(let bytes): bytes.count + 1
    // A space on each side, three times in decomposition, and lower case.
    case .bert: 12
    case .nmt: 1
    case .compiled(let map): max(1, map.longestResult)
    }
  }

  /// What a character is in lower case; `nil` when that is itself.
  static func lowercased(_ scalar: Unicode.Scalar) -> [UInt8]? {
    if scalar.value < 0x80 {
      return scalar.value &- 0x41 < 26 ? [UInt8(scalar.value + 0x20)] : nil
    }
    let small = scalar.properties.lowercaseMapping.utf8
    return small.elementsEqual(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      ? nil : Array(small)
  }

  /// Whether the reference's version of Unicode has a mark there.
  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value >= 0x300 else { return false }
    // U+111C9 was punctuation up to Unicode 10.
    if scalar.value == 0x111C9 { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return NormalRules.isKnown(scalar)
    // These two were marks up to Unicode 11.
    default: return scalar.value == 0x1CF2 || scalar.value == 0x1CF3
    }
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

  /// `content` stands for the last character of each match.
  private static func replaced(
    _ text: AlignedText, _ pattern: SplitStep.Pattern, _ content: [UInt8]
  ) -> AlignedText {
    var matches: [Range<Int>] = []
    text.bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      let step = SplitStep(pattern: pattern, behavior: .removed, isInverted: true)
      step.forEachMatch(base, 0..<bytes.count) { matches.append($0) }
    }
    guard !matches.isEmpty else { return text }
    var result = AlignedText(base: text.base)
    var last = 0
    for match in matches {
      result.append(text, last..<match.lowerBound)
      var place = match.upperBound - 1
      while place > match.lowerBound, UTF8Sequence.isContinuation(text.bytes[place]) { place -= 1 }
      result.append(content, for: place..<match.upperBound, of: text)
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
    let kinds = BertKind.table
    var text = text
    if cleansText {
      text = text.mapped {
        switch BertKind.of($0.value, in: kinds) {
        case .removed: []
        case .space: [0x20]
        case .other, .ideograph, .punctuation, .mark: nil
        }
      }
    }
    if separatesHan {
      text = text.mapped { scalar in
        BertKind.of(scalar.value, in: kinds) == .ideograph
          ? [0x20] + Array(String(scalar).utf8) + [0x20] : nil
      }
    }
    if stripsAccents {
      text = NormalForm.nfd.applied(to: text)
      text = text.mapped { BertKind.of($0.value, in: kinds) == .mark ? [] : nil }
    }
    if lowercases { text = text.mapped(Normalizer.lowercased) }
    return text
  }
}
