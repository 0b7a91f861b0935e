/// How the entries of a `tokenizer.json` become text again: steps, each of which changes the list of
/// pieces.
struct PieceDecoder: Sendable {
  /// One step.
  enum Step: Sendable {
    /// `content` becomes `with` in every piece.
    case replace(content: [UInt8], with: [UInt8])
    /// `mark` becomes a space, but the one that begins the text is left out, if it was put there.
    case metaspace(mark: [UInt8], dropsFirst: Bool)
    /// `<0x0A>` becomes that byte.
    case byteFallback
    /// All pieces become one.
    case fuse
    /// So many times `content` is taken from the beginning and the end of every piece.
    case strip(content: [UInt8], start: Int, stop: Int)
    /// Pieces that begin with `prefix` go on without a space; others begin with one.
    case wordPiece(prefix: [UInt8], tidies: Bool)
    /// A space between pieces: what a file without a decoder asks for.
    case spaced
    /// `suffix`, which ends a word, becomes a space.
    case suffix([UInt8])
  }

  let steps: [Step]
  /// The pieces by id, as the file writes them.
  let pieces: PieceBytes

  /// The text of some entries; ids that are no entry's add nothing.
  func decode(_ ids: [TokenID]) -> [UInt8] {
    var list = ids.filter { $0 >= 0 && Int($0) < pieces.count }
      .map { Array(pieces.bytes(of: Int($0))) }
    for step in steps { step.apply(to: &list, isWhole: true) }
    return list.flatMap { $0 }
  }

  /// What an entry says inside a text.
  func bytes(of piece: [UInt8]) -> [UInt8] {
    var list = [piece]
    for step in steps { step.apply(to: &list, isWhole: false) }
    return list.flatMap { $0 }
  }

  /// The byte that `<0x0A>` and its like write.
  static func byte(of piece: [UInt8]) -> UInt8? {
    guard piece.count == 6, piece.starts(with: "<0x".utf8), piece[5] == UInt8(ascii: ">") else {
      return nil
    }
    return UInt8(String(decoding: piece[3..<5], as: UTF8.self), radix: 16)
  }
}

extension PieceDecoder.Step {
  /// Changes a list of pieces; when it is not a whole text, what concerns its beginning and end is
  /// left as it is.
  func apply(to list: inout [[UInt8]], isWhole: Bool) {
    switch self {
    case .replace(let content, let new):
      list = list.map { Self.replaced($0, content, new) }
    case .metaspace(let mark, let dropsFirst):
      for index in list.indices {
        let isFirst = index == 0 && dropsFirst && isWhole && list[index].starts(with: mark)
        let rest = isFirst ? Array(list[index].dropFirst(mark.count)) : list[index]
        list[index] = Self.replaced(rest, mark, [0x20])
      }
    case .byteFallback: list = list.map { PieceDecoder.byte(of: $0).map { [$0] } ?? $0 }
    case .fuse: list = [list.flatMap { $0 }]
    case .strip(let content, let start, let stop):
      guard isWhole, !content.isEmpty else { return }
      list = list.map { piece in
        var piece = piece[...]
        for _ in 0..<start where piece.starts(with: content) {
          piece = piece.dropFirst(content.count)
        }
        for _ in 0..<stop where piece.suffix(content.count).elementsEqual(content) {
          piece = piece.dropLast(content.count)
        }
        return Array(piece)
      }
    case .wordPiece(let prefix, let tidies):
      for index in list.indices {
        if index > 0 || !isWhole {
          if list[index].starts(with: prefix) {
            list[index].removeFirst(prefix.count)
          } else if isWhole {
            list[index].insert(0x20, at: 0)
          }
        }
        guard tidies, isWhole else { continue }
        for (content, new) in Self.tidied {
          list[index] = Self.replaced(list[index], Array(content.utf8), Array(new.utf8))
        }
      }
    case .spaced:
      guard isWhole else { return }
      for index in list.indices.dropFirst() { list[index].insert(0x20, at: 0) }
    case .suffix(let suffix):
      for index in list.indices {
        let isLast = isWhole && index == list.count - 1
        list[index] = Self.replaced(list[index], suffix, isLast ? [] : [0x20])
      }
    }
  }

  /// Spaces before punctuation and English endings, and what they become.
  private static let tidied = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ]

  private static func replaced(_ piece: [UInt8], _ content: [UInt8], _ new: [UInt8]) -> [UInt8] {
    guard !content.isEmpty, piece.count >= content.count else { return piece }
    var result: [UInt8] = []
    var position = 0
    while position < piece.count {
      if piece[position...].starts(with: content) {
        result += new
        position += content.count
      } else {
        result.append(piece[position])
        position += 1
      }
    }
    return result
  }
}
