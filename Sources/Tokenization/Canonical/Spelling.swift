/// How what the tokens of a text say, joined, stands to the text.
enum Spelling {
  /// It is the text.
  case same
  /// It is the text with a space before it, and before what follows a special token, where that is
  /// not another one. What is called gives the model of texts in which these spaces are written.
  case afterSpaces(() -> any TokenizerModel)
  /// It does not tell the text: something is left out, or becomes something else.
  case changed
}

/// A text as its tokens spell it: with the spaces that SentencePiece puts before a text and does not
/// count as part of it.
///
/// Offsets are those of the text; *places* are offsets in what is spelled.
public struct SpelledText: Sendable {
  /// The text.
  public private(set) var text: [UInt8]
  /// What its tokens spell.
  public private(set) var bytes: [UInt8]
  /// The offsets at which a space comes before what goes on there, ascending.
  private let openings: [Int]
  /// Those of them at which a special token begins, which has no space before it.
  private let unspaced: Set<Int>

  private static let space = UInt8(ascii: " ")

  /// A text that is spelled as it is.
  public init(_ text: [UInt8] = []) {
    self.text = text
    bytes = text
    openings = []
    unspaced = []
  }

  /// A text with a space before it, and before what follows each of its special tokens.
  init(_ text: [UInt8], specials: [Range<Int>]) {
    self.text = text
    openings = [0] + specials.map(\.upperBound)
    unspaced = Set(specials.map(\.lowerBound))
    bytes = []
    var last = 0
    for opening in openings where opening < text.count && !unspaced.contains(opening) {
      bytes += text[last..<opening]
      bytes.append(Self.space)
      last = opening
    }
    bytes += text[last...]
  }

  /// Adds a byte to the text.
  public mutating func append(_ byte: UInt8) {
    if isOpening(text.count) { bytes.append(Self.space) }
    text.append(byte)
    bytes.append(byte)
  }

  /// Whether a space comes before what goes on at an offset.
  public func isOpening(_ offset: Int) -> Bool { openings.contains(offset) }

  /// What all texts spell that go on after the first `offset` bytes.
  public func given(_ offset: Int) -> ArraySlice<UInt8> {
    let before = bytes[..<place(of: offset)]
    return isOpening(offset) ? before + [Self.space] : before
  }

  /// Whether what is given of the first `offset` bytes has at a place a space that is none of them.
  public func opensWithSpace(at place: Int, given offset: Int) -> Bool {
    let opening = self.offset(of: place)
    return isOpening(opening) && self.place(of: opening) == place
      && (opening == offset || !unspaced.contains(opening))
  }

  /// Where the first `offset` bytes end, before any space that may be put there.
  public func place(of offset: Int) -> Int {
    offset + openings.count { $0 < offset && !unspaced.contains($0) }
  }

  /// The offset that a place in what is spelled, or in what is given, belongs to.
  public func offset(of place: Int) -> Int {
    var spaces = 0
    for opening in openings where !unspaced.contains(opening) && opening + spaces < place {
      spaces += 1
    }
    return min(place - spaces, text.count)
  }
}

extension Tokenizer {
  /// What a token adds to a text of which `last` is the last token: the bytes of its entry, but for
  /// a space that does not belong to the text.
  public func bytes(of id: TokenID, after last: TokenID?) -> [UInt8] {
    let bytes = vocabulary.bytes(of: id)
    guard last.map(vocabulary.isSpecial) ?? true, model.bringsSpace(id),
      case .afterSpaces = model.spelling
    else { return bytes }
    return Array(bytes.dropFirst())
  }

  /// The text of which these are the tokens, and the bytes of it that each of them says.
  public func text(of ids: [TokenID]) -> (bytes: [UInt8], spans: [Range<Int>]) {
    var text: [UInt8] = []
    let spans = ids.indices.map { index in
      let start = text.count
      text += bytes(of: ids[index], after: index > 0 ? ids[index - 1] : nil)
      return start..<text.count
    }
    return (text, spans)
  }
}
