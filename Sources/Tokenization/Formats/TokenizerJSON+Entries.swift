internal import ModelFiles

/// The entries of a file by id, as it writes them.
struct WrittenEntries {
  /// The entries; those that were added have their content, and ids without an entry no bytes.
  var pieces: PieceBytes
  /// Finds those that the model has, by their bytes: of several the same the last.
  var table: PieceTable

  /// The entry of the model with these bytes.
  func find(_ bytes: [UInt8]) -> TokenID? {
    bytes.withUnsafeBufferPointer { table.find($0, in: pieces) }
  }

  /// The entries that write single bytes, `<0x0A>`; -1 where there is none.
  var byteEntries: [TokenID] {
    let digits = Array("0123456789ABCDEF".utf8)
    return (0..<256).map { byte in
      find(Array("<0x".utf8) + [digits[byte >> 4], digits[byte & 15], UInt8(ascii: ">")]) ?? -1
    }
  }
}

extension TokenizerJSON {
  /// For each id the place of its entry in the file's list, or -1. Added entries may have further
  /// ids; those in the list must have the same.
  func entriesByID() throws(FileFault) -> [Int32] {
    let largest = max(model.ids.max() ?? -1, added.map(\.id).max() ?? -1)
    guard largest >= 0 else { throw fault("model.vocab", "is empty: a vocabulary needs entries") }
    var order = [Int32](repeating: -1, count: Int(largest) + 1)
    for (index, id) in model.ids.enumerated() {
      guard order[Int(id)] < 0 else { throw fault("model.vocab", "has two entries with id \(id)") }
      order[Int(id)] = Int32(index)
    }
    var seen = Set<TokenID>()
    for entry in added {
      guard seen.insert(entry.id).inserted else {
        throw fault("added_tokens", "has two entries with id \(entry.id)")
      }
      let index = Int(order[Int(entry.id)])
      guard index < 0 || model.entries[index].elementsEqual(entry.content.utf8) else {
        throw fault("added_tokens", "gives the id \(entry.id), which is another entry's")
      }
    }
    return order
  }

  /// The entries by id as the file writes them.
  func writtenEntries() throws(FileFault) -> WrittenEntries {
    let order = try entriesByID()
    var contents: [Int: String] = [:]
    for entry in added { contents[Int(entry.id)] = entry.content }
    var bytes: [UInt8] = []
    var starts: [UInt32] = [0]
    for id in order.indices {
      if let content = contents[id] {
        bytes += content.utf8
      } else if order[id] >= 0 {
        bytes += model.entries.bytes[model.entries.range(Int(order[id]))]
      }
      guard let end = UInt32(exactly: bytes.count) else {
        throw fault("model.vocab", "has more than 4 GiB of entries")
      }
      starts.append(end)
    }
    let pieces = PieceBytes(bytes: FrozenArray(bytes), starts: FrozenArray(starts))
    var table = PieceTable(capacity: pieces.count)
    for id in order.indices.reversed() where order[id] >= 0 && pieces.length(of: id) > 0 {
      guard pieces.length(of: id) <= Vocabulary.maximumTokenBytes else {
        throw fault(
          "model.vocab",
          "has an entry of \(pieces.length(of: id)) bytes; at most "
            + "\(Vocabulary.maximumTokenBytes) are supported")
      }
      _ = table.insert(TokenID(id), of: pieces)
    }
    return WrittenEntries(pieces: pieces, table: table)
  }

  /// The entry that a setting of the model names; one that was only added will do.
  func entry(
    _ key: String, _ entries: WrittenEntries, default name: String? = nil
  ) throws(FileFault) -> TokenID? {
    guard let name = model.settings[key]?.string ?? name else { return nil }
    if let id = entries.find(Array(name.utf8)) { return id }
    if let id = added.first(where: { $0.content == name })?.id { return id }
    throw fault("model.\(key)", "is no entry")
  }

  /// The vocabulary for reading: what each entry says inside a text.
  func vocabulary(
    _ decoder: PieceDecoder, unknown: TokenID?, _ affixes: Affixes
  ) throws(FileFault) -> Vocabulary {
    var parts = VocabularyParts()
    parts.names = VocabularyParts.Names(
      tokens: "model.vocab", kinds: "added_tokens", merges: "model.merges")
    parts.writing = .bytes
    parts.allowsTwins = true
    var kinds: [TokenID: TokenKind] = [:]
    for entry in added { kinds[entry.id] = entry.isSpecial ? .control : .userDefined }
    if let unknown, kinds[unknown] == nil || kinds[unknown] == .control {
      kinds[unknown] = .unknown
    }
    let writesBytes = decoder.steps.contains { if case .byteFallback = $0 { true } else { false } }
    for id in 0..<decoder.pieces.count {
      let written = Array(decoder.pieces.bytes(of: id))
      let kind = kinds[TokenID(id)]
      let bytes = kind == nil ? decoder.bytes(of: written) : written
      let isByte = writesBytes && PieceDecoder.byte(of: written) != nil
      parts.tokens.append(bytes)
      parts.kinds.append(
        (kind ?? (bytes.isEmpty ? .unused : isByte ? .byte : .normal)).rawValue)
    }
    parts.beginOfText = affixes.prefix.first
    parts.endOfText = affixes.suffix.last
    do throws(VocabularyFault) {
      return try Vocabulary(parts)
    } catch {
      throw fault(error)
    }
  }
}
