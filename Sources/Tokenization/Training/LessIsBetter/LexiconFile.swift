internal import ModelFiles

/// The file of a learned lexicon: JSON with
///
/// - `format`: `"tessera-lexicon"`, and `version`: 1;
/// - `training`: what it was learned with, for people;
/// - `entries`: strings of at least two bytes, all different, the most important first. Entry n has
///   the id 256 + n; ids 0 to 255 are the single bytes.
///
/// A text is encoded from its beginning on by the longest entry that it goes on with, or a single
/// byte.
enum LexiconFile {
  static let format = "tessera-lexicon"
  static let version = 1

  /// The file of a lexicon.
  static func written(_ lexicon: Lexicon, _ settings: LexiconSettings) -> String {
    let entries = lexicon.order.map { lexicon.strings[Int($0)] }.filter { $0.count > 1 }
      .map { "    " + TokenizerJSONWriter.quoted(String(decoding: $0, as: UTF8.self)) }
    return """
      {
        "format": "\(format)",
        "version": \(version),
        "training": {"passes": \(settings.passes), "batch_bytes": \(settings.batchBytes), \
      "admission": \(settings.admission), "step": \(settings.step), \
      "lifespan": \(settings.lifespan), "grace": \(settings.grace), \
      "longest_entry": \(settings.longestEntry), "seed": \(settings.seed)},
        "entries": [
      \(entries.joined(separator: ",\n"))
        ]
      }

      """
  }

  /// The entries of a file.
  ///
  /// - Throws: `FileFault` with the place of what is wrong.
  static func entries(of reader: inout JSONReader) throws(FileFault) -> [[UInt8]] {
    var isLexicon = false
    var version: Int?
    var entries: [[UInt8]]?
    try reader.fields { (reader, key) throws(FileFault) in
      switch key {
      case "format": isLexicon = try reader.string() == format
      case "version": version = try reader.integer()
      case "entries":
        var list: [[UInt8]] = []
        try reader.array { (reader) throws(FileFault) in
          let offset = reader.offset
          let entry = Array(try reader.string().utf8)
          guard 2...Vocabulary.maximumTokenBytes ~= entry.count else {
            throw reader.fault(
              "has an entry of \(entry.count) bytes; entries have 2 to "
                + "\(Vocabulary.maximumTokenBytes)", at: offset)
          }
          guard list.count < Vocabulary.maximumCount - 256 else {
            throw reader.fault("has too many entries", at: offset)
          }
          list.append(entry)
        }
        entries = list
      default: try reader.skip()
      }
    }
    guard isLexicon else {
      throw reader.fault("is no lexicon: \"format\" is not \"\(format)\"", at: 0)
    }
    guard version == Self.version else {
      throw reader.fault(
        "has the version \(version.map(String.init) ?? "none") of its format; known is "
          + "\(Self.version)", at: 0)
    }
    guard let entries else { throw reader.fault("has no \"entries\"", at: 0) }
    return entries
  }
}

extension Tokenizer {
  /// The tokenizer of a lexicon file that `tessera tokenizer train --kind lib` wrote.
  ///
  /// - Throws: `FileFault` with the place of what is wrong.
  init(lexicon file: MappedFile) throws(FileFault) {
    let entries = try JSONReader.read(file) { (reader) throws(FileFault) in
      try LexiconFile.entries(of: &reader)
    }
    do throws(VocabularyFault) {
      self.init(name: "lib", model: try LexiconModel(entries))
    } catch {
      let place = error.index.map { "entries[\($0 - 256)]" } ?? "entries"
      throw FileFault(path: file.path, what: "\(place) \(error.what)", remedy: error.remedy)
    }
  }
}
