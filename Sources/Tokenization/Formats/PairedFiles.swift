internal import Foundation
internal import ModelFiles

/// GPT-2's pair of files: `encoder.json` (or `vocab.json`), the id of each entry in the byte
/// alphabet, and `vocab.bpe` (or `merges.txt`), a merge a line. Either names both.
enum PairedFiles {
  /// Names of the two that belong together.
  private static let pairs = [
    (entries: "encoder.json", merges: "vocab.bpe"), (entries: "vocab.json", merges: "merges.txt"),
  ]

  /// Reads the pair of which `path` is one, with GPT-2's way of cutting.
  static func open(path: String) throws(FileFault) -> Tokenizer {
    let url = URL(filePath: path)
    let folder = url.deletingLastPathComponent()
    let name = url.lastPathComponent
    let candidates = pairs.filter { $0.entries == name || $0.merges == name }
    guard let pair = candidates.first else {
      throw FileFault(
        path: path, what: "is one of a pair, but is not called so",
        remedy: "pairs are encoder.json with vocab.bpe, and vocab.json with merges.txt")
    }
    let entries = try MappedFile(path: folder.appendingPathComponent(pair.entries).path)
    let merges = try MappedFile(path: folder.appendingPathComponent(pair.merges).path)
    var parts = try parts(entries)
    try LineReader(merges).forEach { line, offset throws(FileFault) in
      if offset == 0, line.starts(with: "#version".utf8) { return }
      guard parts.merges.count < MergeTable.maximumCount else {
        throw FileFault(path: merges.path, offset: offset, what: "there are too many merges")
      }
      parts.merges.append(line)
    }
    do throws(VocabularyFault) {
      return try Tokenizer(parts, pattern: .gpt2)
    } catch {
      let place = error.index.map { "\(error.key)[\($0)]" } ?? error.key
      let isMerge = error.key == parts.names.merges
      throw FileFault(
        path: isMerge ? merges.path : entries.path, what: "\(place) \(error.what)",
        remedy: error.remedy)
    }
  }

  private static func parts(_ file: MappedFile) throws(FileFault) -> VocabularyParts {
    var names = ByteStrings()
    var ids: [Int] = []
    try JSONReader.read(file) { reader throws(FileFault) in
      try reader.object { reader, key throws(FileFault) in
        names.append(key)
        let place = reader.offset
        let id = try reader.integer()
        guard (0..<Vocabulary.maximumCount).contains(id), ids.count < Vocabulary.maximumCount
        else { throw reader.fault("the id is out of range", at: place) }
        ids.append(id)
      }
    }
    var order = [Int](repeating: -1, count: (ids.max() ?? -1) + 1)
    for (index, id) in ids.enumerated() {
      guard order[id] < 0 else {
        throw FileFault(path: file.path, what: "two entries have the id \(id)")
      }
      order[id] = index
    }
    var parts = VocabularyParts()
    parts.names = VocabularyParts.Names(tokens: "entries", kinds: "kinds", merges: "merges")
    parts.writing = .lenientByteAlphabet
    for (id, index) in order.enumerated() {
      let bytes = index < 0 ? [] : names[index]
      parts.tokens.append(bytes)
      let isEnd = bytes.elementsEqual("<|endoftext|>".utf8)
      if isEnd { parts.endOfText = TokenID(id) }
      parts.kinds.append(
        (isEnd ? TokenKind.control : bytes.isEmpty ? .unused : .normal).rawValue)
    }
    return parts
  }
}
