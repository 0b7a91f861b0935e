internal import ModelFiles

extension TokenizerJSON {
  /// The normalisation that the file asks for.
  func normalizers() throws(FileFault) -> [Normalizer] {
    var steps: [Normalizer] = []
    for (key, type, value) in try parts(normalizer, key: "normalizer", list: "normalizers") {
      switch type {
      case "NFC": steps.append(.form(.nfc))
      case "NFD": steps.append(.form(.nfd))
      case "NFKC": steps.append(.form(.nfkc))
      case "NFKD": steps.append(.form(.nfkd))
      case "Lowercase": steps.append(.lowercase)
      case "Strip":
        steps.append(
          .strip(
            left: value["strip_left"]?.bool ?? true, right: value["strip_right"]?.bool ?? true))
      case "StripAccents": steps.append(.stripAccents)
      case "Replace":
        let pattern = try pattern(value, key)
        steps.append(.replace(pattern, with: Array(try string(value, "content", key).utf8)))
      case "Prepend": steps.append(.prepend(Array(try string(value, "prepend", key).utf8)))
      case "Nmt": steps.append(.nmt)
      case "BertNormalizer":
        let lowercases = value["lowercase"]?.bool ?? true
        steps.append(
          .bert(
            Normalizer.BertRules(
              cleansText: value["clean_text"]?.bool ?? true,
              separatesHan: value["handle_chinese_chars"]?.bool ?? true,
              stripsAccents: value["strip_accents"]?.bool ?? lowercases, lowercases: lowercases)))
      default: throw unknown(key, type)
      }
    }
    return steps
  }

  /// The cutting that the file asks for, and whether its entries are in the byte alphabet.
  func cutting() throws(FileFault) -> (steps: [CuttingStep], isByteLevel: Bool) {
    var steps: [CuttingStep] = []
    var isByteLevel = false
    for (key, type, value) in try parts(preTokenizer, key: "pre_tokenizer", list: "pretokenizers") {
      guard !isByteLevel else {
        throw fault(key, "follows ByteLevel, which must come last", remedy: nil)
      }
      switch type {
      case "ByteLevel":
        isByteLevel = true
        if value["add_prefix_space"]?.bool ?? true { steps.append(.prefixSpace) }
        if value["use_regex"]?.bool ?? true {
          steps.append(
            .split(SplitStep(pattern: .rules(WordPattern.gpt2.splitter), behavior: .isolated)))
        }
      case "Metaspace": steps.append(try metaspace(value, key))
      default: steps += try splits(type, value, key).map { .split($0) }
      }
    }
    return (steps, isByteLevel)
  }

  private func splits(
    _ type: String, _ value: JSONValue, _ key: String
  ) throws(FileFault) -> [SplitStep] {
    let punctuation = ScalarSet(
      categories: UnicodeTable.mask("P"),
      ranges: [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
    switch type {
    case "Split":
      return [
        SplitStep(
          pattern: try pattern(value, key), behavior: try behavior(value, key),
          isInverted: value["invert"]?.bool ?? false)
      ]
    case "Digits":
      let alone = value["individual_digits"]?.bool ?? false
      let digits = ScalarSet(categories: UnicodeTable.mask("N"))
      return [SplitStep(pattern: .character(digits), behavior: alone ? .isolated : .contiguous)]
    case "Punctuation":
      return [
        SplitStep(
          pattern: .character(punctuation),
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
        SplitStep(pattern: .character(punctuation), behavior: .isolated),
      ]
    case "CharDelimiterSplit":
      let delimiter = Array(try string(value, "delimiter", key).utf8)
      guard !delimiter.isEmpty else { throw fault("\(key).delimiter", "is empty") }
      return [SplitStep(pattern: .literal(delimiter), behavior: .removed)]
    default: throw unknown(key, type)
    }
  }

  private func metaspace(_ value: JSONValue, _ key: String) throws(FileFault) -> CuttingStep {
    let mark = value["replacement"]?.string ?? "\u{2581}"
    guard !mark.isEmpty else { throw fault("\(key).replacement", "is empty") }
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
      mark: Array(mark.utf8), prefix: prefix, splits: value["split"]?.bool ?? true)
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
  private func pattern(_ value: JSONValue, _ key: String) throws(FileFault) -> SplitStep.Pattern {
    guard let pattern = value["pattern"] else { throw fault("\(key).pattern", "is missing") }
    if let text = pattern["String"]?.string {
      guard !text.isEmpty else { throw fault("\(key).pattern.String", "is empty") }
      return .literal(Array(text.utf8))
    }
    guard let expression = pattern["Regex"]?.string else {
      throw fault("\(key).pattern", "is neither a String nor a Regex")
    }
    let covers = value["behavior"]?.string == "Isolated" || value["invert"]?.bool == true
    if covers, let known = WordPattern(expression: expression, dialect: .oniguruma) {
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
