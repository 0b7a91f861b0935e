import Cells
import Lenses

/// A matrix or a grid, as far as drawing it goes.
struct LensTable {
  let scale: ValueScale
  let rows: [String]
  let columns: [String]
  /// A value with the text of its cell.
  let cell: (_ row: Int, _ column: Int) -> (value: Double, text: String?)?
  /// Whether some cell has a text.
  let hasTexts: Bool

  init(_ matrix: MatrixReading) {
    (scale, rows, columns) = (matrix.scale, matrix.rows, matrix.columns)
    hasTexts = false
    cell = { row, column in
      matrix.value(row: row, column: column).map { (Double($0), nil) }
    }
  }

  init(_ grid: GridReading) {
    (scale, rows, columns) = (grid.scale, grid.rows, grid.columns)
    hasTexts = grid.texts?.contains { !$0.isEmpty } ?? false
    cell = { row, column in
      grid.value(row: row, column: column).map {
        (Double($0), grid.text(row: row, column: column))
      }
    }
  }
}

extension LensPicture {
  /// Rows of cells: coloured, with texts where there is room, or shaded.
  mutating func draw(_ table: LensTable) {
    let labels = table.rows.map { CellGrid.fitted(visible($0), to: 12, charset: charset) }
    let margin = (labels.map { GraphemeWidth.columns(of: $0) }.max() ?? 0) + 1
    let room = columns - margin
    let count = table.columns.count
    let wide = max(1, min(table.hasTexts ? 10 : 7, room / max(1, count)))
    let fitting = min(count, room / wide)
    // What someone looks at first is the end of the text.
    let first = count - fitting
    if wide > 3 {
      write(String(repeating: " ", count: margin), style(.faint))
      for heading in table.columns[first...] {
        write(cell(visible(heading), wide - 1) + " ", style(.faint))
      }
      newline()
    }
    for (row, label) in labels.enumerated() {
      write(cell(label, margin), style(.faint))
      for column in first..<count { draw(table, row, column, width: wide) }
      newline()
    }
    legend(table.scale)
    if fitting < count {
      write("  the last \(fitting) of \(count) columns", style(.faint))
    }
  }

  private mutating func draw(_ table: LensTable, _ row: Int, _ column: Int, width: Int) {
    guard let (value, text) = table.cell(row, column) else {
      write(cell("", width), style(.text))
      return
    }
    let fraction = table.scale.fraction(value)
    let shown = text.map(visible) ?? ""
    var content = ""
    if width > 3, !shown.isEmpty {
      content = cell(shown, width - 1)
    } else if width > 4 {
      content = table.scale.compact(value)
    } else if !usesColor(table.scale) {
      let shade = ramp(table.scale).shade(fraction, charset: charset)
      content = String(repeating: shade, count: max(1, min(2, width - 1)))
    }
    let place = "\(visible(table.rows[row])) \(visible(table.columns[column]))"
    let note = "\(place): \(shown.isEmpty ? "" : shown + ", ")\(table.scale.measured(value))"
    write(cell(content, width), heat(fraction, table.scale), note: note)
  }
}
