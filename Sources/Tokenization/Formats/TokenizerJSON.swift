internal import ModelFiles

/// A Hugging Face `tokenizer.json`, read but not yet put together.
struct TokenizerJSON {
  /// Entries that may be added to the vocabulary.
  static let maximumAdded = 1 << 17

  /// An entry found whole in the text.
  struct Added {
    var id: TokenID
    var content: String
    var isSpecial: Bool
    /// Whether it is looked for after normalisation.
    var isNormalized: Bool
    var rules: AddedEntries.Rules
  }

  let path: String
  var added: [Added] = []
  var normalizer: JSONValue?
  var preTokenizer: JSONValue?
  var postProcessor: JSONValue?
  var decoder: JSONValue?
  var model = ModelLists()

  /// Reads a file.
  static func open(_ file: MappedFile) throws(FileFault) -> Tokenizer {
    try read(file).tokenizer()
  }

  private init(path: String) { self.path = path }

  /// Reads the parts of a file.
  private static func read(_ file: MappedFile) throws(FileFault) -> TokenizerJSON {
    var json = TokenizerJSON(path: file.path)
    var seenModel = false
    try JSONReader.read(file) { reader throws(FileFault) in
      try reader.fields { reader, key throws(FileFault) in
        switch key {
        case "added_tokens":
          guard try !reader.null() else { return }
          try reader.array { reader throws(FileFault) in try json.readAdded(&reader) }
        case "normalizer": json.normalizer = try reader.value()
        case "pre_tokenizer": json.preTokenizer = try reader.value()
        case "post_processor": json.postProcessor = try reader.value()
        case "decoder": json.decoder = try reader.value()
        case "model":
          guard !seenModel else { throw reader.fault("there are two models") }
          seenModel = true
          try json.model.read(&reader)
        default: try reader.skip()
        }
      }
    }
    guard seenModel else { throw FileFault(path: file.path, what: "has no model") }
    return json
  }

  private mutating func readAdded(_ reader: inout JSONReader) throws(FileFault) {
    let value = try reader.value()
    guard let id = value["id"]?.integer, (0..<Vocabulary.maximumCount).contains(id),
      let content = value["content"]?.string, !content.isEmpty
    else { throw reader.fault("added_tokens needs id and content", at: value.offset) }
    guard added.count < Self.maximumAdded else {
      throw reader.fault("added_tokens has more than \(Self.maximumAdded) entries")
    }
    let isSpecial = value["special"]?.bool ?? false
    added.append(
      Added(
        id: TokenID(id), content: content, isSpecial: isSpecial,
        isNormalized: value["normalized"]?.bool ?? !isSpecial,
        rules: AddedEntries.Rules(
          stripsLeft: value["lstrip"]?.bool ?? false, stripsRight: value["rstrip"]?.bool ?? false,
          isWord: value["single_word"]?.bool ?? false)))
  }

  /// A fault of a vocabulary.
  func fault(_ fault: VocabularyFault) -> FileFault {
    let place = fault.index.map { "\(fault.key)[\($0)]" } ?? fault.key
    return FileFault(path: path, what: "\(place) \(fault.what)", remedy: fault.remedy)
  }

  /// A fault at a key.
  func fault(_ key: String, _ what: String, remedy: String? = nil) -> FileFault {
    FileFault(path: path, what: "\(key) \(what)", remedy: remedy)
  }

  /// A fault about a part of an unknown kind.
  func unknown(_ key: String, _ type: String) -> FileFault {
    fault("\(key).type", "is \"\(type)\", which is not known")
  }

  /// Steps that a sequence may have.
  static let maximumSteps = 256

