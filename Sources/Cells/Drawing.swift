extension CellGrid {
  /// Draws a border with a title in it.
  ///
  /// - Returns: what is left inside.
  @discardableResult
  public mutating func box(
    _ rect: Rect, title: String = "", note: String = "", border: Style, titleStyle: Style,
    charset: Charset
  ) -> Rect {
    guard rect.rows >= 2, rect.columns >= 2 else {
      return Rect(row: 0, column: 0, rows: 0, columns: 0)
    }
    let marks: [String] =
      charset == .unicode ? ["╭", "╮", "╰", "╯", "─", "│"] : ["+", "+", "+", "+", "-", "|"]
    let line = String(repeating: marks[4], count: rect.columns - 2)
    put(marks[0] + line + marks[1], at: rect.origin, style: border, clip: rect)
    put(
      marks[2] + line + marks[3], at: Point(row: rect.endRow - 1, column: rect.column),
      style: border, clip: rect)
    for row in rect.row + 1..<rect.endRow - 1 {
      put(marks[5], at: Point(row: row, column: rect.column), style: border, clip: rect)
      put(marks[5], at: Point(row: row, column: rect.endColumn - 1), style: border, clip: rect)
    }
    let room = Rect(row: rect.row, column: rect.column + 2, rows: 1, columns: rect.columns - 4)
    if !title.isEmpty, room.columns > 2 {
      let text = " " + Self.fitted(title, to: room.columns - 2, charset: charset) + " "
      let used = put(text, at: room.origin, style: titleStyle, clip: room)
      let noteColumns = GraphemeWidth.columns(of: note) + 2
      if !note.isEmpty, used + noteColumns < room.columns {
        put(
          " \(note) ", at: Point(row: room.row, column: room.endColumn - noteColumns),
          style: border, clip: room)
      }
    }
    return rect.inset(by: 1)
  }

  /// A text cut to some columns, with `…` where something was cut away.
  public static func fitted(_ text: String, to columns: Int, charset: Charset) -> String {
    guard GraphemeWidth.columns(of: text) > columns else { return text }
    let mark = charset == .unicode ? "…" : "~"
    var out = ""
    var used = 0
    for character in text {
      let width = GraphemeWidth.columns(of: String(character))
      if used + width > columns - 1 { break }
      out.append(character)
      used += width
    }
    return columns > 0 ? out + mark : ""
  }

  /// Writes a text so that it ends at a column.
  public mutating func putRight(
    _ text: String, endingAt point: Point, style: Style, clip: Rect? = nil
  ) {
    put(
      text, at: Point(row: point.row, column: point.column - GraphemeWidth.columns(of: text)),
      style: style, clip: clip)
  }
}

/// Small pictures of numbers, made of characters.
public enum Chart {
  /// A bar that fills a part, 0…1, of some columns, to an eighth of a column.
  public static func bar(_ fraction: Double, columns: Int, charset: Charset) -> String {
    guard fraction.isFinite, columns > 0 else { return "" }
    let eighths = Int((max(0, min(1, fraction)) * Double(columns) * 8).rounded())
    guard charset == .unicode else {
      return String(repeating: "#", count: (eighths + 4) / 8)
    }
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
  }

  /// One character for a value, 0…1: `▁▂▃▄▅▆▇█`, or a digit.
  public static func spark(_ fraction: Double, charset: Charset) -> Character {
    guard fraction.isFinite else { return " " }
    let fraction = max(0, min(1, fraction))
    guard charset == .unicode else { return Character(String(Int((fraction * 9).rounded()))) }
    let marks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    return marks[min(7, Int(fraction * 8))]
  }

  /// A line of such characters: as many as there are columns, each the largest of the values that
  /// fall to it. Values that are `nil` are left blank.
  public static func sparkline(
    _ values: [Double?], minimum: Double, maximum: Double, columns: Int, charset: Charset
  ) -> String {
    guard columns > 0, !values.isEmpty else { return "" }
    let span = maximum > minimum ? maximum - minimum : 1
    let count = min(columns, values.count)
    return String(
      (0..<count).map { column in
        let begin = column * values.count / count
        let end = max(begin + 1, (column + 1) * values.count / count)
        let best = values[begin..<end].compactMap { $0 }.max()
        return best.map { spark(($0 - minimum) / span, charset: charset) } ?? " "
      })
  }
}
