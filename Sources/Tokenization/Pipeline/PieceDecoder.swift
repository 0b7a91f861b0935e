/// How the entries of a `tokenizer.json` become text again: steps, each of which changes the list of
/// pieces.
struct PieceDecoder: Sendable {
  /// One step.
  enum Step: Sendable {
    /// What matches becomes `with` in every piece.
    case replace(SplitStep.Pattern, with: [UInt8])
    /// `mark` becomes a space; in the piece that begins the text it is left out, if one was put there.
    case metaspace(mark: [UInt8], dropsFirst: Bool)
    /// `<0x0A>` becomes that byte; bytes side by side become one piece.
    case byteFallback
    /// All pieces, in GPT-2's byte alphabet, become the bytes they write. One that is not in it stays.
    case byteAlphabet
    /// Of pieces that repeat one is left, without `padding`; `delimiter` becomes a space, if pieces are
    /// tidied. This is how transcriptions of speech are read (CTC).
    case transcription(padding: [UInt8], delimiter: [UInt8], tidies: Bool)
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

  /// Whether a text is what its entries say one after the other, but for spaces before it.
  var isJoining: Bool {
    steps.allSatisfy { step in
      switch step {
      case .replace, .metaspace, .byteFallback, .byteAlphabet, .fuse: true
      case .strip(let content, _, let stop): content == [0x20] && stop == 0
      case .transcription, .wordPiece, .spaced, .suffix: false
      }
    }
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
    case .replace(let pattern, let new): list = list.map { Self.replaced($0, pattern, new) }
    case .metaspace(let mark, let dropsFirst):
      for index in list.indices {
        let isDropped = index == 0 && dropsFirst && isWhole
        list[index] = Self.replaced(list[index], .literal(mark), isDropped ? [] : [0x20])
      }
    case .byteFallback: list = Self.withBytes(list)
    case .byteAlphabet:
      list = [
        list.flatMap { piece in
          var bytes: [UInt8] = []
          return piece.withUnsafeBufferPointer({ ByteAlphabet.decode($0, into: &bytes) })
            ? bytes : piece
        }
      ]
    case .transcription(let padding, let delimiter, let tidies):
      var previous: [UInt8]?
      list = list.compactMap { piece in
        defer { previous = piece }
        guard piece != previous else { return nil }
        var new = padding.isEmpty ? piece : Self.replaced(piece, .literal(padding), [])
        if tidies {
          new = Self.tidied(new)
          if !delimiter.isEmpty { new = Self.replaced(new, .literal(delimiter), [0x20]) }
        }
        return new.isEmpty ? nil : new
      }
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
        if tidies, isWhole { list[index] = Self.tidied(list[index]) }
      }
    case .spaced:
      guard isWhole else { return }
      for index in list.indices.dropFirst() { list[index].insert(0x20, at: 0) }
    case .suffix(let suffix):
      for index in list.indices {
        let isLast = isWhole && index == list.count - 1
        list[index] = Self.replaced(list[index], .literal(suffix), isLast ? [] : [0x20])
      }
    }
  }

  /// Spaces before punctuation and English endings, and what they become.
  private static let tidying: [(SplitStep.Pattern, [UInt8])] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { (.literal(Array($0.utf8)), Array($1.utf8)) }

  private static func tidied(_ piece: [UInt8]) -> [UInt8] {
    tidying.reduce(piece) { replaced($0, $1.0, $1.1) }
  }

  /// The pieces with runs of those that write bytes as one.
  private static func withBytes(_ list: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var isRun = false
    for piece in list {
      guard let byte = PieceDecoder.byte(of: piece) else {
        result.append(piece)
        isRun = false
        continue
      }
      if isRun {
        result[result.count - 1].append(byte)
      } else {
        result.append([byte])
      }
      isRun = true
    }
    return result
  }

  private static func replaced(
    _ piece: [UInt8], _ pattern: SplitStep.Pattern, _ new: [UInt8]
  ) -> [UInt8] {
    var result: [UInt8] = []
    var last = 0
    piece.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      SplitStep(pattern: pattern, behavior: .removed).forEachMatch(base, 0..<bytes.count) { match in
        result += bytes[last..<match.lowerBound]
        result += new
        last = match.upperBound
      }
    }
    return last == 0 && result.isEmpty ? piece : result + piece[last...]
  }
}
