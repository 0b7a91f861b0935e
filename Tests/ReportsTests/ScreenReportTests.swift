import Cells
import TestSupport
import Testing

@testable import Reports

@Suite("Pictures of a screen")
struct ScreenReportTests {
  private let look = ScreenColors(foreground: .rgb(200, 200, 200), background: .rgb(0, 0, 0))

  /// A screen with every attribute, every shape and wide graphemes on it.
  private func screen() -> CellGrid {
    var grid = CellGrid(Size(rows: 6, columns: 24))
    let border = Style(foreground: .indexed(8))
    let inside = grid.box(
      grid.bounds, title: "<Text>", border: border, titleStyle: .plain.adding(.bold),
      charset: .unicode)
    func put(_ text: String, _ row: Int, _ column: Int, _ style: Style) {
      grid.put(
        text, at: Point(row: inside.row + row, column: inside.column + column), style: style,
        clip: inside)
    }
    put("日本 a&b", 0, 0, Style(foreground: .rgb(255, 0, 0), background: .rgb(0, 0, 90)))
    put("e\u{301}\u{1b}", 0, 12, .plain)
    put("█▏▎▍▌▋▊▉▁▂▃▄▅▆▇░▒▓╎", 1, 0, Style(foreground: .indexed(214)))
    put("dim", 2, 0, .plain.adding(.dim))
    put("italic", 2, 4, .plain.adding(.italic))
    put("under it", 2, 11, .plain.adding(.underline))
    put("reverse", 3, 0, .plain.adding(.reverse))
    put("bright", 3, 10, Style(foreground: .indexed(9), background: .indexed(200)))
    return grid
  }

  @Test("the picture of a screen as a drawing")
  func svg() throws {
    let svg = ScreenReport.svg(screen(), title: "a <title>", look: look)
    #expect(Elements(svg)?.titles == ["a <title>"])
    try Snapshot.check(svg, named: "screen-svg")
  }

  @Test("the picture of a screen as a page")
  func html() throws {
    let html = ScreenReport.html(screen(), title: "a <title>", look: look)
    #expect(Elements(html)?.titles == ["a <title>"])
    try Snapshot.check(html, named: "screen-html")
  }

  @Test("the picture of a screen as text, with colours and without")
  func text() throws {
    try Snapshot.check(
      ScreenReport.text(screen())
        + ScreenReport.ansi(screen()).replacing("\u{1b}", with: "ESC"), named: "screen-ansi")
  }

  @Test("lines and blocks are drawn as shapes, never by a font")
  func shapes() throws {
    let svg = ScreenReport.svg(screen(), title: "", look: look)
    let texts = svg.matches(of: /<text[^>]*>([^<]*)<\/text>/).map { String($0.output.1) }
    let drawn = Set("─│╭╮╰╯█▏▎▍▌▋▊▉▁▂▃▄▅▆▇░▒▓╎")
    #expect(texts.allSatisfy { $0.allSatisfy { !drawn.contains($0) } }, "\(texts)")
    #expect(texts.contains("日") && texts.contains("a&amp;b") && texts.contains("e\u{301}"))
  }

  @Test("shapes of neighbouring cells meet")
  func seams() throws {
    var grid = CellGrid(Size(rows: 2, columns: 4))
    grid.put("──██", at: Point(row: 0, column: 0), style: .plain)
    grid.put("│▇", at: Point(row: 1, column: 0), style: .plain)
    let svg = ScreenReport.svg(grid, title: "", look: look)
    #expect(svg.contains(#"<rect x="0" y="9" width="18" height="1"/>"#))
    #expect(svg.contains(#"<rect x="18" y="0" width="18" height="20"/>"#))
    #expect(svg.contains(#"<rect x="4" y="20" width="1" height="20"/>"#))
    #expect(svg.contains(#"<rect x="9" y="22.5" width="9" height="17.5"/>"#))
  }

  @Test("wide graphemes take two cells, words as many as they have letters")
  func wide() throws {
    var grid = CellGrid(Size(rows: 1, columns: 8))
    grid.put("ab日 c", at: Point(row: 0, column: 0), style: .plain)
    let svg = ScreenReport.svg(grid, title: "", look: look)
    #expect(
      svg.contains(#"<text x="0" y="15" textLength="18" lengthAdjust="spacingAndGlyphs">ab<"#))
    #expect(
      svg.contains(#"<text x="18" y="15" textLength="18" lengthAdjust="spacingAndGlyphs">日<"#))
    #expect(svg.contains(#"<text x="45" y="15">c<"#))
    let html = ScreenReport.html(grid, title: "", look: look)
    #expect(html.contains(#"ab<span class="w">日</span> c"#))
  }

  @Test("a mark that joins a quote or an angle bracket does not hide it")
  func combining() {
    #expect(Markup.escaped("<\u{301}\"\u{301}&\u{301}") == "&lt;\u{301}&quot;\u{301}&amp;\u{301}")
  }

  @Test("dim and reverse are colours of the picture")
  func colours() {
    let dim = look.resolved(.plain.adding(.dim))
    #expect(dim.foreground == "#828282" && dim.background == "#000000")
    let reverse = look.resolved(.plain.adding(.reverse))
    #expect(reverse.foreground == "#000000" && reverse.background == "#c8c8c8")
    let unset = ScreenColors(foreground: .terminalDefault, background: .terminalDefault)
    #expect(unset.foreground == "#d7dae0" && unset.background == "#14171c")
  }

  @Test("the colours around a screen follow its theme")
  func themes() throws {
    #expect(ScreenColors(theme: try ReportSamples.theme("ink")).background == "#14171c")
    #expect(ScreenColors(theme: try ReportSamples.theme("paper")).background == "#fbf9f4")
    #expect(ScreenColors(theme: .plain).foreground == "#d7dae0")
  }
}
