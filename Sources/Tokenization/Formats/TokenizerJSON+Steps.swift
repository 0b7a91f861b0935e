internal import ModelFiles

extension TokenizerJSON {
  /// How many times longer than itself a text may become by the steps of a file.
  static let maximumGrowth = 1 << 14

  /// The growth after a further step.
  func grown(_ growth: Int, by step: Int, key: String) throws(FileFault) -> Int {
    let (product, overflow) = growth.multipliedReportingOverflow(by: step)
    guard !overflow, product <= Self.maximumGrowth else {
      throw fault(
        key, "could make a text more than \(Self.maximumGrowth) times longer, with what precedes it"
      )
    }
    return product
  }

  /// The normalisation that the file asks for.
  func normalizers() throws(FileFault) -> [Normalizer] {
    var steps: [Normalizer] = []
    var growth = 1
    for (key, type, value) in try parts(normalizer, key: "normalizer", list: "normalizers") {
      guard let step = try normalizer(type, value, key) else { continue }
      steps.append(step)
      growth = try grown(growth, by: step.growth, key: key)
    }
    return steps
  }

  /// A step of normalisation; `nil` for rules that are none.
  private func normalizer(
    _ type: String, _ value: JSONValue, _ key: String
  ) throws(FileFault) -> Normalizer? {
    switch type {
    case "NFC": return .form(.nfc)
    case "NFD": return .form(.nfd)
    case "NFKC": return .form(.nfkc)
    case "NFKD": return .form(.nfkd)
    case "Lowercase": return .lowercase
    case "Strip":
      return .strip(
        left: value["strip_left"]?.bool ?? true, right: value["strip_right"]?.bool ?? true)
    case "StripAccents": return .stripAccents
    case "Replace":
      return .replace(
        try replaced(value, key), with: Array(try string(value, "content", key).utf8))
    case "Prepend": return .prepend(Array(try string(value, "prepend", key).utf8))
    case "Append": return .append(Array(try string(value, "append", key).utf8))
    case "Nmt": return .nmt
    case "ByteLevel": return .byteAlphabet
    case "Precompiled":
      let written = try string(value, "precompiled_charsmap", key)
      guard let bytes = Base64.decode(written.utf8) else {
        throw fault("\(key).precompiled_charsmap", "is not base 64")
      }
      do throws(VocabularyFault) {
        let map = try CharacterMap(bytes, key: "\(key).precompiled_charsmap")
        _ = try map?.rules(key: "\(key).precompiled_charsmap")
        return map.map { .compiled($0) }
      } catch {
        throw fault(error)
      }
    case "BertNormalizer":
      let lowercases = value["lowercase"]?.bool ?? true
      return .bert(
        Normalizer.BertRules(
          cleansText: value["clean_text"]?.bool ?? true,
          separatesHan: value["handle_chinese_chars"]?.bool ?? true,
          stripsAccents: value["strip_accents"]?.bool ?? lowercases, lowercases: lowercases))
    default: throw unknown(key, type)
    }
  }

  /// What a `Replace` looks for, which must be something.
  func replaced(_ value: JSONValue, _ key: String) throws(FileFault) -> SplitStep.Pattern {
    let pattern = try pattern(value, key, mayBeRules: false)
    if case .expression(let program) = pattern, program.canBeEmpty {
      throw fault("\(key).pattern.Regex", "may match nothing, which is not supported in a Replace")
    }
    return pattern
  }

  /// The cutting that the file asks for.
  func cutting() throws(FileFault) -> [CuttingStep] {
    var steps: [CuttingStep] = []
    var growth = 1
    for (key, type, value) in try parts(preTokenizer, key: "pre_tokenizer", list: "pretokenizers") {
      let first = steps.count
      switch type {
      case "ByteLevel":
        if value["add_prefix_space"]?.bool ?? true { steps.append(.prefixSpace) }
        if value["use_regex"]?.bool ?? true {
          steps.append(
            .split(SplitStep(pattern: .rules(WordPattern.gpt2.splitter), behavior: .isolated)))
        }
        steps.append(.byteAlphabet)
      case "Metaspace": steps.append(try metaspace(value, key))
      case "UnicodeScripts": steps.append(.scripts)
      case "FixedLength":
        let length = value["length"] == nil ? 5 : value["length"]?.integer ?? 0
        guard (1...Int(Int32.max)).contains(length) else {
          throw fault("\(key).length", "is not a number of characters")
        }
        steps.append(.characters(length))
      default: steps += try splits(type, value, key).map { .split($0) }
      }
      for step in steps[first...] { growth = try grown(growth, by: step.growth, key: key) }
    }
    return steps
  }

  /// Numbers of Unicode 17, which the reference knows here but not in expressions.
  private static let furtherNumbers: [ClosedRange<UInt32>] = [0x11DE0...0x11DE9, 0x16FF4...0x16FF6]