  /// The parts of a `Sequence`, or the one part there is; none for `null`. `list` is the key under
  /// which a sequence has them.
  func parts(
    _ value: JSONValue?, key: String, list: String
  ) throws(FileFault) -> [(key: String, type: String, value: JSONValue)] {
    guard let value, !value.isNull else { return [] }
    guard let type = value["type"]?.string else { throw fault(key, "has no type") }
    guard type == "Sequence" else { return [(key, type, value)] }
    guard let parts = value[list]?.array else { throw fault("\(key).\(list)", "is not a list") }
    var all: [(key: String, type: String, value: JSONValue)] = []
    for (index, part) in parts.enumerated() {
      all += try self.parts(part, key: "\(key).\(list)[\(index)]", list: list)
    }
    guard all.count <= Self.maximumSteps else {
      throw fault("\(key).\(list)", "has more than \(Self.maximumSteps) parts")
    }
    return all
  }
}

/// The model of a `tokenizer.json`: its lists as they stand there, and its settings.
struct ModelLists {
  /// The entries in the order of the file.
  var entries = ByteStrings()
  /// The id of each entry.
  var ids: [TokenID] = []
  /// The scores of a Unigram model, whose ids are the places in its list.
  var scores: [Double] = []
  var isList = false
  var hasMerges = false
  /// Each merge, its two entries with `separator` between.
  var merges = ByteStrings()
  var separator = UInt8(ascii: " ")
  /// What no string of a file, which is UTF-8, holds.
  private static let pairSeparator: UInt8 = 0xFF
  var settings: [String: JSONValue] = [:]

  /// Reads the value of `model`.
  mutating func read(_ reader: inout JSONReader) throws(FileFault) {
    var lists = self
    try reader.fields { reader, key throws(FileFault) in
      switch key {
      case "vocab":
        if try reader.kind() == .array {
          try lists.readScored(&reader)
        } else {
          try lists.readEntries(&reader)
        }
      case "merges": try lists.readMerges(&reader)
      default: lists.settings[key] = try reader.value()
      }
    }
    self = lists
  }

  private mutating func readEntries(_ reader: inout JSONReader) throws(FileFault) {
    // Filled in locals, since closures that write to `self` would copy it.
    var entries = ByteStrings()
    var ids: [TokenID] = []
    try reader.object { reader, key throws(FileFault) in
      entries.append(key)
      let place = reader.offset
      let id = try reader.integer()
      guard (0..<Vocabulary.maximumCount).contains(id), ids.count < Vocabulary.maximumCount else {
        throw reader.fault("model.vocab has an id or more entries than supported", at: place)
      }
      ids.append(TokenID(id))
    }
    (self.entries, self.ids) = (entries, ids)
  }

  private mutating func readScored(_ reader: inout JSONReader) throws(FileFault) {
    var entries = ByteStrings()
    var scores: [Double] = []
    try reader.array { reader throws(FileFault) in
      let start = reader.offset
      var place = 0
      try reader.array { reader throws(FileFault) in
        switch place {
        case 0: try reader.withString { entries.append($0) }
        case 1: scores.append(try reader.quickDouble())
        default: try reader.skip()
        }
        place += 1
      }
      guard place == 2, scores.count <= Vocabulary.maximumCount else {
        throw reader.fault("model.vocab has what is no entry with its score", at: start)
      }
    }
    (self.entries, self.scores) = (entries, scores)
    ids = (0..<scores.count).map { TokenID($0) }
    isList = true
  }

  private mutating func readMerges(_ reader: inout JSONReader) throws(FileFault) {
    var merges = ByteStrings()
    var form: JSONReader.Kind?
    try reader.array { reader throws(FileFault) in
      let start = reader.offset
      let kind = try reader.kind()
      guard form == nil || form == kind, merges.count < MergeTable.maximumCount else {
        throw reader.fault("model.merges has two forms or too many entries", at: start)
      }
      form = kind
      guard kind == .array else {
        try reader.withString { merges.append($0) }
        return
      }
      var pair: [UInt8] = []
      var place = 0
      try reader.array { reader throws(FileFault) in
        try reader.withString { pair += $0 }
        if place == 0 { pair.append(Self.pairSeparator) }
        place += 1
      }
      guard place == 2 else { throw reader.fault("model.merges has what is no pair", at: start) }
      merges.append(pair)
    }
    self.merges = merges
    hasMerges = true
    separator = form == .array ? Self.pairSeparator : UInt8(ascii: " ")
  }
}
