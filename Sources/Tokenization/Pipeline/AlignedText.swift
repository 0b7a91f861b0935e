internal import Foundation

/// A text that was changed before it is encoded, and for each of its bytes where in the original
/// text it comes from.
struct AlignedText {
  /// A place in the original text.
  struct Origin {
    var start: Int
    var end: Int
  }

  private(set) var bytes: [UInt8]
  /// The origin of each byte.
  private(set) var origins: [Origin]

  /// A text that is empty.
  init() {
    bytes = []
    origins = []
  }

  /// A stretch of a text, unchanged.
  init(_ text: UnsafeBufferPointer<UInt8>, _ stretch: Range<Int>) {
    bytes = Array(text[stretch])
    origins = stretch.map { Origin(start: $0, end: $0 + 1) }
  }

  /// Adds bytes of `other` as they are.
  mutating func append(_ other: AlignedText, _ range: Range<Int>) {
    bytes.append(contentsOf: other.bytes[range])
    origins.append(contentsOf: other.origins[range])
  }

  /// Adds bytes that stand for `range` of `other`, or, when it is empty, for nothing at that place.
  mutating func append(
    _ new: some Sequence<UInt8>, for range: Range<Int>, of other: AlignedText
  ) {
    let origin = other.origin(of: range)
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
        ? origins[range.lowerBound].start : origins.last?.end ?? 0
      return Origin(start: place, end: place)
    }
    return Origin(start: origins[range.lowerBound].start, end: origins[range.upperBound - 1].end)
  }

  /// The text with each character replaced by what `change` gives, unless that is `nil`. Bytes that
  /// are not UTF-8 stay.
  func mapped(_ change: (Unicode.Scalar) -> [UInt8]?) -> AlignedText {
    var result = AlignedText()
    forEachScalar { scalar, range in
      if let scalar, let new = change(scalar) {
        result.append(new, for: range, of: self)
      } else {
        result.append(self, range)
      }
    }
    return result
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

  /// The text without what lies outside of `range`.
  func trimmed(to range: Range<Int>) -> AlignedText {
    var result = AlignedText()
    result.append(self, range)
    return result
  }
}

/// Unicode's four normal forms (Unicode Standard Annex 15).
enum NormalForm {
  case nfc, nfd, nfkc, nfkd

  private func applied(to text: String) -> String {
    switch self {
    case .nfc: text.precomposedStringWithCanonicalMapping
    case .nfd: text.decomposedStringWithCanonicalMapping
    case .nfkc: text.precomposedStringWithCompatibilityMapping
    case .nfkd: text.decomposedStringWithCompatibilityMapping
    }
  }

  /// Whether a character alone, before no mark, is certainly in this form.
  private func isCertain(_ value: UInt32) -> Bool {
    switch value {
    case 0..<0x80: true
    case 0x80..<0x300: self == .nfc
    case 0x0430...0x0437, 0x043A...0x044F, 0x0410...0x0417, 0x041A...0x042F, 0x4E00...0x9FFF: true
    case 0xAC00...0xD7A3: self == .nfc || self == .nfkc
    default: false
    }
  }

  /// Whether a character may join with what stands before it.
  private static func attaches(_ value: UInt32) -> Bool {
    guard value >= 0x300 else { return false }
    let category = UnicodeTable.properties[Int(value)] & UnicodeTable.categoryBits
    let isMark = UnicodeTable.mask("M") & (1 << UInt32(category)) != 0
    // Vowels and final consonants of Hangul.
    return isMark || (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value)
  }

  /// The text in this form; `nil` when it is in it already. A character and the marks after it
  /// change together.
  func applied(to text: AlignedText) -> AlignedText? {
    var segments: [(range: Range<Int>, isCertain: Bool)] = []
    text.forEachScalar { scalar, range in
      guard let scalar else { return segments.append((range, true)) }
      if Self.attaches(scalar.value), let last = segments.last {
        segments[segments.count - 1] = (last.range.lowerBound..<range.upperBound, false)
      } else {
        segments.append((range, isCertain(scalar.value)))
      }
    }
    var changes: [(range: Range<Int>, new: [UInt8])] = []
    for segment in segments where !segment.isCertain {
      let old = text.bytes[segment.range]
      guard let string = String(validating: old, as: UTF8.self) else { continue }
      let new = Array(applied(to: string).utf8)
      if !new.elementsEqual(old) { changes.append((segment.range, new)) }
    }
    guard !changes.isEmpty else { return nil }
    var result = AlignedText()
    var last = 0
    for change in changes {
      result.append(text, last..<change.range.lowerBound)
      result.append(change.new, for: change.range, of: text)
      last = change.range.upperBound
    }
    result.append(text, last..<text.bytes.count)
    return result
  }
}
