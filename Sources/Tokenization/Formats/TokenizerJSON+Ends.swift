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

  /// How entries become text; `nil` for entries in the byte alphabet, whose bytes are joined.
  func decoding(isByteLevel: Bool) throws(FileFault) -> [PieceDecoder.Step]? {
    let all = try parts(decoder, key: "decoder", list: "decoders")
    if isByteLevel {
      for (key, type, _) in all where type != "ByteLevel" { throw unknown(key, type) }
      return nil
    }
    guard !all.isEmpty else { return [.spaced] }
    var steps: [PieceDecoder.Step] = []
    for (key, type, value) in all {
      switch type {
      case "Metaspace":
        let mark = Array((value["replacement"]?.string ?? "\u{2581}").utf8)
        let scheme = value["prepend_scheme"]?.string
        let drops = scheme.map { $0 != "never" } ?? (value["add_prefix_space"]?.bool ?? true)
        steps.append(.metaspace(mark: mark, dropsFirst: drops))
      case "ByteFallback": steps.append(.byteFallback)
      case "Fuse": steps.append(.fuse)
      case "Strip":
        guard let start = value["start"]?.integer, let stop = value["stop"]?.integer,
          (0...1024).contains(start), (0...1024).contains(stop)
        else { throw fault(key, "has no start or stop in range") }
        let content = Array(try string(value, "content", key).utf8)
        steps.append(.strip(content: content, start: start, stop: stop))
      case "Replace":
        guard let content = value["pattern"]?["String"]?.string, !content.isEmpty else {
          throw fault("\(key).pattern", "is not a String")
        }
        steps.append(
          .replace(
            content: Array(content.utf8), with: Array(try string(value, "content", key).utf8)))
      case "WordPiece":
        steps.append(
          .wordPiece(
            prefix: Array((value["prefix"]?.string ?? "##").utf8),
            tidies: value["cleanup"]?.bool ?? true))
      case "BPEDecoder":
        steps.append(.suffix(Array((value["suffix"]?.string ?? "</w>").utf8)))
      default: throw unknown(key, type)
      }
    }
    return steps
  }
}
