import Cells
import Testing

@testable import TerminalUI

@Suite("Keys, mouse and pastes from bytes")
struct InputDecoderTests {
  /// The events of some bytes that come in chunks of a length.
  private func events(_ bytes: [UInt8], chunk: Int = .max) -> [InputEvent] {
    var decoder = InputDecoder()
    var events: [InputEvent] = []
    var start = 0
    while start < bytes.count {
      let end = chunk < bytes.count - start ? start + chunk : bytes.count
      events += bytes[start..<end].withUnsafeBytes { decoder.feed($0, at: 0) }
      start = end
    }
    return events + decoder.expire()
  }

  @Test(
    "keys are named as they were pressed",
    arguments: [
      ("a", [Key.character("a")]), ("é", [.character("é")]), (" ", [.named(.space)]),
      ("\r", [.named(.enter)]), ("\t", [.named(.tab)]), ("\u{7f}", [.named(.backspace)]),
      ("\u{1b}", [.named(.escape)]), ("\u{1b}[A", [.named(.up)]), ("\u{1b}OA", [.named(.up)]),
      ("\u{1b}[1;5C", [Key(.named(.right), control: true)]),
      ("\u{1b}[1;2D", [Key(.named(.left), shift: true)]), ("\u{1b}[Z", [.named(.backTab)]),
      ("\u{1b}[5~", [.named(.pageUp)]), ("\u{1b}[3~", [.named(.delete)]),
      ("\u{1b}OP", [Key(.function(1))]), ("\u{1b}[15~", [Key(.function(5))]),
      ("\u{1}", [Key(.character("a"), control: true)]),
      ("\u{1b}x", [Key(.character("x"), alt: true)]),
    ])
  func keys(text: String, keys: [Key]) {
    #expect(events(Array(text.utf8)) == keys.map { .key($0) })
  }

  @Test("however the bytes are cut, the events are the same")
  func chunks() {
    let text =
      "aé今👩\u{1b}[A\u{1b}[1;5C\u{1b}[<0;10;3M\u{1b}[<0;10;3m\u{1b}[200~p\u{1b}[31m\u{1b}[201~z\u{1b}[5~q"
    let whole = events(Array(text.utf8))
    #expect(whole.count > 10)
    for chunk in 1...40 { #expect(events(Array(text.utf8), chunk: chunk) == whole) }
  }

  @Test("a paste is its bytes, also those that look like keys")
  func paste() {
    let content = Array("a\r\n\u{1b}[A\u{1b}[201\u{1b}[20\u{0}é".utf8) + [0xFF]
    let bytes = Array("\u{1b}[200~".utf8) + content + Array("\u{1b}[201~".utf8)
    #expect(events(bytes) == [.paste(content)])
    let long = [UInt8](repeating: 0x78, count: 5 << 20)
    let all = events(Array("\u{1b}[200~".utf8) + long + Array("\u{1b}[201~q".utf8), chunk: 65_536)
    #expect(all == [.paste(long), .key(.character("q"))])
  }

  @Test("the mouse is where it was, and what it did")
  func mouse() {
    let place = Point(row: 2, column: 9)
    func mouse(_ text: String) -> [InputEvent] { events(Array(text.utf8)) }
    #expect(mouse("\u{1b}[<0;10;3M") == [.mouse(Mouse(point: place, kind: .press))])
    #expect(mouse("\u{1b}[<0;10;3m") == [.mouse(Mouse(point: place, kind: .release))])
    let wheel = mouse("\u{1b}[<64;10;3M\u{1b}[<65;10;3M")
    #expect(
      wheel == [
        .mouse(Mouse(point: place, kind: .wheelUp, button: 0)),
        .mouse(Mouse(point: place, kind: .wheelDown, button: 0)),
      ])
  }

  @Test("no bytes hang it or hide what follows", arguments: 0..<8)
  func hostile(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func random(_ limit: UInt64) -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state % limit
    }
    let bits: [[UInt8]] = [
      [0x1b], Array("[".utf8), Array("O".utf8), Array("<".utf8), Array(";".utf8), Array("M".utf8),
      Array("99999999999999999999".utf8), [0xFF], [0xC3], [0x00], Array("~".utf8), Array("é".utf8),
    ]
    for _ in 0..<300 {
      var bytes: [UInt8] = []
      for _ in 0..<random(30) { bytes += bits[Int(random(UInt64(bits.count)))] }
      var decoder = InputDecoder()
      _ = bytes.withUnsafeBytes { decoder.feed($0, at: 0) }
      _ = decoder.expire()
      guard !decoder.isPasting else { continue }
      // The first keys may end a sequence that was cut off: an old mouse report takes three more.
      var after: [InputEvent] = []
      for time in 1...5 {
        after =
          Array("y".utf8).withUnsafeBytes { decoder.feed($0, at: 1000 * time) } + decoder.expire()
      }
      #expect(after.last == .key(.character("y")), "\(bytes)")
    }
  }
}
