internal import ModelFiles

extension TokenizerJSON {
  /// The ids that the file's post-processor puts around a text.
  func affixes() throws(FileFault) -> Affixes {
    var affixes = Affixes()
    let all = try parts(postProcessor, key: "post_processor", list: "processors")
    for (key, type, value) in all {
      switch type {
      case "ByteLevel": break
      case "TemplateProcessing":
        let template = try template(value, key)
        affixes.prefix += template.prefix
        affixes.suffix += template.suffix
      case "BertProcessing", "RobertaProcessing":
        affixes.prefix.append(try named(value["cls"], "\(key).cls"))
        affixes.suffix.append(try named(value["sep"], "\(key).sep"))
      default: throw unknown(key, type)
      }
    }
    return affixes
  }

  private func template(_ value: JSONValue, _ key: String) throws(FileFault) -> Affixes {
    guard let items = value["single"]?.array else {
      throw fault("\(key).single", "is not a list of the parts of a text")
    }
    var affixes = Affixes()
    var seenText = false
    for item in items {
      if item["Sequence"] != nil {
        seenText = true
      } else if let name = item["SpecialToken"]?["id"]?.string {
        let ids = value["special_tokens"]?[name]?["ids"]?.array ?? []
        for id in ids {
          guard let id = id.integer.flatMap({ TokenID(exactly: $0) }), id >= 0 else {
            throw fault("\(key).special_tokens", "has an id out of range")
          }
          if seenText { affixes.suffix.append(id) } else { affixes.prefix.append(id) }
        }
      } else {
        throw fault("\(key).single", "has a part of an unknown kind")
      }
    }
    guard seenText, affixes.prefix.count + affixes.suffix.count <= 64 else {
      throw fault("\(key).single", "has no text or too many ids around it")
    }
    return affixes
  }

  /// The id of a pair of a token and its id.
  private func named(_ value: JSONValue?, _ key: String) throws(FileFault) -> TokenID {
    guard let pair = value?.array, pair.count == 2,
      let id = pair[1].integer.flatMap({ TokenID(exactly: $0) }), id >= 0
    else { throw fault(key, "is not a token and its id") }
    return id
  }

  /// Whether the file's decoder is none or one of GPT-2's byte alphabet, so that the bytes of
  /// entries are joined.
  func joinsBytes() throws(FileFault) -> Bool {
    try parts(decoder, key: "decoder", list: "decoders").allSatisfy { $0.type == "ByteLevel" }
  }

  /// How entries become text.
  func decoding() throws(FileFault) -> [PieceDecoder.Step] {
    let all = try parts(decoder, key: "decoder", list: "decoders")
    guard !all.isEmpty else { return [.spaced] }
    var steps: [PieceDecoder.Step] = []
    var growth = 1
    for (key, type, value) in all {
      let step = try decodingStep(type, value, key)
      if case .replace(_, let new) = step {
        growth = try grown(growth, by: max(1, new.count), key: key)
      }
      steps.append(step)
    }
    return steps
  }

  private func decodingStep(
    _ type: String, _ value: JSONValue, _ key: String
  ) throws(FileFault) -> PieceDecoder.Step {
    func text(_ name: String, default other: String) -> [UInt8] {
      Array((value[name]?.string ?? other).utf8)
    }
    switch type {
    case "ByteLevel": return .byteAlphabet
    case "Metaspace":
      let scheme = value["prepend_scheme"]?.string
      let drops = scheme.map { $0 != "never" } ?? (value["add_prefix_space"]?.bool ?? true)
      return .metaspace(mark: try mark(value, key), dropsFirst: drops)
    case "ByteFallback": return .byteFallback
    case "Fuse": return .fuse
    case "Strip":
      guard let start = value["start"]?.integer, let stop = value["stop"]?.integer,
        (0...1024).contains(start), (0...1024).contains(stop)
      else { throw fault(key, "has no start or stop in range") }
      let content = Array(try string(value, "content", key).utf8)
      return .strip(content: content, start: start, stop: stop)
    case "Replace":
      return .replace(
        try replaced(value, key), with: Array(try string(value, "content", key).utf8))
    case "WordPiece":
      return .wordPiece(
        prefix: text("prefix", default: "##"), tidies: value["cleanup"]?.bool ?? true)
    case "BPEDecoder": return .suffix(text("suffix", default: "</w>"))
    case "CTC":
      return .transcription(
        padding: text("pad_token", default: "<pad>"),
        delimiter: text("word_delimiter_token", default: "|"),
        tidies: value["cleanup"]?.bool ?? true)
    default: throw unknown(key, type)
    }
  }
}
