public import Cells
public import Tokenization

/// Lays out one text under several tokenizers so that the same byte stands in the same column for
/// each: wherever one of them has a boundary there is room for its mark.
///
/// Only the rows that are asked for are laid out, so that a long text costs no more than a short one.
public struct AlignedFlow {
  /// A character, or what stands for it; or room for a mark.
  public struct Cell: Sendable, Hashable {
    /// What is drawn; for room the mark of a boundary decides.
    public var text: String
    /// Columns that it takes.
    public var width: Int
    /// The first byte that it stands for; where it is room, the boundary's place.
    public var offset: Int
    /// How many bytes it stands for; 0 for room.
    public var length: Int
    /// What it is.
    public var kind: Kind
    /// The character that it is a byte of, where some tokenizer has a boundary inside of one.
    public var character: Range<Int>?
  }

  /// What a cell is.
  public enum Kind: Sendable, Hashable {
    /// A character as it is.
    case plain
    /// A space.
    case space
    /// A space at which some tokenizer has a boundary: it carries the mark.
    case markedSpace
    /// Room for the mark of a boundary that is not at a space.
    case room
    /// A line feed.
    case newline
    /// What stands for something that cannot be drawn.
    case symbol
  }

  /// A row.
  public struct Row: Sendable, Hashable {
    /// The first byte.
    public var start: Int
    /// The byte after the last.
    public var end: Int
    /// Its cells.
    public var cells: [Cell] = []
  }

  private let comparison: TokenizerComparison
  private let width: Int
  private let charset: Charset

  /// Bytes whose boundaries are looked at together.
  private static let stretch = 2048
  /// How far back the beginning of a line is looked for.
  private static let anchor = 1024

  /// A layout in rows of some width.
  public init(_ comparison: TokenizerComparison, width: Int, charset: Charset) {
    self.comparison = comparison
    self.width = max(4, width)
    self.charset = charset
  }

  /// The rows from one that starts at `start` on, at most `limit`; none past the end of the text.
  public func rows(from start: Int, limit: Int) -> [Row] {
    var rows: [Row] = []
    var row = Row(start: start, end: start)
    var column = 0
    func close(nextAt offset: Int) -> Bool {
      rows.append(row)
      row = Row(start: offset, end: offset)
      column = 0
      return rows.count < limit
    }
    let goesOn = forEachPiece(from: start) { range, isMarked in
      let cells = self.cells(of: range, isMarked: isMarked)
      let fitting = cells.prefix { $0.kind != .newline }.reduce(0) { $0 + $1.width }
      if column > 0, column + fitting > width, fitting <= width {
        guard close(nextAt: range.lowerBound) else { return false }
      }
      for cell in cells {
        if column + cell.width > width, column > 0 {
          guard close(nextAt: cell.offset) else { return false }
        }
        row.cells.append(cell)
        row.end = cell.offset + cell.length
        column += cell.width
        if cell.kind == .newline, row.end < comparison.text.count {
          guard close(nextAt: row.end) else { return false }
        }
      }
      return true
    }
    if goesOn, !row.cells.isEmpty { rows.append(row) }
    return rows
  }

  /// The start of the row that holds a byte.
  public func rowStart(of offset: Int) -> Int {
    let text = comparison.text
    let offset = max(0, min(offset, text.count))
    let earliest = max(0, offset - Self.anchor)
    var start = offset
    while start > earliest, text[start - 1] != 0x0A { start -= 1 }
    // In a line without an end near, rows are laid out from places that do not move.
    if start == earliest, start > 0 {
      start = offset / Self.anchor * Self.anchor
      while start > 0, start < text.count, text[start] & 0xC0 == 0x80 { start -= 1 }
    }
    while true {
      let rows = rows(from: start, limit: 32)
      if let row = rows.first(where: { offset < $0.end }) { return row.start }
      guard let last = rows.last, last.end < text.count, last.start > start else {
        return rows.last?.start ?? start
      }
      start = last.start
    }
  }

  /// Calls `body` with the stretches between boundaries of any tokenizer, until it has enough.
  private func forEachPiece(
    from start: Int, _ body: (Range<Int>, _ isMarked: Bool) -> Bool
  ) -> Bool {
    let count = comparison.text.count
    var position = start
    var isMarked = false
    while position < count {
      // A token may be longer than a stretch: then it is cut where the stretch ends.
      let end = stretchEnd(from: position)
      var cuts = Set<Int>()
      for side in comparison.sides.indices {
        cuts.formUnion(comparison.boundaries(of: side, in: position..<end))
      }
      if cuts.contains(position) { isMarked = true }
      for cut in cuts.sorted() + [end] where cut > position {
        guard body(position..<cut, isMarked) else { return false }
        position = cut
        isMarked = cut < end
      }
    }
    return true
  }

  /// The end of a stretch, not within a character.
  private func stretchEnd(from position: Int) -> Int {
    let text = comparison.text
    var end = min(text.count, position + Self.stretch)
    while end < text.count, end > position + 1, text[end] & 0xC0 == 0x80 { end -= 1 }
    return end
  }

  private func cells(of range: Range<Int>, isMarked: Bool) -> [Cell] {
    var cells: [Cell] = []
    for segment in VisibleText.segments(of: comparison.text[range], charset: charset) {
      let offset = range.lowerBound + segment.bytes.lowerBound
      let isFirst = isMarked && cells.isEmpty
      let kind: Kind
      switch segment.kind {
      case .space: kind = isFirst ? .markedSpace : .space
      case .newline: kind = .newline
      case .plain: kind = .plain
      default: kind = .symbol
      }
      if isFirst, kind != .markedSpace {
        cells.append(Cell(text: " ", width: 1, offset: offset, length: 0, kind: .room))
      }
      cells.append(
        Cell(
          text: segment.text, width: GraphemeWidth.columns(of: segment.text), offset: offset,
          length: segment.bytes.count, kind: kind,
          character: segment.kind == .invalid ? character(at: offset) : nil))
    }
    return cells
  }

  /// The whole character that holds a byte.
  private func character(at offset: Int) -> Range<Int>? {
    let text = comparison.text
    for start in max(0, offset - 3)...offset {
      let bytes = text[start..<min(text.count, start + 4)]
      guard let scalar = String(decoding: bytes, as: UTF8.self).unicodeScalars.first else {
        continue
      }
      let length = UTF8.width(scalar)
      let range = start..<min(text.count, start + length)
      guard range.contains(offset), text[range].elementsEqual(Array(String(scalar).utf8)) else {
        continue
      }
      return range
    }
    return nil
  }
}
