/// A text that was changed before it is encoded, and for each of its bytes where in the original
/// text it comes from.
///
/// Where a change puts characters in or leaves some out, origins follow the rules of `tokenizers`: what
/// is put in has the origin of the character before it, and what stands for several characters that
/// of the first of them. Bytes that no change has touched keep their own places.
struct AlignedText {
  /// A place in the original text.
  struct Origin {
    var start: Int
    var end: Int
  }

  /// A character of a changed text, by what it does to the characters of the text before.
  struct Change {
    /// The code point; of a byte that is not UTF-8 its value above `strayByte`.
    var unit: UInt32
    /// 1 for a character that was put in. 0 for one that stands for the next character of the text
    /// before, and −n if n further ones are left out after it.
    var shift: Int
  }

  /// What is above all code points: bytes that are not UTF-8 are counted from here.
  static let strayByte: UInt32 = 0x110000

  private(set) var bytes: [UInt8]
  /// The origin of each byte.
  private(set) var origins: [Origin]
  /// Where the text begins in the original.
  let base: Int

  /// A text that is empty.
  init(base: Int) {
    bytes = []
    origins = []
    self.base = base
  }

  /// A stretch of a text, unchanged.
  init(_ text: UnsafeBufferPointer<UInt8>, _ stretch: Range<Int>) {
    bytes = Array(text[stretch])
    origins = stretch.map { Origin(start: $0, end: $0 + 1) }
    base = stretch.lowerBound
  }

  /// Adds bytes of `other` as they are.
  mutating func append(_ other: AlignedText, _ range: Range<Int>) {
    bytes.append(contentsOf: other.bytes[range])
    origins.append(contentsOf: other.origins[range])
  }

  /// Adds bytes that stand for `range` of `other`, which is not empty.
  mutating func append(
    _ new: some Sequence<UInt8>, for range: Range<Int>, of other: AlignedText
  ) {
    append(new, from: other.origin(of: range))
  }

  private mutating func append(_ new: some Sequence<UInt8>, from origin: Origin) {
    for byte in new {
      bytes.append(byte)
      origins.append(origin)
    }
  }

  /// The place in the original text of a range of bytes.
  func origin(of range: Range<Int>) -> Origin {
    guard !range.isEmpty else {
      let place =
        range.lowerBound < origins.count
        ? origins[range.lowerBound].start : origins.last?.end ?? base
      return Origin(start: place, end: place)
    }
    return Origin(start: origins[range.lowerBound].start, end: origins[range.upperBound - 1].end)
  }

  /// The text with each character replaced by what `change` gives, unless that is `nil`. Bytes that
  /// are not UTF-8 stay.
  func mapped(_ change: (Unicode.Scalar) -> [UInt8]?) -> AlignedText {
    var result = AlignedText(base: base)
    var kept = 0
    forEachScalar { scalar, range in
      guard let scalar, let new = change(scalar) else { return }
      result.append(self, kept..<range.lowerBound)
      result.append(new, for: range, of: self)
      kept = range.upperBound
    }
    guard kept > 0 else { return self }
    result.append(self, kept..<bytes.count)
    return result
  }

  /// The text in the characters of `changes`, which say what they stand for.
  func transformed(_ changes: [Change]) -> AlignedText {
    var result = AlignedText(base: base)
    result.bytes.reserveCapacity(bytes.count)
    result.origins.reserveCapacity(bytes.count)
    bytes.withUnsafeBufferPointer { source in
      var before = 0..<0
      func next() -> Range<Int> {
        let start = before.upperBound
        guard let text = source.baseAddress, start < source.count else { return start..<start }
        let length = UTF8Sequence.scalar(in: text, at: start, end: source.count)?.length ?? 1
        return start..<start + length
      }
      for change in changes {
        let new = Self.bytes(of: change.unit)
        if change.shift > 0 {
          let origin = before.isEmpty ? Origin(start: base, end: base) : origin(of: before)
          result.append(new, from: origin)
          continue
        }
        before = next()
        if new.elementsEqual(source[before]) {
          result.append(self, before)
        } else {
          result.append(new, for: before, of: self)
        }
        for _ in 0..<(-change.shift) {
          let left = next()
          if left.isEmpty { break }
          before = left
        }
      }
    }
    return result
  }

  /// The bytes of a unit.
  static func bytes(of unit: UInt32) -> [UInt8] {
    guard unit < strayByte else { return [UInt8(truncatingIfNeeded: unit - strayByte)] }
    guard unit >= 0x80 else { return [UInt8(unit)] }
    var encoded: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
    let length = UTF8Sequence.encode(unit, into: &encoded)
    return withUnsafeBytes(of: encoded) { Array($0.prefix(length)) }
  }

  /// Gives each character, and the range of its bytes; `nil` for a byte that is not UTF-8.
  func forEachScalar(_ body: (Unicode.Scalar?, Range<Int>) -> Void) {
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var position = 0
      while position < buffer.count {
        let found = UTF8Sequence.scalar(in: base, at: position, end: buffer.count)
        let end = position + (found?.length ?? 1)
        body(found.flatMap { Unicode.Scalar($0.value) }, position..<end)
        position = end
      }
    }
  }

  /// The range of the first character; empty in an empty text.
  var firstCharacter: Range<Int> { 0..<character(at: 0) }

  /// The range of the last character; empty in an empty text.
  var lastCharacter: Range<Int> {
    let length = bytes.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.flatMap { UTF8Sequence.scalar(in: $0, before: buffer.count)?.length }
    }
    return max(0, bytes.count - (length ?? 1))..<bytes.count
  }

  /// The length of the character at a place; 0 at the end.
  func character(at position: Int) -> Int {
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress, position < buffer.count else { return 0 }
      return UTF8Sequence.scalar(in: base, at: position, end: buffer.count)?.length ?? 1
    }
  }

  /// The text without what lies outside of `range`.
  func trimmed(to range: Range<Int>) -> AlignedText {
    guard range != 0..<bytes.count else { return self }
    var result = AlignedText(base: base)
    result.append(self, range)
    return result
  }

  /// The text with each byte written as a character of GPT-2's byte alphabet.
  func inByteAlphabet() -> AlignedText {
    var result = AlignedText(base: base)
    result.bytes.reserveCapacity(bytes.count * 3 / 2)
    result.origins.reserveCapacity(bytes.count * 3 / 2)
    for (byte, origin) in zip(bytes, origins) {
      result.append(Self.bytes(of: ByteAlphabet.characters[Int(byte)].value), from: origin)
    }
    return result
  }
}
