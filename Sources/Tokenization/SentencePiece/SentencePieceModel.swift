import Synchronization

/// SentencePiece: the text is normalised and cut into pieces as a whole, spaces included.
///
/// ## Where tokens can change
/// There are no words. But no token lies across two neighbouring characters that no piece holds as
/// neighbours (`SegmentRules`), so texts are cut there, and the parts encoded one by one.
///
/// Special tokens, where they are parsed, cut the text too: each stretch between them is encoded
/// as a text of its own, with a space before it where that is the model's style.
struct SentencePieceModel: TokenizerModel {
  let vocabulary: Vocabulary
  let tables: SentencePieceTables
  let specials: WholeMatcher
  let nothing: WholeMatcher
  let names: PieceBytes
  /// For each byte whether a special token ends in it.
  private let specialEnds: FrozenArray<Bool>
  private let specialLengths: [Int]
  let pool = SegmentEncoderPool()

  /// A model over tables that have been checked.
  init(_ tables: SentencePieceTables, vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    self.tables = tables
    names = vocabulary.pieces
    let ids = (0..<vocabulary.count).map { TokenID($0) }.filter(vocabulary.isSpecial)
    specials = WholeMatcher(ids, in: names)
    nothing = WholeMatcher([], in: names)
    var ends = [Bool](repeating: false, count: 256)
    for id in ids { ends[Int(vocabulary.pieces.bytes(of: Int(id)).last ?? 0)] = true }
    specialEnds = FrozenArray(ends)
    specialLengths = Set(ids.map { vocabulary.byteCount(of: $0) }).sorted()
  }

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, from position: Int, budget: Int, parsesSpecials: Bool,
    into tokens: inout [Token]
  ) -> Int {
    guard let base = text.baseAddress, position < text.count else { return text.count }
    // Sums of scores go on through the text.
    let enough = text.count - position > budget && isLocal ? position + budget : text.count
    var cursor = StretchCursor(
      text: base, count: text.count, from: position, tables: tables,
      matcher: parsesSpecials ? specials : nothing, names: names)
    return pool.withEncoder(tables) { encoder in
      encoder.encode(base, count: text.count, &cursor, upTo: enough, into: &tokens)
    }
  }

  /// Whether tokens between two cuts depend on nothing outside of them.
  var isLocal: Bool {
    if case .bytePair = tables.search { return true }
    return false
  }

  func decode(_ ids: [TokenID]) -> [UInt8] {
    let spacing = tables.normalizer.spacing
    var bytes: [UInt8] = []
    // Whether the space that was put before a text, or after it, is still to come.
    var atStart = spacing.addsSpace && !spacing.spaceIsSuffix
    var endsInSpace = false
    for id in ids where vocabulary.contains(id) {
      let piece = vocabulary.pieces.bytes(of: Int(id))
      if vocabulary.isSpecial(id) {
        if endsInSpace { bytes.removeLast() }
        bytes.append(contentsOf: piece)
        atStart = spacing.addsSpace && !spacing.spaceIsSuffix
        endsInSpace = false
        continue
      }
      let hidden = atStart && bringsSpace(id)
      bytes.append(contentsOf: hidden ? UnsafeBufferPointer(rebasing: piece.dropFirst()) : piece)
      atStart = false
      endsInSpace = spacing.addsSpace && spacing.spaceIsSuffix && bringsSpace(id)
    }
    if endsInSpace { bytes.removeLast() }
    return bytes
  }

  /// Whether the entry's text carries an escaped space at the side where one may have been put.
  func bringsSpace(_ id: TokenID) -> Bool {
    guard vocabulary.kind(of: id) != .byte, !vocabulary.isSpecial(id) else { return false }
    let written = tables.pieces.written.bytes(of: Int(id))
    guard tables.normalizer.spacing.escapesSpaces else {
      return (tables.normalizer.spacing.spaceIsSuffix ? written.last : written.first)
        == UInt8(ascii: " ")
    }
    return tables.normalizer.spacing.spaceIsSuffix
      ? written.suffix(3).elementsEqual(SentencePieces.escapedSpace)
      : written.starts(with: SentencePieces.escapedSpace)
  }

  func isStableBoundary(_ position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress, position > 0, position < text.count else { return true }
    return tables.rules.isCertainCut(in: base, at: position, end: text.count)
      && !isAfterSpecial(position, in: text)
  }

  /// Whether a special token may end at `position`: the text after it would be one of its own.
  private func isAfterSpecial(_ position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard specialEnds[Int(text[position - 1])] else { return false }
    return specialLengths.contains { length in
      length <= position
        && specials.exact(
          UnsafeBufferPointer(rebasing: text[position - length..<position]), in: names) != nil
    }
  }

  func reach(parsesSpecials: Bool) -> Int? {
    max(parsesSpecials ? specials.longest : 0, SegmentRules.lookahead)
  }
}

/// Encoders that are idle, with what they remember.
final class SegmentEncoderPool: Sendable {
  private let idle = Mutex<[SegmentEncoder]>([])
  /// Encoders kept for later; more may work at once.
  private static let kept = 2

  /// Lends an encoder for the time of `body`.
  func withEncoder<Result>(
    _ tables: SentencePieceTables, _ body: (SegmentEncoder) -> Result
  ) -> Result {
    let encoder = idle.withLock { $0.popLast() } ?? SegmentEncoder(tables)
    defer {
      idle.withLock { if $0.count < Self.kept { $0.append(encoder) } }
    }
    return body(encoder)
  }
}
