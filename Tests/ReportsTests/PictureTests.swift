import Cells
import Foundation
import Lenses
import Testing

@testable import Reports

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Pictures of readings")
struct PictureTests {
  @Test(
    "drawings and pages are well-formed whatever the text holds, and name what they show",
    arguments: ["ink", "paper", "mono"])
  func wellFormed(theme: String) throws {
    let theme = try ReportSamples.theme(theme)
    for report in try ReportSamples().reports() {
      for markup in [report.svg(theme: theme), report.html(theme: theme, columns: 40)] {
        let seen = try #require(Elements(markup), "\(report.lens.id): \(markup.prefix(400))")
        #expect(!seen.names.contains("script"))
        #expect(seen.names.isSubset(of: Elements.known), "\(seen.names)")
        #expect(seen.attributes.allSatisfy { !$0.hasPrefix("on") })
        #expect(seen.titles.contains("\(report.lens.title) · tiny<\"'&"))
        #expect(!markup.steers)
      }
    }
  }

  @Test("each token, cell and candidate says its value when it is pointed at")
  func titles() throws {
    let samples = try ReportSamples(Array("Hi the\u{7}".utf8), model: "tiny")
    let theme = try ReportSamples.theme()
    let surprisal = try samples.report("surprisal", samples.tokens())
    let titles = try #require(Elements(surprisal.svg(theme: theme))).titles
    let ids = samples.base.tokens.map(\.id)
    #expect(titles.contains("0: H id \(ids[0]), no value"))
    #expect(titles.contains("1: i id \(ids[1]), 8.65 bit"))
    #expect(titles.contains("2: ␣the id \(ids[2]), 3.30 bit"))
    #expect(titles.contains("3: ␇ id \(ids[3]), 11.96 bit"))
    let heads = try samples.report("attention", samples.grid(texts: false))
    #expect(
      try #require(Elements(heads.html(theme: theme))).titles.contains("L0 H1: probability 0.6180"))
    let next = try samples.report("next", samples.distribution())
    #expect(
      try #require(Elements(next.html(theme: theme))).titles.contains(
        "rank 0: p0 id 0, probability 0.0773"))
  }

  @Test("text with colours is the text without them, when they are taken away")
  func ansi() throws {
    let theme = try ReportSamples.theme()
    for report in try ReportSamples().reports() {
      for depth in ColorDepth.allCases {
        for charset in [Charset.unicode, .ascii] {
          let picture = LensPicture(
            report, theme: theme, depth: depth, charset: charset, columns: 60)
          let colored = report.ansi(theme: theme, depth: depth, charset: charset, columns: 60)
          let plain = colored.replacing(/\u{1b}\[[0-9;]*m/, with: "")
          #expect(!plain.steers)
          #expect(trimmed(plain) == ScreenReport.text(picture.grid))
          for line in colored.split(separator: "\n") {
            let last = line.matches(of: /\u{1b}\[[0-9;]*m/).last.map { String($0.output) }
            #expect(last == nil || last == "\u{1b}[0m")
          }
        }
      }
    }
  }

  @Test("no line is longer than asked for", arguments: [30, 40, 80, 200])
  func widths(columns: Int) throws {
    let samples = try ReportSamples()
    for charset in [Charset.unicode, .ascii] {
      var texts = try samples.reports().map { $0.table(charset: charset, columns: columns) }
      if columns >= 40 { texts.append(samples.base.table(charset: charset, columns: columns)) }
      for text in texts {
        #expect(!text.steers)
        #expect(charset == .unicode || text.utf8.allSatisfy { $0 < 0x80 }, "\(text)")
        for line in text.split(separator: "\n") {
          #expect(GraphemeWidth.columns(of: String(line)) <= columns, "\(line)")
        }
      }
    }
  }

  @Test("a text's picture leaves nothing of it out, however narrow")
  func complete() throws {
    let samples = try ReportSamples()
    let report = try samples.report("surprisal", samples.tokens())
    let picture = LensPicture(
      report, theme: .plain, depth: .none, charset: .unicode, columns: 20)
    let written = picture.grid.text.filter { $0 != "\n" && $0 != " " }
    let segments = samples.base.tokens.map { VisibleText.segments(of: $0.bytes) }.joined()
    let wanted = segments.map(\.text).joined().filter { $0 != " " }
    #expect(written.contains(wanted))
  }

  @Test("a theme without colours shows heat by shades, digits or attributes")
  func colourless() throws {
    let samples = try ReportSamples(Array("Hi the".utf8))
    let theme = try ReportSamples.theme("mono")
    for depth in ColorDepth.allCases {
      let picture = LensPicture(
        try samples.report("surprisal", samples.tokens()), theme: theme, depth: depth,
        charset: .unicode, columns: 40)
      let styles = Set(picture.notes.map { picture.grid[$0.row, $0.columns.lowerBound].style })
      #expect(styles.count > 2, "\(depth)")
      #expect(picture.grid.text.contains("░"))
    }
  }

  @Test("no reading is too small or too large to draw")
  func extremes() throws {
    let theme = try ReportSamples.theme()
    let empty = try ReportSamples([])
    for report in [
      try empty.report("surprisal", empty.tokens()),
      try empty.report("attention-head", empty.matrix()),
    ] {
      #expect(Elements(report.svg(theme: theme)) != nil)
      #expect(!report.table(charset: .ascii, columns: 0).isEmpty)
      #expect(report.csv().hasSuffix("\r\n"))
    }
    let long = try ReportSamples([UInt8](repeating: 0x0A, count: LensPicture.mostRows + 50))
    let picture = LensPicture(
      try long.report("rank", long.ranks()), theme: theme, depth: .none, charset: .unicode,
      columns: 20)
    #expect(picture.grid.size.rows <= LensPicture.mostRows)
  }

  private func trimmed(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}

/// What an XML document holds.
final class Elements: NSObject, XMLParserDelegate {
  static let known: Set = [
    "svg", "g", "rect", "path", "text", "title", "style", "html", "head", "meta", "body", "pre",
    "span",
  ]

  private(set) var names: Set<String> = []
  private(set) var attributes: Set<String> = []
  /// Titles, as elements and as attributes.
  private(set) var titles: Set<String> = []
  private var title: String?

  /// Reads a document; `nil` when it is not well-formed.
  init?(_ markup: String) {
    super.init()
    let parser = XMLParser(data: Data(markup.utf8))
    parser.delegate = self
    guard parser.parse() else { return nil }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String] = [:]
  ) {
    names.insert(name)
    self.attributes.formUnion(attributes.keys)
    if let note = attributes["title"] { titles.insert(note) }
    if name == "title" { title = "" }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { title? += string }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    if name == "title", let title { titles.insert(title) }
    if name == "title" { title = nil }
  }
}
