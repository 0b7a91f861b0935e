/// A text and the pieces of it that cutting has left.
struct CutText {
  var text: AlignedText
  var pieces: [Range<Int>]

  /// A text that is not yet cut.
  init(_ text: AlignedText) {
    self.text = text
    pieces = text.bytes.isEmpty ? [] : [0..<text.bytes.count]
  }
}

/// One step of cutting, which may also change the text.
enum CuttingStep: Sendable {
  case split(SplitStep)
  /// A space before each piece that has none.
  case prefixSpace
  /// Spaces become `mark`, one is put before (each piece, or only the first of the text), and, if
  /// `splits`, each begins a piece.
  case metaspace(mark: [UInt8], prefix: Prefix, splits: Bool)
  /// Bytes are written in GPT-2's alphabet.
  case byteAlphabet
  /// Where the script changes.
  case scripts
  /// After so many characters each time.
  case characters(Int)

  /// Where a mark is put before a piece.
  enum Prefix: Sendable { case always, first, never }

  /// How many times longer a text can become, at most.
  var growth: Int {
    switch self {
    case .split, .scripts, .characters: 1
    case .prefixSpace, .byteAlphabet: 2
    case .metaspace(let mark, _, _): 2 * mark.count
    }
  }

  /// Cuts the pieces of `cut`.
  func apply(to cut: inout CutText) {
    switch self {
    case .split(let step): Self.divide(&cut) { step.split($0, $1, into: &$2) }
    case .prefixSpace:
      Self.rewrite(&cut) { text, piece, result in
        if text.bytes[piece.lowerBound] != 0x20 {
          result.append([0x20], for: Self.first(of: piece, in: text), of: text)
        }
        result.append(text, piece)
      }
    case .metaspace(let mark, let prefix, let splits):
      Self.rewrite(&cut) { text, piece, result in
        let isWanted =
          prefix == .always
          || (prefix == .first && text.origin(of: piece).start == 0)
        let startsWithMark =
          text.bytes[piece].starts(with: mark) || text.bytes[piece.lowerBound] == 0x20
        if isWanted, !startsWithMark {
          result.append(mark, for: Self.first(of: piece, in: text), of: text)
        }
        var kept = piece.lowerBound
        for place in piece where text.bytes[place] == 0x20 {
          result.append(text, kept..<place)
          result.append(mark, for: place..<place + 1, of: text)
          kept = place + 1
        }
        result.append(text, kept..<piece.upperBound)
      }
      guard splits else { return }
      let step = SplitStep(pattern: .literal(mark), behavior: .mergedWithNext)
      Self.divide(&cut) { step.split($0, $1, into: &$2) }
    case .byteAlphabet:
      Self.rewrite(&cut) { text, piece, result in
        let written = text.trimmed(to: piece).inByteAlphabet()
        result.append(written, 0..<written.bytes.count)
      }
    case .scripts: Self.divide(&cut, ScriptKind.split)
    case .characters(let count):
      Self.divide(&cut) { text, piece, pieces in
        var start = piece.lowerBound
        while start < piece.upperBound {
          var end = start
          var left = count
          while left > 0, end < piece.upperBound {
            end += UTF8Sequence.scalar(in: text, at: end, end: piece.upperBound)?.length ?? 1
            left -= 1
          }
          pieces.append(start..<end)
          start = end
        }
      }
    }
  }

  private static func first(of piece: Range<Int>, in text: AlignedText) -> Range<Int> {
    let length = text.character(at: piece.lowerBound)
    return piece.lowerBound..<min(piece.lowerBound + length, piece.upperBound)
  }

  private static func divide(
    _ cut: inout CutText,
    _ body: (UnsafePointer<UInt8>, Range<Int>, inout [Range<Int>]) -> Void
  ) {
    var pieces: [Range<Int>] = []
    cut.text.bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      for piece in cut.pieces { body(base, piece, &pieces) }
    }
    cut.pieces = pieces
  }

  private static func rewrite(
    _ cut: inout CutText, _ body: (AlignedText, Range<Int>, inout AlignedText) -> Void
  ) {
    var result = AlignedText(base: cut.text.base)
    var pieces: [Range<Int>] = []
    for piece in cut.pieces {
      let start = result.bytes.count
      body(cut.text, piece, &result)
      pieces.append(start..<result.bytes.count)
    }
    cut.text = result
    cut.pieces = pieces
  }
}
