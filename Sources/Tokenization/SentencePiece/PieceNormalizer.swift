/// A stretch of a text as the model sees it, and where in the text each byte comes from.
final class NormalizedText {
  /// What is written while a stretch is normalised; the memory belongs to the text.
  fileprivate struct Writer: BitwiseCopyable {
    var bytes: UnsafeMutablePointer<UInt8>
    var origins: UnsafeMutablePointer<UInt32>
    var count = 0
    var capacity: Int

    init(capacity: Int) {
      bytes = .allocate(capacity: capacity)
      // The end has an origin too.
      origins = .allocate(capacity: capacity + 1)
      self.capacity = capacity
    }

    func free() {
      bytes.deallocate()
      origins.deallocate()
    }

    @inline(__always)
    mutating func append(_ byte: UInt8, from origin: Int) {
      if count == capacity { self = grown() }
      bytes[count] = byte
      origins[count] = UInt32(truncatingIfNeeded: origin)
      count &+= 1
    }

    func endsIn(_ ending: [UInt8]) -> Bool {
      count >= ending.count
        && UnsafeBufferPointer(start: bytes + (count - ending.count), count: ending.count)
          .elementsEqual(ending)
    }

    @inline(never)
    private func grown() -> Writer {
      var more = Writer(capacity: capacity * 2)
      more.bytes.update(from: bytes, count: count)
      more.origins.update(from: origins, count: count)
      more.count = count
      free()
      return more
    }
  }

  fileprivate var writer = Writer(capacity: 256)

  deinit { writer.free() }

  /// The bytes, spaces escaped; valid until another stretch is normalised.
  var bytes: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: writer.bytes, count: writer.count)
  }

  /// For each byte, and for the end, the offset in the text, relative to the stretch's beginning.
  var origins: UnsafeBufferPointer<UInt32> {
    UnsafeBufferPointer(start: writer.origins, count: writer.count + 1)
  }
}

/// Normalisation as SentencePiece does it: the longest rule at each place, spaces escaped, extra
/// ones taken away, one put before the text.
struct PieceNormalizer: Sendable {
  /// Where a stretch lies in its text.
  struct Place {
    var isFirst: Bool
    var isLast: Bool
  }

  var spacing: SentencePieceParts.Spacing
  let map: CharacterMap?
  /// User-defined pieces, which no rule changes.
  let wholes: WholeMatcher
  let written: PieceBytes
  /// For each ASCII character what it becomes before another ASCII character: itself, a space, or what
  /// rules say.
  private let plain: FrozenArray<UInt8>
  private static let byRules: UInt8 = 0
  private static let itself: UInt8 = 1
  private static let blank: UInt8 = 2
  /// For each byte whether it is a character that becomes a space where another such stands after it, so
  /// that of all of them one space stays.
  let collapses: FrozenArray<Bool>
  /// For each byte whether a user-defined piece begins with it.
  private let beginsWhole: FrozenArray<Bool>
  private static let replacement = FrozenArray<UInt8>([0xEF, 0xBF, 0xBD])
  private static let space = UInt8(ascii: " ")

  /// A normaliser with the rules of a vocabulary.
  init(
    _ pieces: SentencePieces, spacing: SentencePieceParts.Spacing, map: CharacterMap?,
    rules: CharacterMap.Rules
  ) {
    self.spacing = spacing
    self.map = map
    written = pieces.written
    wholes = WholeMatcher(
      spacing.findsWholes(map: map) ? pieces.userDefined : [], in: pieces.written)
    var begins = Set(wholes.ids.map { pieces.written.bytes(of: Int($0))[0] })
    beginsWhole = FrozenArray((UInt8.min...UInt8.max).map(begins.contains))
    for (before, after) in rules.pairs where before < 0x80 && after < 0x80 {
      begins.insert(UInt8(before))
    }
    plain = FrozenArray(
      (UInt8(0)..<128).map { byte in
        let changes = withUnsafePointer(to: byte) { map?.longestMatch($0, count: 1) != nil }
        guard !changes, !begins.contains(byte) else { return Self.byRules }
        return byte == Self.space ? Self.blank : Self.itself
      })
    collapses = Self.collapses(
      spacing, map, rules, wholes: wholes.ids.map { Array(pieces.written.bytes(of: Int($0))) })
  }

  private static func collapses(
    _ spacing: SentencePieceParts.Spacing, _ map: CharacterMap?, _ rules: CharacterMap.Rules,
    wholes: [[UInt8]]
  ) -> FrozenArray<Bool> {
    let blanks = (UInt8.min..<0x80).filter { byte in
      withUnsafePointer(to: byte) { text in
        guard let match = map?.longestMatch(text, count: 1) else { return byte == space }
        return match.count == 1 && match.text[0] == space
      }
    }
    var found = [Bool](repeating: false, count: 256)
    for byte in blanks where spacing.removesExtraSpaces {
      let joins = wholes.contains { $0[0] == byte && ($0.count == 1 || blanks.contains($0[1])) }
      let changes = rules.pairs.contains { before, after in
        before == UInt32(byte) && blanks.contains { after == UInt32($0) }
      }
      found[Int(byte)] = !joins && !changes
    }
    return FrozenArray(found)
  }

