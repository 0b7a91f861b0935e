import Cells
import Inference
import Testing
import Tokenization

@testable import Workbench

@Suite("The layout of the text")
struct TextFlowTests {
  private func flow(_ text: [UInt8], width: Int, tokenizer: Tokenizer?) -> TextFlow {
    TextFlow(
      document: Document(text, tokenizer: tokenizer), width: width, charset: .unicode)
  }

  private static let texts: [String] = [
    "", "a", "one two three four five six seven", "\n", "\n\n\n", "a\n", "\nb", "tab\there",
    "wide 今日は世界 text", "e\u{301}\u{301}\u{301}", "👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", "\u{202e}bidi\u{2066}",
    String(repeating: "x", count: 300),
    String(repeating: "word ", count: 4000), String(repeating: "今", count: 9000),
  ]

  @Test("rows cover every byte once, in order, and none is wider than the pane")
  func cover() throws {
    let tokenizer = try TestBench("x").model.tokenizer
    for text in Self.texts {
      for width in [1, 2, 7, 40] {
        for bytes in [Array(text.utf8), Array(text.utf8) + [0xE4, 0xBD, 0xFF]] {
          for tokenizer in [nil, tokenizer] {
            let flow = flow(bytes, width: width, tokenizer: tokenizer)
            let rows = flow.rows(from: 0, limit: 100_000)
            var next = 0
            for row in rows {
              #expect(row.start == next)
              for cell in row.cells {
                #expect(cell.offset == next)
                next += cell.length
              }
              #expect(row.end == next)
              let columns = row.cells.reduce(0) { $0 + $1.width }
              #expect(columns <= width || row.cells.count == 1)
            }
            #expect(next == bytes.count)
          }
        }
      }
    }
  }

  @Test("layout that begins at a row gives the same rows")
  func restart() throws {
    let tokenizer = try TestBench("x").model.tokenizer
    for text in Self.texts.prefix(13) {
      let flow = flow(Array(text.utf8), width: 11, tokenizer: tokenizer)
      let rows = flow.rows(from: 0, limit: 1000)
      for (index, row) in rows.enumerated() {
        #expect(flow.rows(from: row.start, limit: 1000) == Array(rows[index...]))
      }
    }
  }

  @Test("every byte has a place, and the place gives the byte back")
  func places() throws {
    let tokenizer = try TestBench("x").model.tokenizer
    for text in Self.texts.prefix(13) {
      let flow = flow(Array(text.utf8), width: 11, tokenizer: tokenizer)
      for row in flow.rows(from: 0, limit: 1000) {
        for cell in row.cells where cell.length > 0 {
          let place = try #require(flow.place(of: cell.offset))
          #expect(place.row.start == row.start)
          #expect(place.row.offset(nearColumn: place.column) == cell.offset)
        }
      }
    }
  }

  @Test("moving down and up again ends where it began")
  func moves() throws {
    let tokenizer = try TestBench("x").model.tokenizer
    let text = Array("one two\n\nthree four five six seven eight\nnine ten eleven\n".utf8)
    let flow = flow(text, width: 9, tokenizer: tokenizer)
    let rows = flow.rows(from: 0, limit: 100)
    for (index, row) in rows.enumerated() {
      for count in 0..<rows.count {
        let up = flow.row(from: row, movedBy: -count)
        #expect(up?.start == rows[max(0, index - count)].start)
        let down = flow.row(from: row, movedBy: count)
        #expect(down?.start == rows[min(rows.count - 1, index + count)].start)
      }
    }
  }
}
