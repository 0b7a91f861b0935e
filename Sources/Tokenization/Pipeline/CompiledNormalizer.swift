/// Rules of SentencePiece as `tokenizers` applies them: to each grapheme cluster of less than six bytes
/// as a whole, by the shortest rule that begins it, and otherwise to each character.
///
/// That is not how SentencePiece applies them (always the longest rule); files that hold such rules
/// were checked against this way.
struct CompiledNormalizer {
  let map: CharacterMap

  /// Bytes from which on a cluster is no longer looked at as a whole.
  private static let longCluster = 6

  /// The text after the rules.
  func applied(to text: AlignedText) -> AlignedText {
    var changes: [AlignedText.Change] = []
    changes.reserveCapacity(text.bytes.count)
    var isChanged = false
    var position = 0
    text.bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      while position < bytes.count {
        let end = Self.validEnd(bytes, from: position)
        guard end > position else {
          changes.append(
            AlignedText.Change(unit: AlignedText.strayByte + UInt32(bytes[position]), shift: 0))
          position += 1
          continue
        }
        for cluster in String(decoding: bytes[position..<end], as: UTF8.self) {
          let count = cluster.utf8.count
          if apply(base + position, count, cluster.unicodeScalars, to: &changes) {
            isChanged = true
          }
          position += count
        }
      }
    }
    return isChanged ? text.transformed(changes) : text
  }

  /// The end of the characters that begin at a place.
  private static func validEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    guard let base = bytes.baseAddress else { return start }
    var end = start
    while end < bytes.count,
      let found = UTF8Sequence.scalar(in: base, at: end, end: bytes.count)
    {
      end += found.length
    }
    return end
  }

  /// Applies the rules to a cluster; whether one of them fits.
  private func apply(
    _ text: UnsafePointer<UInt8>, _ count: Int, _ scalars: Character.UnicodeScalarView,
    to changes: inout [AlignedText.Change]
  ) -> Bool {
    if count < Self.longCluster, let match = map.shortestMatch(text, count: count) {
      Self.write(match, for: scalars.count, to: &changes)
      return true
    }
    var isChanged = false
    var position = 0
    for scalar in scalars {
      let length = UTF8.width(scalar)
      if let match = map.shortestMatch(text + position, count: length) {
        Self.write(match, for: 1, to: &changes)
        isChanged = true
      } else {
        changes.append(AlignedText.Change(unit: scalar.value, shift: 0))
      }
      position += length
    }
    return isChanged
  }

  /// Writes what a rule gives for so many characters. What it leaves out belongs to the last
  /// character that was written, by this rule or before it.
  private static func write(
    _ match: CharacterMap.Match, for old: Int, to changes: inout [AlignedText.Change]
  ) {
    var written = 0
    var position = 0
    while position < match.count {
      let found = UTF8Sequence.scalar(in: match.text, at: position, end: match.count)
      let unit = found?.value ?? AlignedText.strayByte + UInt32(match.text[position])
      changes.append(AlignedText.Change(unit: unit, shift: written < old ? 0 : 1))
      written += 1
      position += found?.length ?? 1
    }
    if written < old, !changes.isEmpty { changes[changes.count - 1].shift -= old - written }
  }
}
