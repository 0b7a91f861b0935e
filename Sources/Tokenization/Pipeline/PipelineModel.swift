/// A tokenizer in the parts of a `tokenizer.json`: entries found whole, normalisation, cutting,
/// a model of words, decoding.
///
/// A text is taken whole, since normalisation and cutting may look anywhere: after an edit it is
/// encoded anew.
struct PipelineModel: TokenizerModel {
  let vocabulary: Vocabulary
  /// Entries found in the text as it is.
  let added: AddedEntries
  /// Entries found in the text after normalisation.
  let addedAfter: AddedEntries
  let normalizers: [Normalizer]
  let cutting: [CuttingStep]
  let words: any WordModel
  /// How tokens become text; `nil` where their bytes are simply joined.
  let decoder: PieceDecoder?

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, from position: Int, budget: Int, parsesSpecials: Bool,
    into tokens: inout [Token]
  ) -> Int {
    added.forEachStretch(of: text, parsesSpecials: parsesSpecials) { stretch, id in
      if let id {
        tokens.append(Token(id: id, start: stretch.lowerBound, end: stretch.upperBound))
      } else if !stretch.isEmpty {
        encode(text, stretch, parsesSpecials: parsesSpecials, into: &tokens)
      }
    }
    return text.count
  }

  private func encode(
    _ text: UnsafeBufferPointer<UInt8>, _ stretch: Range<Int>, parsesSpecials: Bool,
    into tokens: inout [Token]
  ) {
    var normal = AlignedText(text, stretch)
    for normalizer in normalizers { normal = normalizer.applied(to: normal) }
    guard !addedAfter.isEmpty else {
      return encode(normal, isFirst: stretch.lowerBound == 0, into: &tokens)
    }
    var parts: [(range: Range<Int>, id: TokenID?)] = []
    normal.bytes.withUnsafeBufferPointer { bytes in
      addedAfter.forEachStretch(of: bytes, parsesSpecials: parsesSpecials) {
        parts.append(($0, $1))
      }
    }
    for part in parts where !part.range.isEmpty {
      if let id = part.id {
        let origin = normal.origin(of: part.range)
        tokens.append(Token(id: id, start: origin.start, end: origin.end))
      } else {
        let isFirst = stretch.lowerBound == 0 && part.range.lowerBound == 0
        encode(normal.trimmed(to: part.range), isFirst: isFirst, into: &tokens)
      }
    }
  }

  private func encode(_ text: AlignedText, isFirst: Bool, into tokens: inout [Token]) {
    var cut = CutText(text: text, pieces: text.bytes.isEmpty ? [] : [0..<text.bytes.count])
    for step in cutting { step.apply(to: &cut, isFirst: isFirst) }
    let first = tokens.count
    cut.text.bytes.withUnsafeBufferPointer { words.encode($0, words: cut.pieces, into: &tokens) }
    for index in first..<tokens.count {
      let origin = cut.text.origin(of: tokens[index].start..<tokens[index].end)
      tokens[index].start = origin.start
      tokens[index].end = origin.end
    }
  }

  func decode(_ ids: [TokenID]) -> [UInt8] {
    decoder?.decode(ids) ?? vocabulary.joined(ids)
  }
}

/// A text and the pieces of it that cutting has left.
struct CutText {
  var text: AlignedText
  var pieces: [Range<Int>]
}

/// One step of cutting, which may also change the text.
enum CuttingStep: Sendable {
  case split(SplitStep)
  /// A space before each piece that has none.
  case prefixSpace
  /// Spaces become `mark`, one is put before (each piece, or only the first of the text), and, if
  /// `splits`, each begins a piece.
  case metaspace(mark: [UInt8], prefix: Prefix, splits: Bool)

  /// Where a mark is put before a piece.
  enum Prefix: Sendable { case always, first, never }

  /// Cuts the pieces of `cut`. `isFirst` says that the text begins the whole one.
  func apply(to cut: inout CutText, isFirst: Bool) {
    switch self {
    case .split(let step):
      var pieces: [Range<Int>] = []
      cut.text.bytes.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return }
        for piece in cut.pieces { step.split(base, piece, into: &pieces) }
      }
      cut.pieces = pieces
    case .prefixSpace:
      Self.rewrite(&cut) { text, piece, result in
        if text.bytes[piece.lowerBound] != 0x20 {
          result.append([0x20], for: piece.lowerBound..<piece.lowerBound, of: text)
        }
        result.append(text, piece)
      }
    case .metaspace(let mark, let prefix, let splits):
      Self.rewrite(&cut) { text, piece, result in
        let isWanted = prefix == .always || (prefix == .first && isFirst && piece.lowerBound == 0)
        let startsWithMark =
          text.bytes[piece].starts(with: mark) || text.bytes[piece.lowerBound] == 0x20
        if isWanted, !startsWithMark {
          result.append(mark, for: piece.lowerBound..<piece.lowerBound, of: text)
        }
        for place in piece {
          if text.bytes[place] == 0x20 {
            result.append(mark, for: place..<place + 1, of: text)
          } else {
            result.append(text, place..<place + 1)
          }
        }
      }
      guard splits else { return }
      CuttingStep.split(SplitStep(pattern: .literal(mark), behavior: .mergedWithNext))
        .apply(to: &cut, isFirst: isFirst)
    }
  }

  private static func rewrite(
    _ cut: inout CutText, _ body: (AlignedText, Range<Int>, inout AlignedText) -> Void
  ) {
    var result = AlignedText()
    var pieces: [Range<Int>] = []
    for piece in cut.pieces {
      let start = result.bytes.count
      body(cut.text, piece, &result)
      pieces.append(start..<result.bytes.count)
    }
    cut = CutText(text: result, pieces: pieces)
  }
}
