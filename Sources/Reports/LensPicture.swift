public import Cells
import Foundation
import Lenses

/// A reading as a picture of cells, from which text, ANSI, SVG and HTML are made.
public struct LensPicture {
  private let report: LensReport
  private let theme: Theme
  private let depth: ColorDepth
  private let charset: Charset
  private let columns: Int
  private var rows: [[(text: String, style: Style)]] = [[]]
  private var used = 0

  /// The most rows that a picture gets.
  static let mostRows = 20_000

  /// Draws a report.
  ///
  /// - Parameter columns: how wide it may be, at least 20.
  public static func grid(
    _ report: LensReport, theme: Theme, depth: ColorDepth, charset: Charset, columns: Int
  ) -> CellGrid {
    var picture = LensPicture(
      report: report, theme: theme, depth: depth, charset: charset, columns: max(20, columns))
    picture.draw()
    return picture.grid
  }

  private init(
    report: LensReport, theme: Theme, depth: ColorDepth, charset: Charset, columns: Int
  ) {
    self.report = report
    self.theme = theme
    self.depth = depth
    self.charset = charset
    self.columns = columns
  }

  private func style(_ role: Role) -> Style { theme.style(role, depth: depth) }

  private var grid: CellGrid {
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

  private mutating func newline() {
    if rows.count < Self.mostRows { rows.append([]) }
    used = 0
  }

  private mutating func write(_ text: String, _ style: Style) {
    let width = GraphemeWidth.columns(of: text)
    if used + width > columns, used > 0 { newline() }
    rows[rows.count - 1].append((text, style))
    used += width
  }

  private func heat(_ value: Double?, _ scale: ValueScale) -> Style {
    guard let value, value.isFinite else { return style(.faint) }
    let ramp = scale.kind == .diverging ? theme.diverging : theme.heat
    return ramp.style(scale.fraction(value), depth: depth, base: style(.text))
  }

  private mutating func draw() {
    write("\(report.lens.title) ", style(.title))
    write("\(report.base.model)", style(.faint))
    newline()
    switch report.reading {
    case .tokens(let values): draw(values)
    case .matrix(let matrix):
      draw(matrix.scale, rows: matrix.rows, columns: matrix.columns) { row, column in
        matrix.value(row: row, column: column).map { (Double($0), nil) }
      }
    case .grid(let grid):
      draw(grid.scale, rows: grid.rows, columns: grid.columns) { row, column in
        grid.value(row: row, column: column).map {
          (Double($0), grid.text(row: row, column: column))
        }
      }
    case .distribution(let distribution): draw(distribution)
    }
  }

  // MARK: Tokens

  private mutating func draw(_ values: TokenValues) {
    for (token, value) in zip(report.base.tokens, values.values) {
      let style = heat(value, values.scale)
      for segment in VisibleText.segments(of: token.bytes, charset: charset) {
        write(segment.text, style)
        if segment.kind == .newline { newline() }
      }
    }
    newline()
    legend(values.scale)
    if let mean = values.mean {
      write("  mean \(Self.number(mean)) \(values.scale.unit)", style(.faint))
    }
  }

  private mutating func legend(_ scale: ValueScale) {
    newline()
    write("\(Self.number(scale.minimum)) ", style(.faint))
    for step in 0..<8 {
      let fraction = Double(step) / 7
      let ramp = scale.kind == .diverging ? theme.diverging : theme.heat
      let usesColor = depth == .trueColor || depth == .ansi256
      write(
        usesColor ? " " : String(ramp.shade(fraction, charset: charset)),
        ramp.style(fraction, depth: depth, base: style(.text)))
    }
    write(" \(Self.number(scale.maximum)) \(scale.unit)", style(.faint))
  }

  // MARK: Matrices and grids

  private mutating func draw(
    _ scale: ValueScale, rows labels: [String], columns headings: [String],
    value: (Int, Int) -> (Double, String?)?
  ) {
    let usesColor = depth == .trueColor || depth == .ansi256
    let shown = labels.map { CellGrid.fitted(visible($0), to: 12, charset: charset) }
    let margin = (shown.map { GraphemeWidth.columns(of: $0) }.max() ?? 0) + 1
    let hasTexts = headings.indices.contains { column in
      labels.indices.contains { row in value(row, column)?.1?.isEmpty == false }
    }
    let room = columns - margin
    let wide = max(1, min(hasTexts ? 10 : 3, room / max(1, headings.count)))
    let fitting = min(headings.count, room / wide)
    // What someone looks at first is the end of the text.
    let first = headings.count - fitting
    if wide > 2 {
      write(String(repeating: " ", count: margin), style(.faint))
      for heading in headings[first...] { write(cell(visible(heading), wide), style(.faint)) }
      newline()
    }
    for (row, label) in shown.enumerated() {
      let blanks = String(repeating: " ", count: margin - GraphemeWidth.columns(of: label))
      write(label + blanks, style(.faint))
      for column in first..<headings.count {
        guard let (number, text) = value(row, column) else {
          write(cell("", wide), style(.text))
          continue
        }
        let ramp = scale.kind == .diverging ? theme.diverging : theme.heat
        let shade = String(ramp.shade(scale.fraction(number), charset: charset))
        let content =
          wide > 3 && text != nil ? visible(text ?? "") : usesColor ? "" : shade
        write(cell(content, wide), heat(number, scale))
      }
      newline()
    }
    legend(scale)
    if fitting < headings.count {
      write("  the last \(fitting) of \(headings.count) columns", style(.faint))
    }
  }

  private func cell(_ text: String, _ width: Int) -> String {
    let fitted = CellGrid.fitted(text, to: width, charset: charset)
    return fitted + String(repeating: " ", count: width - GraphemeWidth.columns(of: fitted))
  }

  private func visible(_ text: String) -> String {
    PieceText.visible(Array(text.utf8), charset: charset)
  }

  // MARK: Distributions

  private mutating func draw(_ distribution: DistributionReading) {
    let stages = distribution.stages
    var title = "after token \(distribution.index)"
    title += " · entropy \(Self.number(distribution.entropy)) bit"
    for stage in stages.dropFirst() {
      title += " · \(stage.name) \(stage.setting) keeps \(stage.kept)"
    }
    write(CellGrid.fitted(title, to: columns, charset: charset), style(.faint))
    newline()
    let kept = stages.last.map { Set($0.candidates.map(\.id)) }
    let bar = max(4, columns - 30)
    for entry in distribution.candidates.prefix(20) {
      let isKept = kept?.contains(entry.id) ?? true
      let isActual = distribution.actual?.entry.id == entry.id
      write(isActual ? (charset == .unicode ? "● " : "* ") : "  ", style(.accent))
      write(
        cell(PieceText.visible(entry.bytes, charset: charset), 16),
        style(isKept ? .text : .faint))
      let text = String(format: "%8.4f ", entry.probability)
      write(text, style(isKept ? .text : .faint))
      write(
        Chart.bar(entry.probability, columns: bar, charset: charset),
        style(isKept ? .accent : .faint))
      newline()
    }
    if let actual = distribution.actual {
      let piece = PieceText.visible(actual.entry.bytes, charset: charset)
      write("follows: \(piece) rank \(actual.rank) ", style(.text))
      write(String(format: "%.4f", actual.entry.probability), style(.text))
    }
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() ? String(format: "%.0f", value) : String(format: "%.2f", value)
  }
}

extension LensReport {
  /// A table or picture in plain text.
  public func table(charset: Charset, columns: Int) -> String {
    guard case .tokens(let values) = reading else {
      let grid = LensPicture.grid(
        self, theme: .plain, depth: .none, charset: charset, columns: columns)
      return ScreenReport.text(grid)
    }
    var table = TextTable(
      [.right("index"), .right("id"), .left("piece"), .right(values.scale.unit)], charset: charset)
    for (token, value) in zip(base.tokens, values.values) {
      let isCount = ["rank", "layer"].contains(values.scale.unit)
      let number = value.map { String(format: isCount ? "%.0f" : "%.4f", $0) } ?? "–"
      table.add([
        "\(token.index)", "\(token.id)", PieceText.visible(token.bytes, charset: charset), number,
      ])
    }
    let mean = values.mean.map { String(format: "mean %.4f %@\n", $0, values.scale.unit) } ?? ""
    return table.text + mean
  }
}
