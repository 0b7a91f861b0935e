import Foundation
import Lenses
import Testing
import Tokenization

@testable import Reports

@Suite("JSON and CSV of readings")
struct ListingTests {
  private func object(_ json: String) throws -> [String: Any] {
    try #require(
      JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  // MARK: JSON

  @Test("a listing of tokens has the members of the contract, and its bytes tile the text")
  func tokens() throws {
    let text = Array("Hello the world 日".utf8)
    let samples = try ReportSamples(text, model: "tiny")
    let json = try samples.base.json()
    #expect(json.last == "\n" && json.dropLast().allSatisfy { $0 != "\n" })
    let listing = try object(json)
    #expect(Set(listing.keys) == ["model", "text", "tokens"])
    #expect(listing["model"] as? String == "tiny")
    #expect(listing["text"] as? String == "Hello the world 日")
    let tokens = try #require(listing["tokens"] as? [[String: Any]])
    var end = 0
    for (index, token) in tokens.enumerated() {
      #expect(
        Set(token.keys) == ["index", "id", "piece", "bytes", "start", "end", "special"])
      let bytes = try #require(token["bytes"] as? [Int])
      #expect(token["index"] as? Int == index)
      #expect(token["start"] as? Int == end)
      end += bytes.count
      #expect(token["end"] as? Int == end)
      #expect(token["special"] as? Bool == false)
      #expect(
        token["piece"] as? String == String(decoding: bytes.map { UInt8($0) }, as: UTF8.self))
    }
    #expect(end == text.count)
    #expect(
      samples.base.ids == tokens.compactMap { ($0["id"] as? Int).map(String.init) }
        .joined(separator: " ") + "\n")
    let rows = try JSONDecoder().decode(
      [TokenRow].self, from: JSONEncoder().encode(samples.base.tokens))
    #expect(rows == samples.base.tokens)
  }

  @Test("special tokens are marked, and what is not UTF-8 becomes U+FFFD")
  func specials() throws {
    let samples = try ReportSamples(Array("<|im_start|>a".utf8) + [0xFF])
    #expect(samples.base.tokens.map(\.special) == [true, false, false])
    #expect(samples.base.tokens.map(\.piece) == ["<|im_start|>", "a", "\u{FFFD}"])
    #expect(try object(samples.base.json())["text"] as? String == "<|im_start|>a\u{FFFD}")
  }

  @Test("a reading of any kind comes back from JSON as it was, to the last digit")
  func readings() throws {
    struct Envelope: Decodable {
      let lens: String
      let parameters: [String: String]
      let reading: Reading
      let tokens: [TokenRow]
    }
    for report in try ReportSamples().reports() {
      let json = try report.json()
      let back = try JSONDecoder().decode(Envelope.self, from: Data(json.utf8))
      #expect(back.lens == report.lens.id)
      #expect(back.tokens == report.base.tokens)
      #expect(Set(back.parameters.keys) == Set(report.lens.parameters.map(\.name)))
      #expect(back.reading.kind == report.reading.kind)
      // Encoded again, because what is not a number does not equal itself.
      let again = LensReport(
        base: report.base, lens: report.lens, parameters: report.parameters,
        reading: back.reading)
      #expect(try again.json() == json)
      switch (back.reading, report.reading) {
      case (.tokens, .tokens), (.distribution, .distribution):
        #expect(back.reading == report.reading)
      case (.matrix(let new), .matrix(let old)):
        #expect(new.values.map(\.bitPattern) == old.values.map(\.bitPattern))
      case (.grid(let new), .grid(let old)):
        #expect(new.values.map(\.bitPattern) == old.values.map(\.bitPattern))
        #expect(new.texts == old.texts)
      default: Issue.record("\(back.reading.kind) is not \(report.reading.kind)")
      }
    }
  }

  @Test("JSON printed on a terminal cannot steer it")
  func jsonIsSafe() throws {
    for report in try ReportSamples().reports() {
      #expect(
        try !report.json().unicodeScalars.contains { $0.properties.generalCategory == .format })
      #expect(try !report.json().steers)
    }
    #expect(
      try JSONText.line(["a": "\u{9b}\u{7f}é\u{E0041}"]) == """
        {"a":"\\u009b\\u007fé\\udb40\\udc41"}

        """)
  }

  // MARK: CSV

  /// The records of a CSV text by RFC 4180, byte by byte; `nil` when it is none.
  private func parsed(_ csv: String) -> [[String]]? {
    var records: [[String]] = [[]]
    var field: [UInt8] = []
    var (quoted, wasQuoted) = (false, false)
    var bytes = Array(csv.utf8)[...]
    func close() {
      records[records.count - 1].append(String(decoding: field, as: UTF8.self))
      (field, wasQuoted) = ([], false)
    }
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "\"") where quoted:
        if bytes.first == UInt8(ascii: "\"") {
          field.append(byte)
          bytes.removeFirst()
        } else {
          quoted = false
        }
      case _ where quoted: field.append(byte)
      case UInt8(ascii: "\""):
        guard field.isEmpty, !wasQuoted else { return nil }
        (quoted, wasQuoted) = (true, true)
      case UInt8(ascii: ","): close()
      case 0x0D:
        guard bytes.popFirst() == 0x0A else { return nil }
        close()
        records.append([])
      case 0x0A: return nil
      default:
        guard !wasQuoted else { return nil }
        field.append(byte)
      }
    }
    guard !quoted, field.isEmpty, records.popLast() == [] else { return nil }
    return records
  }

  @Test("CSV has as many fields in each record, a record a line, and nothing that steers")
  func csvShape() throws {
    for report in try ReportSamples().reports() {
      let csv = report.csv()
      let records = try #require(parsed(csv), "\(report.lens.id)")
      #expect(records.count > 1)
      #expect(records.allSatisfy { $0.count == records[0].count }, "\(report.lens.id)")
      #expect(csv.utf8.filter { $0 == 0x0A }.count == records.count)
      #expect(!csv.steers)
    }
  }

  @Test("CSV of tokens gives each token and its value back")
  func csvTokens() throws {
    let samples = try ReportSamples()
    let report = try samples.report("surprisal", samples.tokens())
    guard case .tokens(let values) = report.reading else { return }
    let records = try #require(parsed(report.csv()))
    #expect(records[0] == ["index", "id", "piece", "value"])
    #expect(records.dropFirst().map { Int($0[0]) } == samples.base.tokens.map(\.index))
    #expect(records.dropFirst().map { Int32($0[1]) } == samples.base.tokens.map(\.id))
    #expect(records.dropFirst().map { Double($0[3]) } == values.values)
  }

  @Test("CSV of a stretch counts tokens from the beginning of the text")
  func csvMatrix() throws {
    let samples = try ReportSamples()
    let report = try samples.report("attention-head", samples.matrix(3), ["from": "5", "to": "7"])
    guard case .matrix(let matrix) = report.reading else { return }
    let records = try #require(parsed(report.csv()))
    #expect(records[0] == ["query", "key", "value"])
    #expect(records.count == 1 + 6)
    for record in records.dropFirst() {
      let (query, key) = (try #require(Int(record[0])), try #require(Int(record[1])))
      #expect(Float(record[2]) == matrix.value(row: query - 5, column: key - 5))
    }
  }

  @Test("CSV of grids names layers and heads, or tokens by number with the text of the cell")
  func csvGrid() throws {
    let samples = try ReportSamples()
    let heads = try #require(
      parsed(samples.report("attention", samples.grid(texts: false)).csv()))
    #expect(heads[0] == ["row", "column", "value"])
    #expect(heads[1][..<2] == ["L0", "H0"])
    let reading = samples.grid(texts: true)
    let tokens = try #require(
      parsed(samples.report("logit-lens", reading, ["from": "2"]).csv()))
    #expect(tokens[0] == ["row", "column", "value", "text"])
    #expect(tokens[2][..<2] == ["L0", "3"])
    #expect(tokens[2][3] == "a")
    guard case .grid(let grid) = reading else { return }
    #expect(tokens.count == 1 + grid.values.filter { !$0.isNaN }.count)
  }

  @Test("CSV of a distribution lists the candidates of each stage")
  func csvDistribution() throws {
    let samples = try ReportSamples()
    let records = try #require(parsed(samples.report("next", samples.distribution()).csv()))
    #expect(records[0] == ["stage", "rank", "id", "piece", "logit", "probability"])
    #expect(
      records.dropFirst().map { $0[0] } == [String](repeating: "model", count: 8)
        + [String](repeating: "top-k", count: 4))
    #expect(records[6][4].isEmpty)
  }
}
