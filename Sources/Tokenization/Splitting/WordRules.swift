/// Rules of cutting that look only forwards: where the word ends that begins at a place.
protocol WordRules: WordSplitter {
  /// The classes of characters.
  var table: FrozenArray<UInt8> { get }

  /// The end of the word that begins at `position`, below the end of the reader.
  func wordEnd(_ text: UnsafePointer<UInt8>, _ reader: ClassReader, _ position: Int) -> Int

  /// Whether two neighbouring characters make a cut between them certain: their classes, the last
  /// byte of the first and the first byte of the second.
  func isCertainCut(before: UInt8, after: UInt8, last: UInt8, next: UInt8) -> Bool
}

extension WordRules {
  var keepsLettersTogether: Bool { true }

  func cut(
    _ text: UnsafePointer<UInt8>, section: Range<Int>, from position: Int, safe: Int,
    into words: inout WordList
  ) -> Int {
    var position = position
    let end = section.upperBound
    let reader = ClassReader(text, end: end, safe: safe, table: table)
    while position < end, !words.isFull {
      let next = wordEnd(text, reader, position)
      guard safe == end || next + lookahead <= safe else { break }
      words.append(position, next)
      position = next
    }
    return position
  }

  func isCertainCut(in text: UnsafePointer<UInt8>, at position: Int, end: Int) -> Bool {
    guard position > 0, position < end else { return true }
    guard !UTF8Sequence.isInside(text, position, end: end) else { return false }
    let reader = ClassReader(text, end: end, table: table)
    return isCertainCut(
      before: reader.before(position), after: reader.read(position).bits,
      last: text[position - 1], next: text[position])
  }
}
