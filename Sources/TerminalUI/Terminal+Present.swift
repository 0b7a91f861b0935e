public import Cells
import CNcurses

extension Terminal {
  /// Shows `grid`, beginning in the upper left corner; what does not fit is left out, and what it
  /// does not cover is blank.
  ///
  /// Writes only what differs from what is on the screen: nothing, if nothing does.
  ///
  /// - Parameter cursor: where the cursor stands; nil hides it.
  public mutating func present(_ grid: CellGrid, cursor: Point? = nil) {
    set_term(screen)
    let window = tui_screen()
    let cursor = cursor.flatMap { Rect(size).contains($0) ? $0 : nil }
    if isStale || shown?.size != grid.size {
      werase(window)
      shown = nil
    }
    guard isStale || shown != grid || cursor != shownCursor else { return }
    if !draw(grid) {
      // The pairs of colours ran out: begin anew, with those that this frame needs.
      pairs.removeAll()
      lastStyle = nil
      shown = nil
      _ = draw(grid)
    }
    shown = grid
    shownCursor = cursor
    place(cursor)
    if isStale { clearok(window, true) }
    isStale = false
    wnoutrefresh(window)
    doupdate()
  }

  /// Puts the changed cells; false when a cell could not have its colours.
  private mutating func draw(_ grid: CellGrid) -> Bool {
    var isComplete = true
    let rows = min(grid.size.rows, size.rows)
    let columns = min(grid.size.columns, size.columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let cell = grid[row, column]
        if let shown, shown[row, column] == cell { continue }
        // The right half of a wide character was put with its left half.
        if cell.width == 0 { continue }
        if !put(cell, row, column, room: columns - column) { isComplete = false }
      }
    }
    return isComplete
  }

  private mutating func put(_ cell: Cell, _ row: Int, _ column: Int, room: Int) -> Bool {
    let (attributes, pair, isComplete) = appearance(cell.style)
    let window = tui_screen()
    func write(_ scalars: [UInt32], at column: Int) {
      tui_put(window, Int32(row), Int32(column), scalars, attributes, pair)
    }
    if cell.width > room {
      write([0x20, 0], at: column)
      return isComplete
    }
    drawable.set(cell.text, width: cell.width)
    write(drawable.scalars, at: column)
    for rest in drawable.columns..<max(drawable.columns, cell.width) {
      write([0x20, 0], at: column + rest)
    }
    return isComplete
  }

  /// A style in the words of curses; not complete when its colours could not be had.
  private mutating func appearance(
    _ style: Style
  ) -> (attributes: attr_t, pair: Int32, isComplete: Bool) {
    if let lastStyle, lastStyle.style == style {
      return (lastStyle.attributes, lastStyle.pair, true)
    }
    var attributes: attr_t = 0
    if style.attributes.contains(.bold) { attributes |= TUI_BOLD }
    if style.attributes.contains(.dim) { attributes |= TUI_DIM }
    if style.attributes.contains(.italic) { attributes |= TUI_ITALIC }
    if style.attributes.contains(.underline) { attributes |= TUI_UNDERLINE }
    if style.attributes.contains(.reverse) { attributes |= TUI_REVERSE }
    let foreground = colors.number(style.foreground)
    let background = colors.number(style.background)
    if foreground.isBright { attributes |= TUI_BOLD }
    guard
      let pair = pairs.number(foreground: foreground.number, background: background.number)
    else {
      return (attributes, 0, false)
    }
    lastStyle = (style, attributes, pair)
    return (attributes, pair, true)
  }

  private func place(_ cursor: Point?) {
    let window = tui_screen()
    if let cursor {
      leaveok(window, false)
      curs_set(1)
      wmove(window, Int32(cursor.row), Int32(cursor.column))
    } else if curs_set(0) == ERR {
      // A cursor that cannot be hidden rests where it is least in the way.
      leaveok(window, false)
      wmove(window, Int32(size.rows - 1), Int32(size.columns - 1))
    } else {
      leaveok(window, true)
    }
  }
}
