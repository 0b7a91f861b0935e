import Cells
import Foundation
import FoundationXML
import Inference
import Lenses
import Testing
import TestSupport
import Themes
import Tokenization

@testable import Reports

/// What must never break a report.
private let hostile = "<b>&amp;\"'</b>]]>\u{1b}[31mé\u{202e}今\t,\r\n\"q\"\u{0}"

@Suite("Reports")
struct ReportTests {
  let evaluator: Evaluator
  let model: Model

  init() throws {
    let folder = try TemporaryFolder()
    model = try Model.load(
      path: TinyModel(seed: 32).write(to: folder), name: "tiny", precision: .f32)
    evaluator = try Evaluator(model: model, threads: 1)
  }

  private func report(_ id: String, _ text: [UInt8] = Array(hostile.utf8)) throws -> LensReport {
    let lens = try LensCatalog.lens(id)
    let tokens = model.tokenizer.encode(text)
    let trace = try evaluator.evaluate(tokens.map(\.id), probe: [.attention, .residual])
    let parameters = LensParameters(of: lens)
    let reading = try lens.run(
      LensBench(
        trace: trace, vocabulary: model.tokenizer.vocabulary, parameters: parameters,
        evaluator: evaluator))
    let rows = TokenRow.rows(of: tokens, vocabulary: model.tokenizer.vocabulary)
    return LensReport(
      base: TokenReport(model: "tiny", text: text, tokens: rows), lens: lens,
      parameters: parameters, reading: reading)
  }

  private func theme() throws -> Theme {
    try Theme.parse(Themes.toml(named: "ink") ?? "", file: "ink", name: "ink").theme
  }

  private static func isWellFormed(_ xml: String) -> Bool {
    XMLParser(data: Data(xml.utf8)).parse()
  }

  @Test(
    "the JSON has the listing of tokens, the lens, and its reading",
    arguments: LensCatalog.all.map(\.id))
  func json(lens: String) throws {
    let report = try report(lens)
    let text = try report.json()
    #expect(text.hasSuffix("\n") && text.dropLast().contains("\n") == false)
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["model"] as? String == "tiny")
    #expect(object["lens"] as? String == lens)
    #expect((object["reading"] as? [String: Any])?["kind"] as? String == report.lens.kind.rawValue)
    let tokens = try #require(object["tokens"] as? [[String: Any]])
    #expect(tokens.count == report.base.tokens.count)
    #expect(
      Set(tokens.first.map { Array($0.keys) } ?? [])
        == ["index", "id", "piece", "bytes", "start", "end", "special"])
    // Bytes and offsets are exact: together they are the text.
    var bytes: [UInt8] = []
    for token in tokens {
      #expect(token["start"] as? Int == bytes.count)
      bytes += (token["bytes"] as? [Int] ?? []).map { UInt8($0) }
      #expect(token["end"] as? Int == bytes.count)
    }
    #expect(bytes == Array(hostile.utf8))
  }

  @Test("the CSV has as many fields in each line as headings", arguments: LensCatalog.all.map(\.id))
  func csv(lens: String) throws {
    let lines = Self.parse(try report(lens).csv())
    let width = lines.first?.count ?? 0
    #expect(width > 1 && lines.count > 1)
    #expect(lines.allSatisfy { $0.count == width })
  }

  /// A plain reader of RFC 4180.
  private static func parse(_ text: String) -> [[String]] {
    var lines: [[String]] = []
    var line: [String] = []
    var field: [UInt8] = []
    var quoted = false
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      switch (byte, quoted) {
      case (0x22, true) where bytes.first == 0x22:
        field.append(0x22)
        bytes.removeFirst()
      case (0x22, _): quoted.toggle()
      case (0x2C, false):
        line.append(String(decoding: field, as: UTF8.self))
        field = []
      case (0x0D, false) where bytes.first == 0x0A:
        bytes.removeFirst()
        lines.append(line + [String(decoding: field, as: UTF8.self)])
        (line, field) = ([], [])
      default: field.append(byte)
      }
    }
    return lines
  }

  @Test("pictures are well-formed, whatever the text", arguments: LensCatalog.all.map(\.id))
  func pictures(lens: String) throws {
    let report = try report(lens)
    let theme = try theme()
    let colors = ScreenColors(theme: theme)
    for (depth, columns) in [
      (ColorDepth.trueColor, 100), (.ansi256, 40), (.ansi16, 20), (.none, 80),
    ] {
      let grid = LensPicture(
        report, theme: theme, depth: depth, charset: .unicode, columns: columns
      ).grid
      #expect(grid.size.columns == columns)
      #expect(Self.isWellFormed(ScreenReport.svg(grid, title: hostile, look: colors)))
      #expect(Self.isWellFormed(ScreenReport.html(grid, title: hostile, look: colors)))
    }
  }

  @Test("the control sequences of ANSI text are those of colours, and without them it is the text")
  func ansi() throws {
    let grid = LensPicture(
      try report("surprisal"), theme: try theme(), depth: .ansi256, charset: .unicode, columns: 60
    ).grid
    let ansi = ScreenReport.ansi(grid)
    let plain = ansi.replacing(/\u{1b}\[[0-9;]*m/, with: "")
    #expect(!plain.contains("\u{1b}"))
    let lines = plain.split(separator: "\n", omittingEmptySubsequences: false)
    for row in 0..<grid.size.rows {
      var line = String(lines[row])
      while line.last == " " { line.removeLast() }
      #expect(line == grid.text(row: row))
    }
  }

  @Test(
    "tables for people are aligned and hold nothing that steers a terminal",
    arguments: LensCatalog.all.map(\.id))
  func tables(lens: String) throws {
    for charset in [Charset.unicode, .ascii] {
      let table = try report(lens).table(charset: charset, columns: 80)
      for scalar in table.unicodeScalars where scalar != "\n" {
        #expect(scalar.value >= 0x20 && scalar.value != 0x202E)
        if charset == .ascii { #expect(scalar.isASCII) }
      }
      for line in table.split(separator: "\n") {
        #expect(GraphemeWidth.columns(of: String(line)) <= 80)
      }
    }
  }

  @Test("columns of a table begin at the same place in each line")
  func aligned() {
    var table = TextTable([.left("a"), .right("b"), .left("c")])
    table.add(["今日", "1", "x"])
    table.add(["y", "1000", ""])
    #expect(table.text == "a        b  c\n今日     1  x\ny     1000\n")
  }
}
