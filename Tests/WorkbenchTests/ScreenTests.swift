import Cells
import Testing
import TestSupport

@testable import Workbench

/// Pictures of the screen, kept as text beside this file.
@Suite("Screens")
struct ScreenTests {
  private func bench(
    rows: Int, columns: Int, depth: ColorDepth = .ansi256, charset: Charset = .unicode
  ) throws -> TestBench {
    try TestBench(
      "the cat sat on the mat\nthe dog sat", size: Size(rows: rows, columns: columns), depth: depth,
      charset: charset, theme: TestBench.theme("ink"))
  }

  @Test("the first screen in 80x24, 200x60 and 40x10", arguments: [(24, 80), (60, 200), (10, 40)])
  func first(rows: Int, columns: Int) throws {
    let bench = try bench(rows: rows, columns: columns)
    try Snapshot.check(Scene(bench.state).grid, named: "first-\(columns)x\(rows)")
  }

  @Test("without colour, brightness becomes attributes and shades; without Unicode, ASCII remains")
  func plain() throws {
    let bench = try bench(rows: 24, columns: 80, depth: .none, charset: .ascii)
    bench.press("i")
    bench.type(" \u{1b}é")
    bench.press("<Esc>", "<Space>")
    try Snapshot.check(Scene(bench.state).grid, named: "plain-80x24")
  }

  @Test("panes of layers and decoding, and a branch")
  func panes() throws {
    let bench = try bench(rows: 24, columns: 80)
    bench.press("<Space>", "h", "h", "h", "c", "j", "<Enter>", "4", "5")
    try Snapshot.check(Scene(bench.state).grid, named: "panes-80x24")
  }

  @Test(
    "the next byte, within a token, in 80x24, 200x60 and 40x10",
    arguments: [(24, 80), (60, 200), (10, 40)]
  )
  func bytes(rows: Int, columns: Int) throws {
    let bench = try bench(rows: rows, columns: columns)
    bench.press("6", "h", "h", "h", "j")
    try Snapshot.check(Scene(bench.state).grid, named: "bytes-\(columns)x\(rows)")
  }

  @Test("the next byte within a character, without colour and without Unicode")
  func plainBytes() throws {
    let bench = try TestBench(
      "the caf\u{e9} and", depth: .none, charset: .ascii, theme: TestBench.theme("ink"))
    bench.press("6", "h", "h", "h", "h", "h")
    try Snapshot.check(Scene(bench.state).grid, named: "bytes-plain-80x24")
  }

  @Test("help, palette and a line that is asked for stand above everything")
  func overlays() throws {
    let bench = try bench(rows: 24, columns: 80, depth: .none)
    bench.press("?")
    #expect(bench.screen.contains("Write at the cursor"))
    bench.press("<Esc>", ":")
    bench.type("lens")
    #expect(bench.screen.contains("Lens: Surprisal"))
    bench.press("<Esc>", "/")
    bench.type("cat")
    #expect(bench.screen.contains("search: cat"))
    bench.press("<Enter>")
    #expect(bench.screen.contains("match 1 of 1"))
  }

  @Test(
    "every theme draws every pane in every number of colours", arguments: ["ink", "paper", "mono"])
  func themes(name: String) throws {
    for depth in ColorDepth.allCases {
      let bench = try TestBench(depth: depth, theme: TestBench.theme(name))
      for key in ["2", "3", "4", "5", "6", "z", "z", "<Space>", "v", "v", "v"] {
        bench.press(key)
        #expect(bench.screen.contains("tiny"))
      }
    }
  }
}
