import Cells
import Testing

@testable import Workbench

@Suite("Key files")
struct KeymapTests {
  @Test("a key file adds keys, takes keys away, and warns of what means nothing")
  func file() throws {
    let file = try KeyFile(
      """
      [general]
      "<C-n>" = "token.next"
      h = ""
      b = "no.such.command"
      [next]
      n = "next.down"
      [nowhere]
      a = "token.next"
      """, file: "keys.toml")
    let (keymap, warnings) = Keymap.reading(file)
    #expect(warnings.count == 2)
    let bench = try TestBench()
    bench.state.keymap = keymap
    bench.press("g", "<C-n>")
    #expect(bench.state.cursor == 1)
    bench.press("h")
    #expect(bench.state.cursor == 1)
    bench.press("2", "n")
    #expect(bench.state.candidate == 1)
    bench.press("?")
    bench.press("<PageDown>")
    #expect(keymap.names(of: try #require(CommandTable.command("token.next"))).contains("<C-n>"))
  }

  @Test(
    "a broken key file is refused in one line",
    arguments: ["[general", "general = 3", "[general]\n\"<Q-x>\" = \"quit\"", "[general]\nx = 7"])
  func broken(toml: String) {
    let fault = #expect(throws: KeyFileFault.self) { _ = try KeyFile(toml, file: "keys.toml") }
    #expect(fault?.description.contains("keys.toml") == true)
    #expect(fault?.description.contains("\n") == false)
  }
}
