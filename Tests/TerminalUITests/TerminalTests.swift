import Cells
import Foundation
import Testing

@testable import TerminalUI

@Suite("A terminal", .serialized)
struct TerminalTests {
  private static let size = Size(rows: 10, columns: 40)

  /// What is written to a terminal of a kind while it is open and afterwards.
  private func session(
    _ term: String = "xterm-256color", colors: ColorDepth? = nil, locale: String = "C.UTF-8",
    _ body: (inout Terminal, PtyMeter) throws -> Void
  ) throws -> (opening: [UInt8], closing: [UInt8]) {
    let meter = try PtyMeter(size: Self.size)
    let opening: [UInt8]
    do {
      var terminal = try Terminal(
        options: TerminalOptions(
          colors: colors, input: meter.descriptor, output: meter.descriptor, term: term,
          locale: locale, environment: [:]))
      #expect(terminal.size == Self.size)
      opening = meter.takeOutput()
      try body(&terminal, meter)
      _ = meter.takeOutput()
    }
    return (opening, meter.takeOutput())
  }

  private func grid(_ text: String, style: Style = .plain) -> CellGrid {
    var grid = CellGrid(Self.size)
    for (row, line) in text.split(separator: "\n").enumerated() {
      grid.put(String(line), at: Point(row: row, column: 0), style: style)
    }
    return grid
  }

  @Test("it takes the alternate screen, and gives everything back")
  func opens() throws {
    let (opening, closing) = try session { _, _ in }
    let first = String(decoding: opening, as: UTF8.self)
    let last = String(decoding: closing, as: UTF8.self)
    for mode in ["?1049", "?2004", "?1006"] {
      #expect(first.contains("\u{1b}[\(mode)h"), "\(mode)")
      #expect(last.contains("\u{1b}[\(mode)l"), "\(mode)")
    }
  }

  @Test("only what changed is written; nothing, if nothing did")
  func changes() throws {
    _ = try session { terminal, meter in
      terminal.present(grid("hello\nworld"))
      let first = String(decoding: meter.takeOutput(), as: UTF8.self)
      #expect(first.contains("hello") && first.contains("world"))
      terminal.present(grid("hello\nworld"))
      #expect(meter.takeOutput().isEmpty)
      terminal.present(grid("hello\nworLd"))
      let change = meter.takeOutput()
      #expect(change.contains(UInt8(ascii: "L")) && change.count < 40)
    }
  }

  @Test(
    "cell text never becomes a control sequence", arguments: ["vt100", "xterm-256color", "xterm"])
  func safe(term: String) throws {
    _ = try session(term) { terminal, meter in
      _ = meter.takeOutput()
      terminal.present(grid("a\u{1b}[2Jb\u{7}c\u{202e}d\u{9b}31m"))
      let text = String(decoding: meter.takeOutput(), as: UTF8.self)
      #expect(!text.contains("\u{7}") && !text.contains("\u{9b}") && !text.contains("\u{202e}"))
      #expect(text.contains("␛"))
    }
  }

  @Test("colours are those that the terminal has")
  func colors() throws {
    let style = Style(foreground: .rgb(255, 80, 0), background: .rgb(0, 0, 120))
    for (depth, mark) in [(ColorDepth.none, nil), (.ansi256, "38;5;"), (.ansi16, "[")] {
      _ = try session(colors: depth) { terminal, meter in
        terminal.present(grid("colour", style: style))
        let text = String(decoding: meter.takeOutput(), as: UTF8.self)
        if let mark {
          #expect(text.contains(mark))
        } else {
          #expect(text.firstMatch(of: /\u{1b}\[[0-9;]*[34][0-9]/) == nil)
        }
      }
    }
  }

  @Test("what is typed comes as events, and another thread can wake it")
  func events() throws {
    _ = try session { terminal, meter in
      meter.type(Array("aé\u{1b}[A".utf8))
      var keys: [InputEvent] = []
      while keys.count < 3 { keys += terminal.events(timeoutMilliseconds: 5000) }
      #expect(keys == [.key(.character("a")), .key(.character("é")), .key(.named(.up))])
      let pipe = try WakePipe()
      pipe.poke()
      pipe.poke()
      #expect(
        terminal.events(wakeDescriptor: pipe.descriptor, timeoutMilliseconds: 5000) == [.wake])
      #expect(terminal.events(wakeDescriptor: pipe.descriptor, timeoutMilliseconds: 0).isEmpty)
    }
  }

  @Test("a terminal that is none is refused with what would mend it")
  func refusals() throws {
    let null = open("/dev/null", O_RDWR)
    defer { close(null) }
    #expect(throws: TerminalFault.self) {
      _ = try Terminal(options: TerminalOptions(input: null, output: null, term: "xterm"))
    }
    let meter = try PtyMeter(size: Self.size)
    for term in ["", "no-such-terminal", "dumb"] {
      let fault = #expect(throws: TerminalFault.self) {
        _ = try Terminal(
          options: TerminalOptions(input: meter.descriptor, output: meter.descriptor, term: term))
      }
      #expect(fault?.description.contains("TERM") == true)
    }
  }
}