  /// What the text at a place becomes, and how many of its bytes that takes.
  @inline(__always)
  private func prefix(
    _ text: UnsafePointer<UInt8>, at position: Int, end: Int
  ) -> CharacterMap.Match {
    if beginsWhole.base[Int(text[position])],
      let found = wholes.firstMatch(
        startingIn: position..<position + 1, of: text, count: end, pieces: written)
    {
      let count = found.end - found.start
      return CharacterMap.Match(text: text + position, count: count, consumed: count)
    }
    if let match = map?.longestMatch(text + position, count: end - position) { return match }
    if let found = UTF8Sequence.scalar(in: text, at: position, end: end) {
      return CharacterMap.Match(
        text: text + position, count: found.length, consumed: found.length)
    }
    return spacing.replacesInvalid
      ? CharacterMap.Match(text: Self.replacement.base, count: 3, consumed: 1)
      : CharacterMap.Match(text: text + position, count: 1, consumed: 1)
  }

  /// The end of the spaces at the beginning of a text, where extra ones are taken away.
  func textStart(_ text: UnsafePointer<UInt8>, _ range: Range<Int>) -> Int {
    var position = range.lowerBound
    guard spacing.removesExtraSpaces else { return position }
    while position < range.upperBound {
      let found = prefix(text, at: position, end: range.upperBound)
      guard found.count == 1, found.text[0] == Self.space else { break }
      position += found.consumed
    }
    return position
  }

  /// Normalises a stretch between two cuts, which must not be empty, into `out`.
  func normalize(
    _ text: UnsafePointer<UInt8>, _ range: Range<Int>, _ place: Place,
    into result: NormalizedText
  ) {
    var out = result.writer
    out.count = 0
    defer { result.writer = out }
    let start = range.lowerBound
    let end = range.upperBound
    if place.isFirst, spacing.addsSpace, !spacing.spaceIsSuffix { appendSpace(0, to: &out) }
    // Where a stretch is cut the text before it does not end in a space, or this one does not
    // begin with one.
    var afterSpace = place.isFirst && spacing.removesExtraSpaces
    var position = start
    while position < end {
      let byte = text[position]
      if byte < 0x80, plain.base[Int(byte)] != Self.byRules,
        position + 1 == end || text[position + 1] < 0x80
      {
        if plain.base[Int(byte)] == Self.blank {
          if !afterSpace { appendSpace(position - start, to: &out) }
          afterSpace = spacing.removesExtraSpaces
        } else {
          out.append(byte, from: position - start)
          afterSpace = false
        }
        position += 1
        continue
      }
      let found = prefix(text, at: position, end: end)
      append(found, from: position - start, afterSpace: &afterSpace, to: &out)
      position += found.consumed
    }
    var consumed = end - start
    if place.isLast { finish(&consumed, &out) }
    out.origins[out.count] = UInt32(truncatingIfNeeded: consumed)
  }

  @inline(__always)
  private func appendSpace(_ origin: Int, to out: inout NormalizedText.Writer) {
    guard spacing.escapesSpaces else { return out.append(Self.space, from: origin) }
    out.append(0xE2, from: origin)
    out.append(0x96, from: origin)
    out.append(0x81, from: origin)
  }

  @inline(__always)
  private func append(
    _ found: CharacterMap.Match, from origin: Int, afterSpace: inout Bool,
    to out: inout NormalizedText.Writer
  ) {
    var first = 0
    if afterSpace {
      while first < found.count, found.text[first] == Self.space { first += 1 }
    }
    guard first < found.count else { return }
    for index in first..<found.count {
      let byte = found.text[index]
      if byte == Self.space {
        appendSpace(origin, to: &out)
      } else {
        out.append(byte, from: origin)
      }
    }
    afterSpace = spacing.removesExtraSpaces && found.text[found.count - 1] == Self.space
  }

  /// Takes the spaces at the end of a text away, and puts one there where that is the style.
  private func finish(_ consumed: inout Int, _ out: inout NormalizedText.Writer) {
    if spacing.removesExtraSpaces {
      let blank = spacing.escapesSpaces ? SentencePieces.escapedSpace : [Self.space]
      while out.endsIn(blank) {
        out.count -= blank.count
        consumed = Int(out.origins[out.count])
      }
    }
    if spacing.addsSpace, spacing.spaceIsSuffix { appendSpace(consumed, to: &out) }
  }
}
