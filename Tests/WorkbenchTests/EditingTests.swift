import Cells
import Inference
import Testing
import Tokenization

@testable import Workbench

@Suite("Editing")
struct EditingTests {
  /// The tokens are those that the tokenizer makes of the text, and are evaluated.
  private func expectSettled(_ bench: TestBench, _ location: SourceLocation = #_sourceLocation) {
    let state = bench.state
    #expect(
      state.document.tokens == bench.model.tokenizer.encode(state.document.bytes),
      sourceLocation: location)
    #expect(state.records.map(\.id) == state.document.ids, sourceLocation: location)
  }

  @Test("what is typed is text, and Esc ends it")
  func typing() throws {
    let bench = try TestBench("abc")
    bench.press("i")
    #expect(bench.state.mode == .insert)
    bench.type(" quit :q?")
    #expect(bench.text == "abc quit :q?")
    expectSettled(bench)
    bench.press("<Esc>")
    #expect(bench.state.mode == .normal)
    #expect(
      !bench.outside.contains { effect in
        if case .quit = effect { true } else { false }
      })
  }

  @Test("deleting takes whole characters")
  func characters() throws {
    let bench = try TestBench("")
    bench.press("i")
    bench.type("ae\u{301}👩‍👩‍👧ü")
    bench.press("<Backspace>")
    #expect(bench.text == "ae\u{301}👩‍👩‍👧")
    bench.press("<Backspace>")
    #expect(bench.text == "ae\u{301}")
    bench.press("<Left>", "<Delete>")
    #expect(bench.text == "a")
    bench.press("<Backspace>", "<Backspace>")
    #expect(bench.text.isEmpty)
    expectSettled(bench)
  }

  @Test("undo goes back word by word, redo forth again")
  func undo() throws {
    let bench = try TestBench("")
    bench.press("i")
    bench.type("one two")
    bench.press("<Esc>", "u")
    #expect(bench.text == "one ")
    bench.press("u")
    #expect(bench.text.isEmpty)
    bench.press("u", "U", "U", "U")
    #expect(bench.text == "one two")
    expectSettled(bench)
  }

  @Test("an edit keeps what was evaluated before it, and asks for the rest only")
  func keeps() throws {
    let bench = try TestBench("one two three four")
    let before = bench.state.records
    bench.worksAtOnce = false
    bench.press("i")
    bench.type("!")
    #expect(bench.state.records.count >= before.count - 1)
    #expect(bench.state.records.first === before.first)
    bench.work()
    #expect(bench.state.records.first === before.first)
    expectSettled(bench)
  }

  @Test("a paste is text, whatever it holds, with line ends made one kind")
  func paste() throws {
    let bench = try TestBench("")
    let bytes: [UInt8] = Array("a\r\nb\rc\u{1b}[31m".utf8) + [0xFF, 0x00]
    bench.send(.input(.paste(bytes)))
    #expect(bench.state.document.bytes == Array("a\nb\nc\u{1b}[31m".utf8) + [0xFF, 0x00])
    let shown = bench.screen.unicodeScalars
    #expect(shown.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
  }

  @Test("more than a text can hold is refused, and nothing is lost")
  func tooLong() throws {
    let bench = try TestBench("kept")
    bench.send(.input(.paste([UInt8](repeating: 0x61, count: Document.longest + 1))))
    #expect(bench.text == "kept")
    #expect(bench.state.notice?.isError == true)
  }

  @Test("a text longer than the context is evaluated as far as that goes, and says so")
  func beyondContext() throws {
    let bench = try TestBench("a b c d e f g h i j k l", context: 8)
    #expect(bench.state.records.count == 8)
    #expect(bench.state.notice?.isError == true)
    bench.press("<Space>")
    #expect(!bench.state.decode.isRunning)
  }

  @Test("typing before the model is open is kept")
  func early() throws {
    let bench = try TestBench("ab", opensModel: false)
    bench.press("i")
    bench.type("c")
    bench.send(.modelOpened(bench.facts))
    #expect(bench.text.contains("c"))
    #expect(bench.text.count == 3)
    expectSettled(bench)
  }

  @Test("a click in the text starts writing where it was")
  func click() throws {
    let bench = try TestBench("one two three")
    bench.send(.input(.mouse(Mouse(point: Point(row: 2, column: 5), kind: .press))))
    #expect(bench.state.mode == .insert)
    bench.type("X")
    #expect(bench.text == "one Xtwo three" || bench.text == "oneX two three")
  }

  @Test("a text becomes a question by the model's chat template; what steers in it is told")
  func chat() throws {
    let bench = try TestBench("Hello")
    bench.press(":")
    bench.type("question to a chat")
    bench.press("<Enter>")
    #expect(bench.text == "<|im_start|>user\nHello<|im_end|>\n")
    expectSettled(bench)
    #expect(!bench.screen.contains("steers the model"))
    bench.press(":")
    bench.type("question to a chat")
    bench.press("<Enter>")
    #expect(bench.screen.contains("<|im_start|>, which steers the model"))
  }

  @Test("what the model expects before a text is put there, seen, undone, and not put there twice")
  func opening() throws {
    let bench = try TestBench("the cat", beginsTexts: true)
    let cursor = bench.state.cursor
    bench.send(.command("edit.open", nil))
    #expect(bench.text == "<|im_start|>the cat")
    #expect(bench.state.document.ids.first == 298)
    #expect(bench.state.cursor == cursor + 1)
    #expect(bench.state.records.map(\.id) == bench.state.document.ids)
    bench.send(.command("edit.open", nil))
    #expect(bench.text == "<|im_start|>the cat")
    bench.press("u")
    #expect(bench.text == "the cat")

    // While somebody types, the caret stays with the text.
    let typing = try TestBench("the cat", beginsTexts: true)
    typing.press("A")
    typing.type("s")
    typing.send(.command("edit.open", nil))
    typing.type("!")
    #expect(typing.text == "<|im_start|>the cats!")
    let again = try TestBench("the cat", beginsTexts: true)
    _ = again.state.replay(typing.entries)
    #expect(again.text == typing.text)
    #expect(again.state.cursor == typing.state.cursor)
  }
}
