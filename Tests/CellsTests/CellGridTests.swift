import Cells
import Foundation
import Testing

@Suite("Cell grid")
struct CellGridTests {
  @Test("text is clipped at the right edge and never wraps")
  func clipping() {
    var grid = CellGrid(Size(rows: 2, columns: 5))
    #expect(grid.put("abcdefg", at: Point(row: 0, column: 2), style: .plain) == 3)
    #expect(grid.text == "  abc\n")
  }

  @Test("a wide grapheme is never cut in half at an edge")
  func wideAtEdges() {
    var grid = CellGrid(Size(rows: 1, columns: 5))
    grid.put("a日本", at: Point(row: 0, column: 1), style: .plain)
    #expect(grid.text(row: 0) == " a日")
    #expect(grid[0, 4].text == " ")
    var clipped = CellGrid(Size(rows: 1, columns: 6))
    clipped.put(
      "日本語", at: Point(row: 0, column: 0), style: .plain,
      clip: Rect(row: 0, column: 1, rows: 1, columns: 4))
    #expect(clipped.text(row: 0) == "  本")
  }

  @Test("writing over one half of a wide grapheme blanks the other")
  func overwriting() {
    var grid = CellGrid(Size(rows: 1, columns: 4))
    grid.put("日本", at: Point(row: 0, column: 0), style: .plain)
    grid.put("x", at: Point(row: 0, column: 1), style: .plain)
    #expect((0..<4).map { grid[0, $0].text } == [" ", "x", "本", ""])
    grid.put("y", at: Point(row: 0, column: 2), style: .plain)
    #expect((0..<4).map { grid[0, $0].text } == [" ", "x", "y", " "])
  }

  @Test("random writes keep every wide grapheme whole and every cell printable")
  func fuzz() {
    var generator = SystemRandomNumberGenerator()
    let pieces = ["a", "日", "e\u{301}", "👩‍👩‍👧", "\u{1B}[2J", "\u{202E}", "🇫🇷", "\u{200B}", "\t", "ﷺ"]
    var grid = CellGrid(Size(rows: 4, columns: 7))
    for _ in 0..<3000 {
      let point = Point(
        row: Int.random(in: -1...5, using: &generator),
        column: Int.random(in: -3...9, using: &generator))
      let text = (0..<3).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let clip = Rect(
        row: Int.random(in: -1...3, using: &generator),
        column: Int.random(in: -1...6, using: &generator),
        rows: Int.random(in: 0...5, using: &generator),
        columns: Int.random(in: 0...8, using: &generator))
      if Bool.random(using: &generator) {
        grid.put(text, at: point, style: .plain, clip: clip)
      } else {
        grid.fill(clip, style: .plain)
      }
      for row in 0..<4 {
        for column in 0..<7 {
          let cell = grid[row, column]
          switch cell.width {
          case 0: #expect(column > 0 && grid[row, column - 1].width == 2 && cell.text.isEmpty)
          case 2: #expect(column < 6 && grid[row, column + 1].width == 0)
          default: #expect(cell.width == 1)
          }
          for character in cell.text { #expect(GraphemeWidth.printable(character) == cell.width) }
        }
      }
    }
  }

  @Test(
    "control characters are drawn as symbols",
    arguments: [
      ("\u{1B}[31m", "␛[31m"), ("\u{7F}", "␡"), ("\u{9B}", "<U+009B>"), ("\u{202E}", "<U+202E>"),
      ("\r\n", "␍␊"),
    ])
  func controls(text: String, shown: String) {
    var grid = CellGrid(Size(rows: 1, columns: 20))
    grid.put(text, at: Point(row: 0, column: 0), style: .plain)
    #expect(grid.text(row: 0) == shown)
  }

  @Test("a box has its title in the border and gives the room inside")
  func box() {
    var grid = CellGrid(Size(rows: 3, columns: 14))
    let inside = grid.box(
      Rect(grid.size), title: "Next", border: .plain, titleStyle: .plain, charset: .unicode)
    #expect(inside == Rect(row: 1, column: 1, rows: 1, columns: 12))
    #expect(grid.text == "╭─ Next ─────╮\n│            │\n╰────────────╯")
    grid.box(
      Rect(grid.size), title: "A very long title", border: .plain, titleStyle: .plain,
      charset: .ascii)
    #expect(grid.text(row: 0) == "+- A very ~ -+")
  }

  @Test("bars fill to an eighth of a column")
  func bars() {
    #expect(Chart.bar(0.5, columns: 3, charset: .unicode) == "█▌")
    #expect(Chart.bar(1, columns: 3, charset: .unicode) == "███")
    #expect(Chart.bar(2, columns: 3, charset: .ascii) == "###")
    #expect(Chart.bar(.nan, columns: 3, charset: .unicode) == "")
  }
}

@Suite("Grapheme width")
struct GraphemeWidthTests {
  @Test(
    "graphemes take the columns that terminals give them",
    arguments: [
      ("a", 1), ("é", 1), ("e\u{301}", 1), ("日", 2), ("ｱ", 1), ("Ａ", 2), ("한", 2), ("👍", 2),
      ("👍🏽", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("❤", 1), ("❤️", 2), ("→", 1), ("█", 1), ("ع", 1), ("क्षि", 1),
    ])
  func widths(text: String, columns: Int) {
    #expect(GraphemeWidth.columns(of: text) == columns)
  }

  @Test(
    "what cannot be seen has no width of its own",
    arguments: [
      "\u{0}", "\u{1B}", "\u{85}", "\u{AD}", "\u{200B}", "\u{200D}", "\u{202E}", "\u{2028}",
      "\u{FEFF}", "\u{301}", "\u{E000}", "\u{10FFFF}", "\u{3164}", "\u{A0}", "\u{FFF9}",
    ])
  func invisible(text: String) throws {
    #expect(GraphemeWidth.printable(try #require(text.first)) == nil)
  }
}
