/// Numbers the characters that pieces are made of, the most frequent first, so that a tree of pieces has
/// a step for each character and its nodes lie close together.
///
/// A byte that is part of no character counts as one of its own.
struct CharacterAlphabet: Sendable {
  /// A character that is in no piece.
  static let unknown: UInt32 = 0
  /// Bytes that are no character come after all code points.
  private static let firstByte: UInt32 = 0x11_0000
  private static let units = Int(firstByte) + 256
  private static let pageBits = 8

  /// For each 256 code points where their numbers are; those without any share the first.
  private let pages: FrozenArray<UInt16>
  private let codes: FrozenArray<UInt32>
  /// One more than the largest number.
  let count: Int

  /// The characters of some pieces.
  init(of pieces: PieceBytes, ids: [TokenID]) {
    var counts = [UInt32](repeating: 0, count: Self.units)
    for id in ids {
      Self.forEachUnit(pieces.bytes(of: Int(id))) { unit in counts[Int(unit)] += 1 }
    }
    let units = counts.indices.filter { counts[$0] > 0 }
      .sorted { (counts[$1], $0) < (counts[$0], $1) }
    var pages = [UInt16](repeating: 0, count: Self.units >> Self.pageBits)
    var codes = [UInt32](repeating: Self.unknown, count: 1 << Self.pageBits)
    for (index, unit) in units.enumerated() {
      let page = unit >> Self.pageBits
      if pages[page] == 0 {
        // There are fewer pages than 65,536.
        pages[page] = UInt16(codes.count >> Self.pageBits)
        codes += repeatElement(Self.unknown, count: 1 << Self.pageBits)
      }
      codes[Int(pages[page]) << Self.pageBits | unit & 0xFF] = UInt32(index) + 1
    }
    self.pages = FrozenArray(pages)
    self.codes = FrozenArray(codes)
    count = units.count + 1
  }

  private static func forEachUnit(
    _ bytes: UnsafeBufferPointer<UInt8>, _ body: (UInt32) -> Void
  ) {
    guard let text = bytes.baseAddress else { return }
    var position = 0
    while position < bytes.count {
      let (unit, length) = unit(in: text, at: position, end: bytes.count)
      body(unit)
      position += length
    }
  }

  @inline(__always)
  private static func unit(
    in text: UnsafePointer<UInt8>, at position: Int, end: Int
  ) -> (value: UInt32, length: Int) {
    UTF8Sequence.scalar(in: text, at: position, end: end)
      ?? (firstByte + UInt32(text[position]), 1)
  }

  /// Appends the numbers of the characters of a piece.
  func append(_ bytes: UnsafeBufferPointer<UInt8>, to codes: inout [UInt32]) {
    Self.forEachUnit(bytes) { codes.append(reader.code(of: $0)) }
  }

  /// What inner loops read characters with; the alphabet must be kept meanwhile.
  var reader: Reader { Reader(pages: pages.base, codes: codes.base) }

  /// The alphabet as plain pointers.
  struct Reader: BitwiseCopyable {
    fileprivate let pages: UnsafePointer<UInt16>
    fileprivate let codes: UnsafePointer<UInt32>

    @inline(__always)
    fileprivate func code(of unit: UInt32) -> UInt32 {
      let page = Int(pages[Int(unit) >> CharacterAlphabet.pageBits])
      return codes[page << CharacterAlphabet.pageBits | Int(unit & 0xFF)]
    }

    /// The number of the character at a place, and its bytes.
    @inline(__always)
    func character(
      in text: UnsafePointer<UInt8>, at position: Int, end: Int
    ) -> (code: UInt32, length: Int) {
      let (unit, length) = CharacterAlphabet.unit(in: text, at: position, end: end)
      return (code(of: unit), length)
    }
  }
}
