internal import ModelFiles

/// Mistral's `tekken.json`: how words are cut, and entries with ranks. Special entries have the first
/// ids; files before 2025 leave their names out.
enum TekkenFile {
  /// Special entries that a file may reserve.
  static let maximumSpecials = 1 << 16

  private struct Config {
    var pattern: String?
    var size: Int?
    var specialCount: Int?
  }

  /// Reads a file.
  static func open(_ file: MappedFile) throws(FileFault) -> Tokenizer {
    var config = Config()
    var ranked = RankedEntries(path: file.path)
    var names: [TokenID: String] = [:]
    try JSONReader.read(file) { reader throws(FileFault) in
      try reader.fields { reader, key throws(FileFault) in
        switch key {
        case "config": config = try Self.config(&reader)
        case "vocab":
          try reader.array { reader throws(FileFault) in try Self.entry(&reader, &ranked) }
        case "special_tokens":
          guard try !reader.null() else { return }
          try reader.array { reader throws(FileFault) in try Self.special(&reader, &names) }
        default: try reader.skip()
        }
      }
    }
    guard let pattern = config.pattern, let size = config.size,
      let specialCount = config.specialCount
    else {
      throw FileFault(
        path: file.path,
        what: "config lacks pattern, default_vocab_size or default_num_special_tokens")
    }
    guard (0...maximumSpecials).contains(specialCount), size > specialCount,
      size <= Vocabulary.maximumCount
    else {
      throw FileFault(
        path: file.path,
        what: "config.default_vocab_size or default_num_special_tokens is out of range")
    }
    if names.isEmpty {
      for (index, name) in Self.names.enumerated() where index < specialCount {
        names[TokenID(index)] = name
      }
    }
    for id in 0..<specialCount where names[TokenID(id)] == nil {
      names[TokenID(id)] = "<SPECIAL_\(id)>"
    }
    guard names.keys.allSatisfy({ (0..<TokenID(specialCount)).contains($0) }) else {
      throw FileFault(path: file.path, what: "special_tokens has a rank out of range")
    }
    ranked.keep(below: size - specialCount)
    var parts = try ranked.parts(firstID: TokenID(specialCount), specials: names)
    parts.beginOfText = names.first { $0.value == "<s>" }?.key
    parts.endOfText = names.first { $0.value == "</s>" }?.key
    return try parts.bytePair(
      file.path, name: "tekken",
      splitter: try WordPattern.splitter(
        pattern, dialect: .fancy, path: file.path, key: "config.pattern"),
      ignoresMerges: true,
      affixes: Affixes(prefix: parts.beginOfText.map { [$0] } ?? []))
  }

  private static func config(_ reader: inout JSONReader) throws(FileFault) -> Config {
    var config = Config()
    try reader.fields { reader, key throws(FileFault) in
      switch key {
      case "pattern": config.pattern = try reader.string()
      case "default_vocab_size": config.size = try reader.integer()
      case "default_num_special_tokens": config.specialCount = try reader.integer()
      default: try reader.skip()
      }
    }
    return config
  }

  private static func entry(
    _ reader: inout JSONReader, _ ranked: inout RankedEntries
  ) throws(FileFault) {
    var rank: Int?
    var bytes: [UInt8]?
    let start = reader.offset
    try reader.object { reader, key throws(FileFault) in
      if key.elementsEqual("rank".utf8) {
        rank = try reader.integer()
      } else if key.elementsEqual("token_bytes".utf8) {
        let place = reader.offset
        bytes = try reader.withString { Base64.decode($0) }
        guard bytes != nil else { throw reader.fault("is not in base 64", at: place) }
      } else {
        try reader.skip()
      }
    }
    guard let rank, let bytes else {
      throw reader.fault("an entry lacks rank or token_bytes", at: start)
    }
    try ranked.add(bytes, rank: rank, offset: start)
  }

  private static func special(
    _ reader: inout JSONReader, _ names: inout [TokenID: String]
  ) throws(FileFault) {
    let start = reader.offset
    let value = try reader.value()
    guard let rank = value["rank"]?.integer.flatMap({ TokenID(exactly: $0) }),
      let name = value["token_str"]?.string, !name.isEmpty
    else { throw reader.fault("a special token lacks rank or token_str", at: start) }
    guard names.updateValue(name, forKey: rank) == nil, names.count <= maximumSpecials else {
      throw reader.fault("two special tokens have the rank \(rank)", at: start)
    }
  }

  /// The special entries of files that do not name them.
  private static let names = [
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]",
    "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]",
    "[TOOL_CONTENT]",
  ]
}

extension WordPattern {
  /// The rules of a regular expression: by hand where it is a known one, else by the general engine.
  static func splitter(
    _ expression: String, dialect: RegexDialect, path: String, key: String
  ) throws(FileFault) -> any WordSplitter {
    if let known = WordPattern(expression: expression, dialect: dialect) { return known.splitter }
    let program = try RegexProgram(expression, dialect: dialect, path: path, key: key)
    // What an expression does not match, `tiktoken` leaves out.
    let step =
      dialect == .fancy
      ? SplitStep(pattern: .expression(program), behavior: .removed, isInverted: true)
      : SplitStep(pattern: .expression(program), behavior: .isolated)
    return StepSplitter(steps: [step])
  }
}

extension RegexProgram {
  /// The program of an expression that a file has under `key`.
  init(
    _ expression: String, dialect: RegexDialect, path: String, key: String
  ) throws(FileFault) {
    do throws(RegexFault) {
      try self.init(expression, dialect: dialect)
    } catch {
      throw FileFault(
        path: path,
        what: "\(key): the regular expression has, at character \(error.offset), \(error.what)")
    }
  }
}