  private func splits(
    _ type: String, _ value: JSONValue, _ key: String
  ) throws(FileFault) -> [SplitStep] {
    switch type {
    case "Split":
      return [
        SplitStep(
          pattern: try pattern(value, key), behavior: try behavior(value, key),
          isInverted: value["invert"]?.bool ?? false)
      ]
    case "Digits":
      let alone = value["individual_digits"]?.bool ?? false
      let digits = ScalarSet(
        categories: UnicodeTable.mask("N"), ranges: Self.furtherNumbers)
      return [SplitStep(pattern: .character(digits), behavior: alone ? .isolated : .contiguous)]
    case "Punctuation":
      return [
        SplitStep(
          pattern: .punctuation,
          behavior: value["behavior"] == nil ? .isolated : try behavior(value, key))
      ]
    case "Whitespace":
      let program = try RegexProgram(
        #"\w+|[^\w\s]+"#, dialect: .fancy, path: path, key: key)
      return [SplitStep(pattern: .expression(program), behavior: .removed, isInverted: true)]
    case "WhitespaceSplit": return [SplitStep(pattern: .character(.space), behavior: .removed)]
    case "BertPreTokenizer":
      return [
        SplitStep(pattern: .character(.space), behavior: .removed),
        SplitStep(pattern: .punctuation, behavior: .isolated),
      ]
    case "CharDelimiterSplit":
      let delimiter = Array(try string(value, "delimiter", key).utf8)
      guard !delimiter.isEmpty else { throw fault("\(key).delimiter", "is empty") }
      return [SplitStep(pattern: .literal(delimiter), behavior: .removed)]
    default: throw unknown(key, type)
    }
  }

  /// The one character that stands for a space.
  func mark(_ value: JSONValue, _ key: String) throws(FileFault) -> [UInt8] {
    let mark = value["replacement"]?.string ?? "\u{2581}"
    guard mark.unicodeScalars.count == 1 else {
      throw fault("\(key).replacement", "is not one character")
    }
    return Array(mark.utf8)
  }

  private func metaspace(_ value: JSONValue, _ key: String) throws(FileFault) -> CuttingStep {
    let scheme =
      value["prepend_scheme"]?.string
      ?? ((value["add_prefix_space"]?.bool ?? true) ? "always" : "never")
    let prefix: CuttingStep.Prefix
    switch scheme {
    case "always": prefix = .always
    case "first": prefix = .first
    case "never": prefix = .never
    default: throw fault("\(key).prepend_scheme", "is \"\(scheme)\", which is not known")
    }
    return .metaspace(
      mark: try mark(value, key), prefix: prefix, splits: value["split"]?.bool ?? true)
  }

  /// A string that must be there.
  func string(_ value: JSONValue, _ name: String, _ key: String) throws(FileFault) -> String {
    guard let text = value[name]?.string else { throw fault("\(key).\(name)", "is not a string") }
    return text
  }

  private func behavior(_ value: JSONValue, _ key: String) throws(FileFault) -> SplitBehavior {
    let name = try string(value, "behavior", key)
    guard let behavior = SplitBehavior(rawValue: name) else {
      throw fault("\(key).behavior", "is \"\(name)\", which is not known")
    }
    return behavior
  }

  /// What is looked for: exactly a text, or a regular expression, in hand-written rules where it is
  /// a known one that matches everything.
  private func pattern(
    _ value: JSONValue, _ key: String, mayBeRules: Bool = true
  ) throws(FileFault) -> SplitStep.Pattern {
    guard let pattern = value["pattern"] else { throw fault("\(key).pattern", "is missing") }
    if let text = pattern["String"]?.string {
      guard !text.isEmpty else { throw fault("\(key).pattern.String", "is empty") }
      return .literal(Array(text.utf8))
    }
    guard let expression = pattern["Regex"]?.string else {
      throw fault("\(key).pattern", "is neither a String nor a Regex")
    }
    let covers = value["behavior"]?.string == "Isolated" || value["invert"]?.bool == true
    if mayBeRules, covers, let known = WordPattern(expression: expression, dialect: .oniguruma) {
      return .rules(known.splitter)
    }
    return .expression(
      try RegexProgram(
        expression, dialect: .oniguruma, path: path, key: "\(key).pattern.Regex"))
  }

  /// The hand-written rules that the whole of cutting comes to, if they are known; else its steps.
  func splitter(_ steps: [CuttingStep]) -> (name: String, splitter: any WordSplitter)? {
    var splits: [SplitStep] = []
    for step in steps {
      guard case .split(let split) = step else { return nil }
      splits.append(split)
    }
    if let known = knownPattern { return (known.rawValue, known.splitter) }
    if splits.count == 1, case .rules(let rules) = splits[0].pattern { return ("bpe", rules) }
    return ("bpe", StepSplitter(steps: splits))
  }

  /// The known pattern that the file's pre-tokenizers are together.
  private var knownPattern: WordPattern? {
    guard let parts = try? parts(preTokenizer, key: "", list: "pretokenizers") else { return nil }
    let types = parts.map(\.type)
    let expressions = parts.compactMap { $0.value["pattern"]?["Regex"]?.string }
    let last = parts.last?.value
    let usesWords = last?["use_regex"]?.bool ?? true
    if types == ["ByteLevel"], usesWords { return .gpt2 }
    if types == ["Digits", "ByteLevel"], usesWords,
      parts[0].value["individual_digits"]?.bool == true
    {
      return .smollm
    }
    guard types.last == "ByteLevel", types.dropLast().allSatisfy({ $0 == "Split" }), !usesWords,
      expressions.count == types.count - 1,
      parts.dropLast().allSatisfy({
        $0.value["behavior"]?.string == "Isolated" && $0.value["invert"]?.bool != true
      })
    else { return nil }
    if expressions.count == 1 {
      return WordPattern(expression: expressions[0], dialect: .oniguruma)
    }
    return expressions == DeepSeekSplitter.expressions ? .deepseek3 : nil
  }
}
