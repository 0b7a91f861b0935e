import Cells
import Tokenization

/// What a cell of the text pane stands for.
enum FlowKind: Sendable, Hashable {
  /// A character as it is.
  case plain
  /// White space within a token, made visible.
  case space
  /// The space with which a token begins: it carries the mark of the boundary.
  case boundarySpace
  /// A mark between two tokens that stands for no byte.
  case boundary
  /// A line feed.
  case newline
  /// A control character, a bidi control, an invisible character.
  case symbol
  /// A byte that is not UTF-8 by itself, as in a token that ends within a character.
  case invalid
}

/// A grapheme, or what stands for it, in the text pane.
struct FlowCell: Sendable, Hashable {
  var text: String
  var width: Int
  /// The first byte that it stands for.
  var offset: Int
  /// How many bytes it stands for.
  var length: Int
  /// Its token; `nil` for bytes that no token has.
  var token: Int?
  var kind: FlowKind
}

/// A row of the text pane.
struct FlowRow: Sendable, Hashable {
  /// The first byte.
  var start: Int
  /// The byte after the last.
  var end: Int
  var cells: [FlowCell] = []

  /// The byte at, or nearest to, a column.
  func offset(nearColumn column: Int) -> Int {
    var at = 0
    for cell in cells {
      at += cell.width
      if at > column { return cell.offset }
    }
    guard let last = cells.last else { return start }
    return last.kind == .newline ? last.offset : end
  }

  /// The column of a byte.
  func column(of offset: Int) -> Int {
    var at = 0
    for cell in cells {
      if offset < cell.offset + max(1, cell.length), cell.kind != .boundary { return at }
      at += cell.width
    }
    return at
  }
}

/// Lays a text out in rows of some width: tokens whole where they fit, boundaries marked.
///
/// Only what is asked for is laid out, so that a long text costs no more than a short one. A text
/// without any line feed is laid out anew from anchors some kilobytes apart.
struct TextFlow {
  let document: Document
  let width: Int
  let charset: Charset

  private static let anchorBytes = 8192

  /// The rows from one that starts at `start` on; at least one, at most `limit`.
  func rows(from start: Int, limit: Int) -> [FlowRow] {
    var rows: [FlowRow] = []
    var row = FlowRow(start: start, end: start)
    var column = 0
    var open = true
    func close(nextAt offset: Int) {
      rows.append(row)
      row = FlowRow(start: offset, end: offset)
      column = 0
    }
    forEachPiece(from: start) { token, range in
      var cells = self.cells(of: range, token: token, isRowStart: column == 0)
      let fitting = cells.prefix { $0.kind != .newline }.reduce(0) { $0 + $1.width }
      if column > 0, column + fitting > width, fitting <= width {
        close(nextAt: range.lowerBound)
        if rows.count == limit { return false }
        cells = self.cells(of: range, token: token, isRowStart: true)
      }
      for cell in cells {
        if column + cell.width > width, column > 0 {
          close(nextAt: cell.offset)
          if rows.count == limit { return false }
        }
        row.cells.append(cell)
        row.end = cell.offset + cell.length
        column += cell.width
        if cell.kind == .newline {
          close(nextAt: row.end)
          if rows.count == limit { return false }
        }
      }
      return true
    }
    open = rows.count < limit
    if open { rows.append(row) }
    return rows
  }

  /// The row that holds a byte, and the column there.
  func place(of offset: Int) -> (row: FlowRow, column: Int)? {
    let offset = max(0, min(offset, document.bytes.count))
    var start = lineStart(before: offset)
    while true {
      let rows = rows(from: start, limit: 64)
      guard let last = rows.last else { return nil }
      if let row = rows.first(where: { $0.start <= offset && offset < $0.end }) {
        return (row, row.column(of: offset))
      }
      if last.end >= document.bytes.count || last.start == start {
        return (last, last.column(of: offset))
      }
      start = last.start
    }
  }

  /// The row so many rows further on (or back), or the last (or first) there is.
  func row(from row: FlowRow, movedBy count: Int) -> FlowRow? {
    if count >= 0 { return rows(from: row.start, limit: count + 1).last }
    var found = row
    for _ in 0..<(-count) {
      guard found.start > 0, let previous = self.row(before: found.start) else { break }
      found = previous
    }
    return found
  }

  /// The start of the row so many rows from another; a screen never shows nothing.
  func top(from start: Int, movedBy count: Int) -> Int {
    guard let row = rows(from: start, limit: 1).first else { return start }
    return self.row(from: row, movedBy: count)?.start ?? start
  }

