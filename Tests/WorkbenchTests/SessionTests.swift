import Cells
import Foundation
import Inference
import Testing

@testable import Workbench

@Suite("Sessions")
struct SessionTests {
  private func file(_ bench: TestBench, text: String) throws -> [UInt8] {
    var bytes = try SessionFile.line(SessionFile.Header(model: "tiny"))
    bytes += try SessionFile.line(SessionEntry(.text(Array(text.utf8))))
    for entry in bench.entries { bytes += try SessionFile.line(entry) }
    return bytes
  }

  /// A bench that has gone on with a session.
  private func resumed(_ bytes: [UInt8]) throws -> TestBench {
    let session = try SessionFile(bytes, file: "s.jsonl")
    let bench = try TestBench("")
    bench.perform(bench.state.replay(session.entries))
    return bench
  }

  @Test("a session brings back text, cursor, branches, settings and undo")
  func resume() throws {
    let bench = try TestBench("the cat")
    bench.press("i")
    bench.type(" sat\n")
    bench.send(.input(.paste([0x68, 0x69, 0xFF, 0x0A])))
    bench.press("<Esc>", "<Space>", "T", "T", "4", "v")
    bench.press("h", "h", "h", "c", "j", "<Enter>", "<Space>", "S", "{")
    let again = try resumed(file(bench, text: "the cat"))
    #expect(again.state.document == bench.state.document)
    #expect(again.state.cursor == bench.state.cursor)
    #expect(again.state.branches.current == bench.state.branches.current)
    #expect(again.state.branches.all.count == bench.state.branches.all.count)
    #expect(again.state.decode.sampler == bench.state.decode.sampler)
    #expect(again.state.lens == bench.state.lens)
    #expect(again.state.side == bench.state.side)
    bench.press("u", "u")
    again.press("u", "u")
    #expect(again.state.document == bench.state.document)
  }

  @Test("a session that was cut off anywhere is brought back up to there")
  func cutOff() throws {
    let bench = try TestBench("the cat")
    bench.press("i")
    bench.type(" sat on")
    bench.press("<Esc>", "<Space>")
    let bytes = try file(bench, text: "the cat")
    let header = try #require(bytes.firstIndex(of: 0x0A))
    for end in stride(from: header + 1, to: bytes.count, by: 7) {
      let session = try SessionFile(Array(bytes[..<end]), file: "s.jsonl")
      #expect(session.isCutOff == (bytes[end - 1] != 0x0A))
    }
  }

  @Test("a broken line is refused with its number")
  func broken() throws {
    let bytes = try SessionFile.line(SessionFile.Header(model: "tiny")) + Array("nonsense\n".utf8)
    #expect(
      throws: SessionFault(file: "s", line: 2, what: "is not an entry of a session")
    ) { _ = try SessionFile(bytes, file: "s") }
    #expect(throws: SessionFault.self) { _ = try SessionFile(Array("{}\n".utf8), file: "s") }
    #expect(throws: SessionFault.self) { _ = try SessionFile([], file: "s") }
  }

  @Test("every entry is read as it was written")
  func entries() throws {
    let events: [SessionEntry.Event] = [
      .command("token.next", nil), .command("insert.text", "é\n\""),
      .edit(start: 3, removed: 1, inserted: [0xFF, 0x00]), .decoded([1, 2, 3]),
      .size(Size(rows: 24, columns: 80)), .text(Array("text".utf8)), .text([0xC3]),
      .edit(start: 0, removed: 0, inserted: Array("plain".utf8)),
    ]
    for event in events {
      let line = try SessionFile.line(SessionEntry(event))
      let back = try JSONDecoder().decode(SessionEntry.self, from: Data(line))
      #expect(back.event == event)
    }
  }
}
