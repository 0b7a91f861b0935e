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

  /// A part of a text.
  enum Part {
    /// An entry that was found whole.
    case whole(TokenID, Range<Int>)
    /// What lies between such entries, cut into words.
    case words(CutText)
  }

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, from position: Int, budget: Int, parsesSpecials: Bool,
    into tokens: inout [Token]
  ) -> Int {
    forEachPart(of: text, parsesSpecials: parsesSpecials) { part in
      switch part {
      case .whole(let id, let range):
        tokens.append(Token(id: id, start: range.lowerBound, end: range.upperBound))
      case .words(let cut):
        let first = tokens.count
        cut.text.bytes.withUnsafeBufferPointer {
          words.encode($0, words: cut.pieces, into: &tokens)
        }
        for index in first..<tokens.count {
          let origin = cut.text.origin(of: tokens[index].start..<tokens[index].end)
          tokens[index].start = origin.start
          tokens[index].end = origin.end
        }
      }
    }
    return text.count
  }

  /// Gives the parts of a text in order.
  func forEachPart(
    of text: UnsafeBufferPointer<UInt8>, parsesSpecials: Bool, _ body: (Part) -> Void
  ) {
    added.forEachStretch(of: text, parsesSpecials: parsesSpecials) { stretch, id in
      if let id { return body(.whole(id, stretch)) }
      guard !stretch.isEmpty else { return }
      let normal = normalized(AlignedText(text, stretch))
      guard !addedAfter.isEmpty else { return body(.words(cut(normal))) }
      normal.bytes.withUnsafeBufferPointer { bytes in
        addedAfter.forEachStretch(of: bytes, parsesSpecials: parsesSpecials) { range, id in
          guard !range.isEmpty else { return }
          if let id {
            let origin = normal.origin(of: range)
            body(.whole(id, origin.start..<origin.end))
          } else {
            body(.words(cut(normal.trimmed(to: range))))
          }
        }
      }
    }
  }

  private func normalized(_ text: AlignedText) -> AlignedText {
    normalizers.reduce(text) { $1.applied(to: $0) }
  }

  private func cut(_ text: AlignedText) -> CutText {
    var cut = CutText(text)
    for step in cutting { step.apply(to: &cut) }
    return cut
  }

  var spelling: Spelling {
    let mark = SentencePieces.escapedSpace
    let changes = normalizers.contains { step in
      switch step {
      // What these change most texts do not hold.
      case .form(.nfc), .byteAlphabet: false
      case .replace(.literal(let old), let new): old != [0x20] || new != mark
      case .prepend(let bytes): bytes != mark && bytes != [0x20]
      default: true
      }
    }
    let cuttingChanges = cutting.contains { step in
      switch step {
      case .split(let step): step.behavior == .removed
      case .prefixSpace: true
      case .metaspace(_, let prefix, _): prefix != .never
      case .byteAlphabet, .scripts, .characters: false
      }
    }
    guard !changes, !cuttingChanges, decoder?.isJoining ?? true else { return .changed }
    guard normalizers.contains(where: \.isPrepending) else { return .same }
    return .afterSpaces {
      PipelineModel(
        vocabulary: vocabulary, added: added, addedAfter: addedAfter,
        normalizers: normalizers.filter { !$0.isPrepending }, cutting: cutting, words: words,
        decoder: decoder)
    }
  }

  func decode(_ ids: [TokenID]) -> [UInt8] {
    decoder?.decode(ids) ?? vocabulary.joined(ids)
  }
}
