/// What stands in one place of the screen.
public struct Cell: Hashable, Sendable {
  /// One grapheme; empty for the right half of a wide one.
  public let text: String
  /// Columns it takes: 1 or 2; 0 for the right half of a wide one.
  public let width: Int
  /// How it is drawn.
  public var style: Style

  /// A blank.
  public static func blank(_ style: Style = .plain) -> Cell {
    Cell(text: " ", width: 1, style: style)
  }

  init(text: String, width: Int, style: Style) {
    self.text = text
    self.width = width
    self.style = style
  }
}

/// A picture of the screen, cell by cell: what panes draw into, tests compare and the terminal shows.
///
/// Nothing can be written outside of it, no control or invisible character can get into it, and a
/// wide grapheme is always whole: writing over one half blanks the other.
public struct CellGrid: Hashable, Sendable {
  /// Rows and columns.
  public let size: Size
  private var cells: [Cell]

  /// A blank screen.
  public init(_ size: Size, style: Style = .plain) {
    self.size = size
    cells = [Cell](repeating: .blank(style), count: size.rows * size.columns)
  }

  /// All of it.
  public var bounds: Rect { Rect(size) }

  /// The cell in a place.
  ///
  /// - Precondition: the place lies on the screen.
  public subscript(row: Int, column: Int) -> Cell {
    precondition(row >= 0 && row < size.rows && column >= 0 && column < size.columns)
    return cells[row * size.columns + column]
  }

  /// The text of a row, without trailing blanks.
  public func text(row: Int) -> String {
    var text = ""
    for column in 0..<size.columns { text += self[row, column].text }
    while text.last == " " { text.removeLast() }
    return text
  }

  /// The text of all rows.
  public var text: String { (0..<size.rows).map { text(row: $0) }.joined(separator: "\n") }

  /// Writes a text in one row, as far as it fits into `clip`.
  ///
  /// Characters that have no width of their own are shown as visible symbols (see
  /// ``VisibleText/safe(_:charset:)``), so that nothing written here can be a control character.
  ///
  /// - Returns: the columns taken.
  @discardableResult
  public mutating func put(
    _ text: String, at point: Point, style: Style, clip: Rect? = nil
  ) -> Int {
    let clip = (clip ?? bounds).intersection(bounds)
    guard point.row >= clip.row, point.row < clip.endRow else { return 0 }
    var column = point.column
    for character in text {
      guard column < clip.endColumn else { break }
      if let width = GraphemeWidth.printable(character) {
        place(String(character), width, point.row, column, style, clip)
        column += width
      } else {
        for symbol in VisibleText.symbols(for: character) {
          place(String(symbol), 1, point.row, column, style, clip)
          column += 1
        }
      }
    }
    return column - point.column
  }

  private mutating func place(
    _ text: String, _ width: Int, _ row: Int, _ column: Int, _ style: Style, _ clip: Rect
  ) {
    guard column >= clip.column else {
      // The right half of a wide grapheme that begins left of the clip: shown as a blank.
      if column + width > clip.column, clip.column < clip.endColumn {
        set(Cell.blank(style), row, clip.column)
      }
      return
    }
    guard column + width <= clip.endColumn else {
      if column < clip.endColumn { set(Cell.blank(style), row, column) }
      return
    }
    set(Cell(text: text, width: width, style: style), row, column)
    if width == 2 { set(Cell(text: "", width: 0, style: style), row, column + 1) }
  }

  /// Sets a cell, blanking what would be left of a wide grapheme.
  private mutating func set(_ cell: Cell, _ row: Int, _ column: Int) {
    let index = row * size.columns + column
    let old = cells[index]
    if old.width == 0, cell.width != 0, column > 0 {
      cells[index - 1] = .blank(cells[index - 1].style)
    } else if old.width == 2, column + 1 < size.columns {
      cells[index + 1] = .blank(cells[index + 1].style)
    }
    cells[index] = cell
  }

  /// Blanks a rectangle.
  public mutating func fill(_ rect: Rect, style: Style) {
    let rect = rect.intersection(bounds)
    for row in rect.row..<max(rect.row, rect.endRow) {
      for column in rect.column..<max(rect.column, rect.endColumn) {
        set(.blank(style), row, column)
      }
    }
  }

  /// Changes the style of every cell of a rectangle.
  public mutating func restyle(_ rect: Rect, _ change: (Style) -> Style) {
    let rect = rect.intersection(bounds)
    for row in rect.row..<max(rect.row, rect.endRow) {
      for column in rect.column..<max(rect.column, rect.endColumn) {
        let index = row * size.columns + column
        cells[index].style = change(cells[index].style)
      }
    }
  }
}
