import Cells
import Testing

@testable import Workbench

@Suite("The command table")
struct CommandTableTests {
  @Test("every command has a name of its own")
  func names() {
    let ids = CommandTable.all.map(\.id)
    #expect(Set(ids).count == ids.count)
  }

  @Test("every key can be parsed and is written as it prints")
  func keys() {
    for command in CommandTable.all {
      for key in command.keys {
        #expect(Key(parsing: key)?.description == key, "\(command.id): \(key)")
      }
    }
  }

  @Test("no key means two things in one place")
  func clashes() {
    for scope in Set(CommandTable.all.map(\.scope)) {
      let keys = CommandTable.all.filter { $0.scope == scope }.flatMap(\.keys)
      #expect(Set(keys).count == keys.count, "\(scope)")
    }
  }

  @Test("every title fits into 50 columns")
  func titles() {
    for command in CommandTable.all {
      #expect(GraphemeWidth.columns(of: command.title) <= 50, "\(command.id)")
      #expect(!command.title.isEmpty)
    }
  }

  @Test("letters in order find a command, and word starts count most")
  func fuzzy() {
    #expect(FuzzyMatch.commands("undo").first?.id == "edit.undo")
    #expect(FuzzyMatch.commands("temp").first?.id.hasPrefix("sampler.") == true)
    #expect(FuzzyMatch.commands("zoo").first?.id == "view.zoom")
    #expect(FuzzyMatch.commands("qqqqqq").isEmpty)
    #expect(FuzzyMatch.score("nt", "next token") ?? 0 > FuzzyMatch.score("nt", "end it") ?? 0)
  }

  @Test("without letters the palette lists everything that can be listed")
  func everything() {
    let listed = FuzzyMatch.commands("").map(\.id)
    #expect(listed.contains("decode.toggle"))
    #expect(!listed.contains("insert.backspace"))
    #expect(listed.count == Set(listed).count)
  }
}
