import Cells

/// Where the parts of the Bytes pane are, counted from its inside.
struct BytesLayout: Equatable {
  /// The line with what the columns are; empty where there is little room.
  let header: Rect
  /// The outcomes, a row for each.
  let outcomes: Rect
  /// The tokens behind the chosen outcome.
  let covers: Rect
  /// How the text could go on.
  let completions: Rect
  /// Bias, missing mass, entropy.
  let foot: Rect

  /// From how many columns on the covers stand beside the outcomes.
  static let wide = 76

  /// Lays out an inside of any size.
  init(_ inside: Rect) {
    let footRows = inside.rows >= 4 ? 1 : 0
    let (body, foot) = inside.splitTop(inside.rows - footRows)
    self.foot = foot
    var list = body
    let nothing = Rect(row: body.row, column: body.column, rows: 0, columns: 0)
    if inside.columns >= Self.wide {
      let (left, right) = body.splitLeft(inside.columns / 2)
      list = left
      let beside = Rect(
        row: right.row, column: right.column + 2, rows: right.rows, columns: right.columns - 2)
      (covers, completions) = beside.splitTop(beside.rows - min(5, beside.rows / 3))
    } else if body.rows >= 8 {
      let completionRows = body.rows >= 14 ? 4 : 2
      let coverRows = body.rows >= 14 ? body.rows / 3 : 2
      let (above, below) = body.splitTop(body.rows - completionRows - coverRows)
      list = above
      (covers, completions) = below.splitTop(coverRows)
    } else {
      (covers, completions) = (nothing, nothing)
    }
    (header, outcomes) = list.splitTop(list.rows >= 4 ? 1 : 0)
  }

  /// The columns of an outcome's row, counted from its first.
  struct Columns: Equatable {
    /// How wide the name, the bar, and the two probabilities with their mark are.
    let name, bar, exact, naive: Int

    /// Columns of a row of some width: the bar takes what is left.
    init(_ width: Int) {
      exact = 8
      naive = width >= 28 ? 9 : 0
      let room = max(0, width - 2 - exact - naive)
      name = min(room, max(10, min(22, room / 2)))
      bar = max(0, room - name - 1)
    }
  }
}
