public import Cells

/// A table of text with aligned columns.
public struct TextTable: Sendable {
  /// A column: its heading, and the side to which its cells are set.
  public enum Column: Sendable {
    /// Set to the left.
    case left(String)
    /// Set to the right, as numbers are.
    case right(String)

    var heading: String {
      switch self {
      case .left(let heading), .right(let heading): heading
      }
    }
  }

  private let columns: [Column]
  private let charset: Charset
  private var rows: [[String]] = []

  /// The widest that a column gets.
  static let widest = 60
  /// The narrowest that a column becomes for want of room.
  static let narrowest = 6

  /// An empty table.
  public init(_ columns: [Column], charset: Charset = .unicode) {
    self.columns = columns
    self.charset = charset
  }

  /// Adds a row; cells are cut where they are too wide.
  public mutating func add(_ cells: [String]) {
    rows.append(cells.map { CellGrid.fitted($0, to: Self.widest, charset: charset) })
  }

  /// The table: a line of headings, a line for each row.
  public var text: String { text(columns: nil) }

  /// The table, its widest columns cut until its lines fit; `nil` cuts nothing.
  public func text(columns room: Int?) -> String {
    let all = [columns.map(\.heading)] + rows
    var widths = columns.indices.map { column in
      all.map { $0.indices.contains(column) ? GraphemeWidth.columns(of: $0[column]) : 0 }.max() ?? 0
    }
    if let room {
      let gaps = 2 * (columns.count - 1)
      while widths.reduce(gaps, +) > room, let widest = widths.max(), widest > Self.narrowest,
        let index = widths.firstIndex(of: widest)
      { widths[index] -= 1 }
    }
    return all.map { row in
      var line = ""
      for (column, cell) in zip(columns.indices, row) {
        let cell = CellGrid.fitted(cell, to: widths[column], charset: charset)
        let blanks = String(
          repeating: " ", count: max(0, widths[column] - GraphemeWidth.columns(of: cell)))
        if column > 0 { line += "  " }
        switch columns[column] {
        case .left: line += cell + blanks
        case .right: line += blanks + cell
        }
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
