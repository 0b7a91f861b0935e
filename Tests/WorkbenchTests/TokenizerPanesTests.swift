import Cells
import TestSupport
import Testing
import Tokenization

@testable import Workbench

@Suite("Tokenizers side by side")
struct TokenizerPanesTests {
  private func bench(
    _ text: String = "the cat sat on the mat\nthe dog sat", rows: Int = 24, columns: Int = 80,
    depth: ColorDepth = .ansi256, charset: Charset = .unicode
  ) throws -> TestBench {
    try TestBench(
      text, size: Size(rows: rows, columns: columns), depth: depth, charset: charset,
      theme: TestBench.theme("ink"))
  }

  @Test("key 7 compares, and asks for another tokenizer until there is one")
  func opens() throws {
    let bench = try bench()
    bench.press("7")
    #expect(bench.state.focus == .compare)
    #expect(bench.screen.contains("a lays another tokenizer"))
    bench.press("a")
    bench.type("words")
    bench.press("<Enter>")
    #expect(bench.state.compare.comparison?.sides.map(\.name) == ["tiny", "words"])
    #expect(bench.screen.contains("2 words"))
    bench.press("a")
    bench.type("nothing")
    bench.press("<Enter>")
    #expect(bench.screen.contains("no tokenizer named nothing"))
    #expect(bench.state.compare.entries.count == 1)
    bench.press("x")
    #expect(bench.state.compare.comparison?.sides.count == 1)
    bench.press("x")
    #expect(bench.screen.contains("only the model's own"))
  }

  @Test("typing moves the boundaries of every tokenizer, as if each had cut the text anew")
  func typing() throws {
    let bench = try bench()
    bench.press("7", "a")
    bench.type("words")
    bench.press("<Enter>", "1", "i")
    for letter in [" the", " ca", "t", "\n", "é"] {
      bench.type(letter)
      let comparison = try #require(bench.state.compare.comparison)
      #expect(comparison.text == bench.state.document.bytes)
      for side in comparison.sides {
        #expect(side.tokens == side.tokenizer.encode(comparison.text, parsesSpecials: false))
      }
    }
    bench.press("<Esc>", "u", "u")
    #expect(bench.state.compare.comparison?.text == bench.state.document.bytes)
  }

  @Test("a tokenizer that was added, and its place, come back with the session")
  func replay() throws {
    let bench = try bench()
    bench.press("7", "a")
    bench.type("words")
    bench.press("<Enter>", "a")
    bench.type("bytes")
    bench.press("<Enter>", "p", "8", "o", "/")
    bench.type("at")
    bench.press("<Enter>", "j", "j", "7")
    let again = try self.bench()
    again.perform(again.state.replay(bench.entries))
    #expect(again.state.compare.comparison?.sides.map(\.name) == ["tiny", "words", "bytes"])
    #expect(again.state.compare.perturbation == .typos)
    #expect(again.state.browser.query?.text == "at")
    #expect(again.state.browser.chosen == bench.state.browser.chosen)
    #expect(again.screen == bench.screen)
  }

  @Test("tokenizers that open out of order stand in the order in which they were added")
  func order() throws {
    let bench = try bench()
    bench.worksAtOnce = false
    bench.press("7", "a")
    bench.type("words")
    bench.press("<Enter>", "a")
    bench.type("bytes")
    bench.press("<Enter>")
    bench.send(.tokenizerOpened("bytes", name: "bytes", try SmallTokenizer.named("bytes")))
    #expect(bench.state.compare.comparison?.sides.map(\.name) == ["tiny", "bytes"])
    bench.send(.tokenizerOpened("words", name: "words", try SmallTokenizer.named("words")))
    #expect(bench.state.compare.comparison?.sides.map(\.name) == ["tiny", "words", "bytes"])
  }

  @Test("perturbations take turns, and show which share of the boundaries stays")
  func perturbations() throws {
    let bench = try bench()
    bench.press("7", "a")
    bench.type("words")
    bench.press("<Enter>")
    for kind in Perturbation.allCases {
      bench.press("p")
      #expect(bench.screen.contains("under \(kind.title)"))
      #expect(bench.state.compare.stability?.count == 2)
      #expect(bench.screen.contains("stays"))
    }
    bench.press("p")
    #expect(bench.screen.contains("agree"))
  }

  @Test(
    "key 8 explains the token at the cursor, and turns to the entries and to what they are like")
  func explains() throws {
    let bench = try bench()
    bench.press("8")
    #expect(bench.screen.contains("Tokenizer · token"))
    bench.press("1", "g", "8")
    #expect(bench.screen.contains("the  id"))
    #expect(bench.screen.contains("with the text"))
    bench.press("o")
    #expect(bench.screen.contains("300 entries"))
    bench.press("/")
    bench.type("and")
    bench.press("<Enter>")
    #expect(bench.screen.contains("2 with and"))
    bench.press("j", "<Enter>")
    #expect(bench.screen.contains("␣and  id"))
    bench.press("<Enter>", "o", "o")
    #expect(bench.screen.contains("alphabetic"))
    bench.press("o", "o", "/")
    bench.type("0xZ")
    bench.press("<Enter>")
    #expect(bench.screen.contains("pairs of hexadecimal digits"))
  }

  @Test("a click in the compared text goes to the token there")
  func click() throws {
    let bench = try bench(rows: 60, columns: 200)
    bench.press("7", "a")
    bench.type("words")
    bench.press("<Enter>", "1", "G", "7")
    let area = try #require(bench.state.area(of: .compare))
    let grid = Scene(bench.state).grid
    let rows = (area.row..<area.endRow).map { row in
      (0..<area.columns).map { grid[row, area.column + $0].text }
    }
    // The first line of the text as the small model has it: "sat" in two tokens.
    let row = try #require(rows.firstIndex { $0.joined().contains("╎s╎at") })
    let column = try #require(rows[row].firstIndex(of: "s"))
    bench.send(
      .input(
        .mouse(
          Mouse(
            point: Point(row: area.row + row, column: area.column + column), kind: .press))))
    let token = bench.state.document.tokens[bench.state.cursor]
    #expect(token.start == 8 && token.end == 9)
  }

  @Test("pictures of both panes", arguments: [(24, 80), (60, 200)])
  func pictures(rows: Int, columns: Int) throws {
    let bench = try bench(
      "the cat sat, on the mat: Mün\u{301}\nthe dog sat", rows: rows, columns: columns)
    bench.press("7", "a")
    bench.type("words")
    bench.press("<Enter>", "8", "1", "g", "l", "l", "7")
    try Snapshot.check(Scene(bench.state).grid, named: "compare-\(columns)x\(rows)")
    bench.press("8")
    try Snapshot.check(Scene(bench.state).grid, named: "tokenizer-\(columns)x\(rows)")
    bench.press("o", "z")
    try Snapshot.check(Scene(bench.state).grid, named: "entries-\(columns)x\(rows)")
    bench.press("o")
    try Snapshot.check(Scene(bench.state).grid, named: "quality-\(columns)x\(rows)")
  }

  @Test("without colour and Unicode, boundaries and their differences are still told apart")
  func plain() throws {
    let bench = try bench("the cat: x\u{1b}é", depth: .none, charset: .ascii)
    bench.press("7", "a")
    bench.type("words")
    bench.press("<Enter>", "z")
    try Snapshot.check(Scene(bench.state).grid, named: "compare-plain-80x24")
  }
}
