import Cells
import Foundation
import Lenses

/// A reading as a picture of cells, from which text, ANSI, SVG and HTML are made.
struct LensPicture {
  let report: LensReport
  let theme: Theme
  let depth: ColorDepth
  let charset: Charset
  let columns: Int
  /// What the cells stand for.
  private(set) var notes: [ScreenNote] = []
  private var rows: [[(text: String, style: Style)]] = [[]]
  private var used = 0

  /// The most rows that a picture gets.
  static let mostRows = 20_000

  /// Draws a report.
  ///
  /// - Parameter columns: how wide it may be, at least 20.
  init(_ report: LensReport, theme: Theme, depth: ColorDepth, charset: Charset, columns: Int) {
    self.report = report
    self.theme = theme
    self.depth = depth
    self.charset = charset
    self.columns = max(20, columns)
    write("\(report.lens.title) ", style(.title))
    write(visible(report.base.model), style(.faint))
    newline()
    switch report.reading {
    case .tokens(let values): draw(values)
    case .matrix(let matrix): draw(LensTable(matrix))
    case .grid(let grid): draw(LensTable(grid))
    case .distribution(let distribution): draw(distribution)
    }
  }

  /// The picture.
  var grid: CellGrid {
    var lines = rows
    while lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
    var grid = CellGrid(Size(rows: lines.count, columns: columns), style: style(.text))
    for (row, line) in lines.enumerated() {
      var column = 0
      for run in line {
        column += grid.put(run.text, at: Point(row: row, column: column), style: run.style)
      }
    }
    return grid
  }

  // MARK: Writing

  mutating func newline() {
    if rows.count < Self.mostRows { rows.append([]) }
    used = 0
  }

  /// Writes on, in the next row where this one has no room left.
  mutating func write(_ text: String, _ style: Style, note: String? = nil) {
    let width = GraphemeWidth.columns(of: text)
    if width > columns, text.count > 1 {
      for character in text { write(String(character), style, note: note) }
      return
    }
    if used + width > columns, used > 0 { newline() }
    // What is past the last row is left out.
    guard rows.count < Self.mostRows else { return }
    rows[rows.count - 1].append((text, style))
    if let note, width > 0 { add(note, used..<used + width) }
    used += width
  }

  private mutating func add(_ note: String, _ columns: Range<Int>) {
    let row = rows.count - 1
    if let last = notes.last, last.row == row, last.text == note,
      last.columns.upperBound == columns.lowerBound
    {
      notes.removeLast()
      notes.append(
        ScreenNote(row: row, columns: last.columns.lowerBound..<columns.upperBound, text: note))
    } else {
      notes.append(ScreenNote(row: row, columns: columns, text: note))
    }
  }

  /// A text cut or filled to a width.
  func cell(_ text: String, _ width: Int) -> String {
    let fitted = CellGrid.fitted(text, to: width, charset: charset)
    return fitted + String(repeating: " ", count: width - GraphemeWidth.columns(of: fitted))
  }

  func visible(_ text: String) -> String {
    PieceText.visible(Array(text.utf8), charset: charset)
  }

  // MARK: Heat

  func style(_ role: Role) -> Style { theme.style(role, depth: depth) }

  func ramp(_ scale: ValueScale) -> HeatRamp {
    scale.kind == .diverging ? theme.diverging : theme.heat
  }

  /// Whether values are told apart by colour; otherwise by attributes and shading characters.
  func usesColor(_ scale: ValueScale) -> Bool {
    (depth == .trueColor || depth == .ansi256) && ramp(scale).color(0) != nil
  }

  func heat(_ fraction: Double, _ scale: ValueScale, base: Role = .text) -> Style {
    ramp(scale).style(fraction, depth: usesColor(scale) ? depth : .none, base: style(base))
  }

  /// What the colours mean, in units.
  mutating func legend(_ scale: ValueScale) {
    newline()
    write("\(scale.short(scale.minimum)) ", style(.faint))
    for step in 0..<8 {
      let fraction = Double(step) / 7
      write(
        usesColor(scale) ? " " : String(ramp(scale).shade(fraction, charset: charset)),
        heat(fraction, scale))
    }
    write(" \(scale.short(scale.maximum)) \(scale.unit)", style(.faint))
  }
}

extension ValueScale {
  /// A value of this scale, rounded to what is meant: ranks and layers are whole.
  func rounded(_ value: Double) -> String {
    switch unit {
    case "rank", "layer": String(format: "%.0f", value)
    case "probability": String(format: "%.4f", value)
    default: String(format: "%.2f", value)
    }
  }

  /// A value with its unit, as people say it: `2.41 bit`, `rank 3`.
  func measured(_ value: Double) -> String {
    unit == "bit" ? "\(rounded(value)) \(unit)" : "\(unit) \(rounded(value))"
  }

  /// A value for a narrow cell.
  func compact(_ value: Double) -> String {
    switch unit {
    case "rank", "layer": String(format: "%.0f", value)
    case "probability": String(format: "%.2f", value)
    default: String(format: "%.1f", value)
    }
  }

  /// An end of the scale.
  func short(_ value: Double) -> String {
    value == value.rounded() ? String(format: "%.0f", value) : rounded(value)
  }
}
