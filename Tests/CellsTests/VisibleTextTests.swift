import Cells
import Foundation
import Testing

@Suite("Visible text")
struct VisibleTextTests {
  @Test(
    "segments tile the bytes and are printable, whatever the bytes",
    arguments: [
      Charset.unicode, .ascii,
    ])
  func tiling(charset: Charset) {
    var generator = SystemRandomNumberGenerator()
    let interesting: [UInt8] = [
      0x00, 0x0A, 0x0D, 0x1B, 0x20, 0x41, 0x7F, 0x80, 0x9B, 0xA4, 0xAE, 0xBF, 0xC2, 0xCC, 0xE2,
      0xED, 0xEF, 0xF0, 0x9F, 0xF4, 0xFF, 0x81, 0x8D,
    ]
    for _ in 0..<4000 {
      let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
        interesting.randomElement(using: &generator) ?? 0
      }
      var end = 0
      for segment in VisibleText.segments(of: bytes, charset: charset) {
        #expect(segment.bytes.lowerBound == end && !segment.bytes.isEmpty)
        end = segment.bytes.upperBound
        #expect(!segment.text.isEmpty)
        for character in segment.text {
          #expect(GraphemeWidth.printable(character) != nil, "\(bytes)")
          if charset == .ascii { #expect(character.isASCII) }
        }
      }
      #expect(end == bytes.count)
    }
  }

  @Test(
    "bytes are named as what they are",
    arguments: [
      ([0x68, 0x69], "hi"), ([0x0A], "↵"), ([0x09], "⇥"), ([0x1B], "␛"), ([0xE4], "<E4>"),
      ([0xC2, 0x9B], "<U+009B>"), ([0xE2, 0x80, 0xAE], "<U+202E>"), ([0xE2, 0x80], "<E2><80>"),
      ([0xED, 0xA0, 0x80], "<ED><A0><80>"), ([0xC0, 0x80], "<C0><80>"),
    ] as [([UInt8], String)])
  func names(bytes: [UInt8], shown: String) {
    #expect(VisibleText.segments(of: bytes).map(\.text).joined() == shown)
  }
}
