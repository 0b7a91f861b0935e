import Foundation
import Tokenization

extension QualityReport {
  /// A page of its own with bar charts.
  public func html(look: ScreenColors) -> String {
    let names = entries.map { Markup.escaped($0.name) }.joined(separator: ", ")
    var body = "<h1>\(names)</h1>\n"
    body += chart("Entries", entries.map { ($0.name, Double($0.vocabulary.count)) }, places: 0)
    for entry in entries {
      body += chart(
        "\(entry.name): entries by class, per cent",
        PieceClass.allCases.map { ($0.rawValue, entry.vocabulary.share($0) * 100) }, places: 2)
      body += chart(
        "\(entry.name): entries by number of bytes",
        entry.vocabulary.byteLengths.enumerated().filter { $0.element > 0 }.map {
          ("\($0.offset)", Double($0.element))
        }, places: 0)
      body += chart(
        "\(entry.name): entries by script",
        entry.vocabulary.scripts.prefix(20).map { ($0.name, Double($0.entries)) }, places: 0)
      body += chart(
        "\(entry.name): letters of a script that have an entry of their own, per cent",
        entry.vocabulary.scripts.prefix(20).map { ($0.name, $0.completeness * 100) }, places: 1)
    }
    if entries.count > 1 { body += overlapTable() }
    body += textCharts()
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"/><title>\(names)</title>
      <style>
      body{margin:2em;max-width:60em;background:\(look.background);color:\(look.foreground);\
      font:15px/1.4 sans-serif}
      table{border-collapse:collapse;margin-bottom:2em}
      td,th{padding:.1em .6em;text-align:right;font-weight:normal}
      td:first-child,th:first-child{text-align:left}
      .b{width:24em;text-align:left}
      .b div{background:#7aa2c8;height:.8em}
      h2{font-size:1.1em}
      </style></head>
      <body>
      \(body)</body></html>

      """
  }

  private func chart(_ title: String, _ bars: [(String, Double)], places: Int) -> String {
    guard let largest = bars.map(\.1).max(), largest > 0 else { return "" }
    let rows = bars.map { name, value in
      let width = String(format: "%.1f", value / largest * 100)
      let number = String(format: "%.\(places)f", value)
      return "<tr><td>\(Markup.escaped(name))</td><td>\(number)</td>"
        + "<td class=\"b\"><div style=\"width:\(width)%\"></div></td></tr>\n"
    }
    return "<h2>\(Markup.escaped(title))</h2>\n<table>\(rows.joined())</table>\n"
  }

  private func overlapTable() -> String {
    let head = entries.map { "<th>\(Markup.escaped($0.name))</th>" }.joined()
    let rows = entries.enumerated().map { row, entry in
      let cells = overlap.shared[row].map { "<td>\($0)</td>" }.joined()
      return "<tr><td>\(Markup.escaped(entry.name))</td>\(cells)</tr>\n"
    }
    return "<h2>Entries that they share; all of them: \(overlap.core)</h2>\n"
      + "<table><tr><th></th>\(head)</tr>\n\(rows.joined())</table>\n"
  }

  private func textCharts() -> String {
    let kinds = entries.first?.texts.map(\.name) ?? []
    guard !kinds.isEmpty else { return "" }
    let figures: [(String, Int, (TextEntry) -> Double?)] = [
      ("tokens per word", 2, { $0.measures.fertility }),
      ("bytes per token", 2, { $0.measures.bytesPerToken }),
      ("words kept whole, per cent", 1, { $0.measures.wholeWordShare.map { $0 * 100 } }),
      ("parity", 2, { $0.parity }),
      ("Rényi efficiency", 3, { $0.measures.renyiEfficiency }),
    ]
    return figures.map { title, places, value in
      let bars = kinds.indices.flatMap { row in
        entries.compactMap { entry in
          value(entry.texts[row]).map { ("\(kinds[row]) · \(entry.name)", $0) }
        }
      }
      return chart("On texts: \(title)", bars, places: places)
    }.joined()
  }
}