  private func row(before start: Int) -> FlowRow? {
    var from = lineStart(before: start - 1)
    while true {
      let rows = rows(from: from, limit: 64)
      if let index = rows.firstIndex(where: { $0.end >= start }) { return rows[index] }
      guard let last = rows.last, last.start > from else { return rows.last }
      from = last.start
    }
  }

  /// Where the line begins that a byte is in.
  private func lineStart(before offset: Int) -> Int {
    let bytes = document.bytes
    let floor = max(0, offset - Self.anchorBytes)
    if let newline = bytes[floor..<max(floor, min(offset, bytes.count))].lastIndex(of: 0x0A) {
      return newline + 1
    }
    guard floor > 0 else { return 0 }
    let anchor = floor / Self.anchorBytes * Self.anchorBytes
    return document.token(at: anchor).map { document.tokens[$0].start } ?? anchor
  }

  /// Goes through tokens, and stretches without tokens, from a byte on, until told to stop.
  private func forEachPiece(from start: Int, _ body: (Int?, Range<Int>) -> Bool) {
    var offset = start
    let count = document.bytes.count
    let tokens = document.tokens
    var next = document.token(at: start) ?? 0
    while offset < count {
      while next < tokens.count, tokens[next].end <= offset { next += 1 }
      if next < tokens.count, tokens[next].start <= offset {
        let end = tokens[next].end
        if !body(next, offset..<end) { return }
        offset = end
      } else {
        let gapEnd = next < tokens.count ? tokens[next].start : count
        let end = min(gapEnd, stretchEnd(from: offset))
        if !body(nil, offset..<end) { return }
        offset = end
      }
    }
  }

  /// Where a stretch of text without tokens is cut: after white space, within reason.
  private func stretchEnd(from offset: Int) -> Int {
    let bytes = document.bytes
    let limit = min(bytes.count, offset + 24)
    var end = offset
    while end < limit {
      end += 1
      if bytes[end - 1] <= 0x20 { return end }
    }
    while end < bytes.count, end < offset + 32, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return end
  }

  private func cells(of range: Range<Int>, token: Int?, isRowStart: Bool) -> [FlowCell] {
    let segments = VisibleText.segments(of: document.bytes[range], charset: charset)
    let beginsToken = token.map { document.tokens[$0].start == range.lowerBound } ?? false
    var cells: [FlowCell] = []
    cells.reserveCapacity(segments.count + 1)
    let startsWithSpace = segments.first?.kind == .space
    if beginsToken, !isRowStart, !startsWithSpace, range.lowerBound > 0 {
      cells.append(
        FlowCell(
          text: charset == .unicode ? "╎" : "|", width: 1, offset: range.lowerBound, length: 0,
          token: token, kind: .boundary))
    }
    for (index, segment) in segments.enumerated() {
      var (text, kind) = (segment.text, FlowKind.plain)
      switch segment.kind {
      case .plain: break
      case .space:
        let isFirst = index == 0 && beginsToken
        kind = isFirst ? .boundarySpace : .space
        text =
          token == nil
          ? " " : charset == .unicode ? (isFirst ? "▏" : "·") : (isFirst ? "_" : ".")
      case .newline: kind = .newline
      case .tab, .control, .bidi, .invisible: kind = .symbol
      case .invalid: kind = .invalid
      }
      cells.append(
        FlowCell(
          text: text, width: GraphemeWidth.columns(of: text),
          offset: range.lowerBound + segment.bytes.lowerBound, length: segment.bytes.count,
          token: token, kind: kind))
    }
    return cells
  }
}

extension WorkbenchState {
  /// The layout of the text pane.
  var textFlow: TextFlow {
    TextFlow(
      document: document, width: max(1, (area(of: .text) ?? layout.main).columns - 2),
      charset: look.charset)
  }

  /// Rows of text that the text pane shows.
  var textRows: Int { max(1, (area(of: .text) ?? layout.main).rows - 2) }

  /// Scrolls the text so that the cursor is seen, if it was asked to be.
  mutating func scrollToCursor() {
    let flow = textFlow
    let offset = mode == .insert ? caret : document.tokens[safe: cursor]?.start ?? 0
    guard let row = flow.place(of: offset)?.row else { return }
    if textTop > 0 { textTop = flow.place(of: textTop)?.row.start ?? 0 }
    if row.start < textTop {
      textTop = row.start
      return
    }
    let shown = flow.rows(from: textTop, limit: textRows)
    if shown.contains(where: { $0.start == row.start }) {
      // No room is left empty below while there is text above.
      if textTop > 0, shown.count < textRows, let last = shown.last {
        textTop = flow.row(from: last, movedBy: 1 - textRows)?.start ?? textTop
      }
      return
    }
    textTop = flow.row(from: row, movedBy: 1 - textRows)?.start ?? row.start
  }
}
