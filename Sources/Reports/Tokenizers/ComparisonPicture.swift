public import Cells
import Foundation
import Tokenization

extension ComparisonReport {
  /// The most rows of text that a picture shows.
  static let mostRows = 2000

  /// The text under each tokenizer, aligned, with the numbers above it.
  ///
  /// - Parameter columns: how wide it may be, at least 40.
  public func picture(
    theme: Theme, depth: ColorDepth, charset: Charset, columns: Int
  ) -> (grid: CellGrid, notes: [ScreenNote]) {
    let columns = max(40, columns)
    func style(_ role: Role) -> Style { theme.style(role, depth: depth) }
    let head = table(charset: charset, columns: columns).split(
      separator: "\n", omittingEmptySubsequences: false)
    let sides = comparison.sides
    let labels = sides.map {
      CellGrid.fitted(VisibleText.safe($0.name, charset: charset), to: 14, charset: charset)
    }
    let margin = (labels.map { GraphemeWidth.columns(of: $0) }.max() ?? 0) + 1
    let flow = AlignedFlow(comparison, width: columns - margin, charset: charset)
    let rows = flow.rows(from: 0, limit: Self.mostRows + 1)
    let shown = rows.prefix(Self.mostRows)
    let isCut = rows.count > Self.mostRows
    let height = head.count + shown.count * (sides.count + 1) + (isCut ? 1 : 0)
    var grid = CellGrid(Size(rows: height, columns: columns), style: style(.text))
    for (row, line) in head.enumerated() {
      grid.put(
        String(line), at: Point(row: row, column: 0), style: style(row == 1 ? .faint : .text))
    }
    let painter = AlignedPainter(
      comparison,
      styles: AlignedPainter.Styles(
        text: style(.text), faint: style(.faint), shared: style(.boundary),
        differing: style(.accent), cursor: style(.cursor)), charset: charset)
    var at = head.count
    for row in shown {
      for (side, label) in labels.enumerated() {
        grid.put(label, at: Point(row: at + side, column: 0), style: style(.faint))
      }
      at += painter.draw(
        row, into: &grid, at: Point(row: at, column: margin), clip: grid.bounds)
      at += 1
    }
    if isCut {
      grid.put(
        "the first \(Self.mostRows) rows", at: Point(row: at, column: 0), style: style(.faint))
    }
    return (grid, notes(shown, from: head.count, margin: margin))
  }

  /// The id of the token behind each cell.
  private func notes(
    _ rows: ArraySlice<AlignedFlow.Row>, from top: Int, margin: Int
  ) -> [ScreenNote] {
    var notes: [ScreenNote] = []
    var at = top
    for row in rows {
      for (side, content) in comparison.sides.enumerated() {
        var column = margin
        for cell in row.cells {
          if cell.length > 0, let index = comparison.token(of: side, at: cell.offset) {
            let token = content.tokens[index]
            let piece = PieceText.visible(content.tokenizer.vocabulary.bytes(of: token.id))
            notes.append(
              ScreenNote(
                row: at + side, columns: column..<column + cell.width,
                text: "\(content.name): \(piece) id \(token.id)"))
          }
          column += cell.width
        }
      }
      at += comparison.sides.count + 1
    }
    return notes
  }
}
