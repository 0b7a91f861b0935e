import Testing
import Workbench

@Suite("The README")
struct ReadmeTests {
  @Test("the table of keys is the one of the command table")
  func keys() throws {
    let text = try SourceTree.text("README.md")
    let table = CommandTable.markdown
    #expect(text.contains(table + "\n<!-- /keys -->"), "the table should be:\n\(table)")
  }
}
