/// A number of rows and columns.
public struct Size: Hashable, Sendable {
  /// Rows of cells.
  public var rows: Int
  /// Columns of cells.
  public var columns: Int

  /// A size; negative numbers count as zero.
  public init(rows: Int, columns: Int) {
    self.rows = max(0, rows)
    self.columns = max(0, columns)
  }
}

/// The place of a cell, from the top left.
public struct Point: Hashable, Sendable {
  /// Row, from 0.
  public var row: Int
  /// Column, from 0.
  public var column: Int

  /// A place.
  public init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }
}

/// A rectangle of cells.
public struct Rect: Hashable, Sendable {
  /// First row.
  public var row: Int
  /// First column.
  public var column: Int
  /// Rows; never negative.
  public var rows: Int
  /// Columns; never negative.
  public var columns: Int

  /// A rectangle; negative extents count as zero.
  public init(row: Int, column: Int, rows: Int, columns: Int) {
    self.row = row
    self.column = column
    self.rows = max(0, rows)
    self.columns = max(0, columns)
  }

  /// All of a screen.
  public init(_ size: Size) {
    self.init(row: 0, column: 0, rows: size.rows, columns: size.columns)
  }

  /// Rows and columns.
  public var size: Size { Size(rows: rows, columns: columns) }
  /// Whether it has no cell.
  public var isEmpty: Bool { rows == 0 || columns == 0 }
  /// The row just below.
  public var endRow: Int { row + rows }
  /// The column just to the right.
  public var endColumn: Int { column + columns }
  /// The top left cell.
  public var origin: Point { Point(row: row, column: column) }

  /// Whether a cell lies in it.
  public func contains(_ point: Point) -> Bool {
    point.row >= row && point.row < endRow && point.column >= column && point.column < endColumn
  }

  /// The cells that both have.
  public func intersection(_ other: Rect) -> Rect {
    let top = max(row, other.row)
    let left = max(column, other.column)
    return Rect(
      row: top, column: left, rows: min(endRow, other.endRow) - top,
      columns: min(endColumn, other.endColumn) - left)
  }

  /// It without `by` cells on each side.
  public func inset(by margin: Int) -> Rect {
    Rect(
      row: row + margin, column: column + margin, rows: rows - 2 * margin,
      columns: columns - 2 * margin)
  }

  /// Its first `count` rows, and the rest.
  public func splitTop(_ count: Int) -> (top: Rect, rest: Rect) {
    let count = min(max(0, count), rows)
    return (
      Rect(row: row, column: column, rows: count, columns: columns),
      Rect(row: row + count, column: column, rows: rows - count, columns: columns)
    )
  }

  /// Its first `count` columns, and the rest.
  public func splitLeft(_ count: Int) -> (left: Rect, rest: Rect) {
    let count = min(max(0, count), columns)
    return (
      Rect(row: row, column: column, rows: rows, columns: count),
      Rect(row: row, column: column + count, rows: rows, columns: columns - count)
    )
  }
}
