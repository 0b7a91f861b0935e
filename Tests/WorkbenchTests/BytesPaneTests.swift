import Cells
import Inference
import Lenses
import Testing
import Tokenization

@testable import Workbench

@Suite("The Bytes pane")
struct BytesPaneTests {
  @Test("arrows move by a byte, also within a token and within a character")
  func moving() throws {
    let bench = try TestBench("the caf\u{e9}")
    bench.press("6")
    #expect(bench.state.focus == .bytes)
    let count = bench.state.document.bytes.count
    #expect(bench.state.bytePlace == count)
    for step in 1...count {
      bench.press("<Left>")
      #expect(bench.state.bytePlace == count - step)
      // The cursor's token is the one that the last given byte belongs to.
      let token = bench.state.document.tokens[bench.state.cursor]
      #expect(token.start < max(1, bench.state.bytePlace) && bench.state.bytePlace <= token.end)
      #expect(bench.state.bytes.current?.offset == bench.state.bytePlace)
    }
    bench.press("h")
    #expect(bench.state.bytePlace == 0)
    bench.press("l", "l")
    #expect(bench.state.bytePlace == 2)
    // Another token takes its end.
    bench.press("1", "g")
    #expect(bench.state.bytePlace == bench.state.document.tokens[0].end)
  }

  @Test("the pane that has the focus stays when the screen becomes smaller")
  func resizing() throws {
    let bench = try TestBench("the cat", size: Size(rows: 60, columns: 200))
    bench.press("6")
    #expect(bench.state.focus == .bytes && bench.state.visible.contains(.bytes))
    bench.send(.input(.resize(Size(rows: 24, columns: 80))))
    #expect(bench.state.focus == .bytes && bench.state.visible.contains(.bytes))
    bench.press("h")
    #expect(bench.state.bytePlace == bench.state.document.bytes.count - 1)
    let again = try TestBench("the cat")
    _ = again.state.replay(bench.entries)
    #expect(again.state.focus == .bytes && again.state.visible.contains(.bytes))
  }

  @Test("nothing is read while the pane is not shown, and it follows the caret while text is typed")
  func following() throws {
    let bench = try TestBench("the cat")
    #expect(bench.state.bytes.wanted == nil)
    bench.press("6", "A")
    bench.type(" s")
    #expect(bench.state.bytePlace == bench.state.caret)
    #expect(bench.state.bytes.current?.offset == bench.state.document.bytes.count)
    bench.press("<Left>")
    #expect(bench.state.bytes.current?.offset == bench.state.caret)
    let place = bench.state.caret
    bench.press("<Esc>")
    #expect(bench.state.bytePlace == place)
    bench.press("2", "3", "4", "5")
    #expect(bench.state.bytes.wanted == nil)
    #expect(bench.outside.contains { if case .cancel(.bytes) = $0 { true } else { false } })
  }

  @Test("an answer to an older question is dropped")
  func late() throws {
    let bench = try TestBench("the cat")
    bench.worksAtOnce = false
    bench.press("6", "h")
    let inputs = try #require(bench.state.bytes.wanted)
    bench.press("h")
    let reading = ByteReading(
      offset: inputs.offset, rows: [], entropy: 0, bias: 0, invalidMass: 0, covers: [])
    bench.send(.bytes(inputs, reading, finished: true))
    #expect(bench.state.bytes.current == nil)
    #expect(bench.screen.contains("reading bytes…"))
    bench.work()
    #expect(bench.state.bytes.current?.offset == bench.state.bytePlace)
  }

  @Test("an outcome is taken as a whole character; within the text that makes a branch")
  func taking() throws {
    let bench = try TestBench("the cat")
    bench.press("6")
    let byte = try chooseLetter(bench)
    bench.press("<Enter>")
    #expect(bench.state.document.bytes == Array("the cat".utf8) + [byte])
    #expect(bench.state.bytePlace == bench.state.document.bytes.count)
    #expect(bench.state.branches.all.count == 1)

    bench.press("h", "h", "h")
    #expect(bench.state.bytePlace == 5)
    let other = try chooseLetter(bench)
    bench.press("<Enter>")
    #expect(bench.state.document.bytes == Array("the c".utf8) + [other])
    #expect(bench.state.branches.all.count == 2)
    let tokens = bench.model.tokenizer.encode(bench.state.document.bytes)
    #expect(bench.state.document.tokens == tokens)

    let again = try TestBench("the cat")
    again.perform(again.state.replay(bench.entries))
    #expect(again.text == bench.text)
  }

