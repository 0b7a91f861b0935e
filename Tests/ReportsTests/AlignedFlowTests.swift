import Cells
import TestSupport
import Testing
import Tokenization

@testable import Reports

@Suite("One text under several tokenizers")
struct AlignedFlowTests {
  private func comparison(_ text: String) throws -> TokenizerComparison {
    let folder = try TemporaryFolder()
    let path = try TinyModel(seed: 3).write(to: folder)
    var comparison = TokenizerComparison(Array(text.utf8))
    comparison.add(try Tokenizer.open(path: path), name: "tiny")
    comparison.add(.bytes(), name: "bytes")
    return comparison
  }

  private static let texts = [
    "the land and the rest\nof it", "", "\n\n", "München 今日は 🙂 x\u{1b}y", "  a\t b ",
    String(repeating: "thethethe", count: 300),
  ]

  @Test("rows hold every byte once, in order, and none is wider than it may be", arguments: texts)
  func coverage(text: String) throws {
    let comparison = try comparison(text)
    for width in [4, 7, 30, 100] {
      let rows = AlignedFlow(comparison, width: width, charset: .unicode)
        .rows(from: 0, limit: .max)
      var next = 0
      for row in rows {
        #expect(row.start == next)
        for cell in row.cells {
          #expect(cell.offset == next)
          next += cell.length
        }
        #expect(row.end == next)
        #expect(row.cells.count == 1 || row.cells.reduce(0) { $0 + $1.width } <= width)
      }
      #expect(next == comparison.text.count)
    }
  }

  @Test(
    "the row of a byte holds it, and begins where its own first byte's row does", arguments: texts)
  func places(text: String) throws {
    let comparison = try comparison(text)
    let flow = AlignedFlow(comparison, width: 20, charset: .unicode)
    for offset in stride(from: 0, to: comparison.text.count, by: text.utf8.count > 99 ? 211 : 1) {
      let start = flow.rowStart(of: offset)
      let row = try #require(flow.rows(from: start, limit: 1).first)
      #expect(row.start <= offset && offset < row.end, "\(offset)")
      #expect(flow.rowStart(of: start) == start)
    }
  }

  @Test("each line has a mark exactly where its tokenizer has a boundary", arguments: texts)
  func marks(text: String) throws {
    let comparison = try comparison(text)
    let marks = AlignedPainter.marks(.unicode)
    let styles = AlignedPainter.Styles(
      text: .plain, faint: .plain, shared: .plain, differing: .plain, cursor: .plain)
    let painter = AlignedPainter(comparison, styles: styles, charset: .unicode)
    let flow = AlignedFlow(comparison, width: 30, charset: .unicode)
    for row in flow.rows(from: 0, limit: 40) {
      var grid = CellGrid(Size(rows: 2, columns: 60))
      #expect(
        painter.draw(row, into: &grid, at: Point(row: 0, column: 0), clip: grid.bounds) == 2)
      for side in 0..<2 {
        let all = Set(comparison.boundaries(of: side))
        var marked = Set<Int>()
        var column = 0
        for cell in row.cells {
          if cell.kind == .room || cell.kind == .markedSpace,
            [marks.space, marks.other].contains(grid[side, column].text)
          {
            marked.insert(cell.offset)
          }
          column += cell.width
        }
        #expect(marked == all.filter { row.start <= $0 && $0 < row.end })
      }
    }
  }

  @Test("a character that one tokenizer cuts is whole for the other")
  func characters() throws {
    var comparison = TokenizerComparison(Array("aé今".utf8))
    comparison.add(.bytes(), name: "bytes")
    comparison.add(try InstalledModel.tokenizer(), name: "smollm")
    let picture = ComparisonReport(comparison, perturbations: [])
      .picture(theme: .plain, depth: .none, charset: .unicode, columns: 60)
    #expect(picture.grid.text.contains("a╎<C3>╎<A9>╎<E4>╎<BB>╎<8A>"))
    #expect(picture.grid.text.contains("smollm a╎é"))
    #expect(picture.notes.contains { $0.text.contains("bytes: <A9> id 169") })
  }

  @Test("numbers, perturbations and the picture, as they are")
  func picture() throws {
    let report = ComparisonReport(
      try comparison("the land and the rest\nof it"), perturbations: [.typos, .upper])
    try Snapshot.check(report.table(charset: .unicode), named: "comparison-table")
    let picture = report.picture(theme: .plain, depth: .none, charset: .unicode, columns: 70)
    try Snapshot.check(picture.grid, named: "comparison-picture")
    let json = try report.json()
    #expect(json.contains("\"tokens_per_word\":") && json.contains("\"kind\":\"typos\""))
    #expect(json.contains("\"seed\":1"))
  }
}