  /// Goes to the likeliest outcome that is a printable ASCII character.
  private func chooseLetter(_ bench: TestBench) throws -> UInt8 {
    for row in try #require(bench.state.bytes.current?.rows) {
      if case .byte(let byte) = row.outcome, 0x21...0x7E ~= byte { return byte }
      bench.press("j")
    }
    throw Missing.letter
  }

  private enum Missing: Error {
    case letter
  }

  @Test("bytes are taken within a character only when they make it whole")
  func characters() throws {
    let bench = try TestBench("the caf\u{e9}")
    bench.press("6", "h")
    let place = bench.state.bytePlace
    #expect(bench.state.document.bytes[..<place].last == 0xC3)
    // What goes on with no character breaks the one that has begun off, and is taken as it is.
    let letter = try chooseLetter(bench)
    bench.press("<Enter>")
    #expect(bench.state.document.bytes == Array("the caf".utf8) + [0xC3, letter])
    _ = bench.state.perform("bytes.take", "7 C3 A8")
    #expect(bench.text == "the caf\u{e8}")
    for wrong in ["", "7", "x C3", "7 zz", "99 41", "-1 41"] {
      _ = bench.state.perform("bytes.take", wrong)
      #expect(bench.text == "the caf\u{e8}")
      #expect(bench.state.notice?.isError == true)
    }
  }

  @Test("the mark in the text stands on the byte to come")
  func mark() throws {
    let bench = try TestBench("the cat", theme: TestBench.theme("ink"))
    bench.press("6", "h")
    let grid = Scene(bench.state).grid
    let marked = Canvas(size: bench.state.size, look: bench.state.look).style(.selection)
    let cells = (0..<grid.size.columns).filter { grid[2, $0].style == marked }
    #expect(cells.count == 1)
    #expect(cells.first.map { grid[2, $0].text } == "t")
  }

  @Test("a click chooses an outcome, a second one takes it")
  func mouse() throws {
    let bench = try TestBench("the cat")
    bench.press("6")
    let area = try #require(bench.state.area(of: .bytes))
    let list = BytesLayout(area.inset(by: 1)).outcomes
    let point = Point(row: list.row + 1, column: list.column + 3)
    bench.send(.input(.mouse(Mouse(point: point, kind: .press))))
    #expect(bench.state.bytes.choice == 1 && bench.text == "the cat")
    bench.send(.input(.mouse(Mouse(point: point, kind: .press))))
    #expect(bench.text.hasPrefix("the cat") && bench.text != "the cat")
  }

  @Test("parts of any inside stay inside, apart from one another, and leave outcomes to see")
  func layout() {
    for rows in 0...60 {
      for columns in [1, 10, 27, 33, 38, 54, 75, 76, 120, 198] {
        let inside = Rect(row: 3, column: 5, rows: rows, columns: columns)
        let layout = BytesLayout(inside)
        let parts = [
          layout.header, layout.outcomes, layout.covers, layout.completions, layout.foot,
        ].filter { !$0.isEmpty }
        for (index, part) in parts.enumerated() {
          #expect(part.intersection(inside) == part)
          for other in parts[..<index] { #expect(part.intersection(other).isEmpty) }
        }
        if rows >= 4 { #expect(layout.outcomes.rows >= 2 || columns < 2) }
        let widths = BytesLayout.Columns(layout.outcomes.columns)
        let used = 2 + widths.name + 1 + widths.bar + widths.exact + widths.naive
        if columns >= 27 { #expect(used <= layout.outcomes.columns && widths.name >= 10) }
      }
    }
  }

  @Test("the tree of covers has each cover's share and, below it, those of its tokens")
  func covers() throws {
    let bench = try TestBench("the cat")
    bench.press("6", "h")
    let reading = try #require(bench.state.bytes.current)
    let vocabulary = bench.model.tokenizer.vocabulary
    for row in reading.rows.prefix(20) {
      let lines = BytesPane.coverLines(
        of: row, reading, vocabulary: vocabulary, charset: .unicode)
      let covers = lines.filter(\.isCover).reduce(0) { $0 + $1.share }
      let tokens = lines.filter { !$0.isCover }.reduce(0) { $0 + $1.share }
      let others = lines.last { $0.text == "and others" }?.share ?? 0
      #expect(abs(covers + others - tokens) < 1e-9 && tokens <= 1 + 1e-9)
      if !lines.isEmpty { #expect(tokens > 0.999) }
      #expect(lines.first?.isCover != false)
    }
  }
}
