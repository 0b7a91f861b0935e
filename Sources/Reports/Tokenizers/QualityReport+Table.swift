public import Cells
import Foundation
import Tokenization

extension QualityReport {
  /// The numbers, for people.
  public func table(charset: Charset, columns: Int? = nil) -> String {
    var parts = [vocabularyTable(charset), classTable(charset), scriptTable(charset)]
    if entries.count > 1 { parts.append(overlapTable(charset)) }
    if entries.contains(where: { !$0.texts.isEmpty }) { parts.append(textTable(charset)) }
    var out = parts.map { $0.text(columns: columns) }.joined(separator: "\n")
    for entry in entries where !entry.samples.isEmpty {
      let samples = entry.samples.map { id, bytes in
        "\(PieceText.visible(bytes, charset: charset)) \(id)"
      }
      let more = entry.unreachable.count - entry.samples.count
      out +=
        "\n\(visible(entry.name, charset)): no text encodes to \(samples.joined(separator: ", "))"
        + (more > 0 ? " and \(more) more\n" : "\n")
    }
    return out
  }

  private func visible(_ name: String, _ charset: Charset) -> String {
    VisibleText.safe(name, charset: charset)
  }

  private func names(_ charset: Charset) -> [TextTable.Column] {
    entries.map { .right(visible($0.name, charset)) }
  }

  private func number(_ value: Double?, _ places: Int = 2) -> String {
    value.map { String(format: "%.\(places)f", $0) } ?? "-"
  }

  private func percent(_ value: Double?) -> String {
    value.map { String(format: "%.2f %%", $0 * 100) } ?? "-"
  }

  private func vocabularyTable(_ charset: Charset) -> TextTable {
    var table = TextTable([.left("vocabulary")] + names(charset), charset: charset)
    func add(_ name: String, _ value: (Entry) -> String) {
      table.add([name] + entries.map(value))
    }
    add("entries") { "\($0.vocabulary.count)" }
    add("bytes an entry") { number($0.vocabulary.meanBytes) }
    add("characters an entry") { number($0.vocabulary.meanCharacters) }
    add("begin with a space") { entry in
      percent(
        Double(entry.vocabulary.spaced.values.reduce(0, +))
          / Double(max(1, entry.vocabulary.count)))
    }
    add("single code points") { "\($0.vocabulary.singleCodePoints)" }
    add("unreachable") { "\($0.unreachable.count)" }
    if entries.contains(where: { $0.neverUsed != nil }) {
      add("never used in the texts") { $0.neverUsed.map { "\($0)" } ?? "-" }
    }
    return table
  }

  private func classTable(_ charset: Charset) -> TextTable {
    var table = TextTable([.left("entries by class")] + names(charset), charset: charset)
    for kind in PieceClass.allCases {
      guard entries.contains(where: { $0.vocabulary.share(kind) > 0 }) else { continue }
      table.add([kind.rawValue] + entries.map { percent($0.vocabulary.share(kind)) })
    }
    return table
  }

  /// How many scripts the table has.
  private static let mostScripts = 12

  private func scriptTable(_ charset: Charset) -> TextTable {
    var table = TextTable(
      [.left("entries (letters of all) by script")] + names(charset), charset: charset)
    var totals: [String: Int] = [:]
    for entry in entries {
      for script in entry.vocabulary.scripts { totals[script.name, default: 0] += script.entries }
    }
    let order = totals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    for (name, _) in order.prefix(Self.mostScripts) {
      table.add(
        [name]
          + entries.map { entry in
            guard let script = entry.vocabulary.scripts.first(where: { $0.name == name }) else {
              return "0"
            }
            return "\(script.entries) (\(script.letters)/\(script.allLetters))"
          })
    }
    return table
  }

  private func overlapTable(_ charset: Charset) -> TextTable {
    var table = TextTable([.left("shared entries")] + names(charset), charset: charset)
    for (row, entry) in entries.enumerated() {
      table.add([visible(entry.name, charset)] + overlap.shared[row].map { "\($0)" })
    }
    table.add(["shared by all"] + entries.map { _ in "\(overlap.core)" })
    return table
  }

  private func textTable(_ charset: Charset) -> TextTable {
    var table = TextTable(
      [
        .left("texts"), .left("tokenizer"), .right("tokens"), .right("words"),
        .right("tokens/word"),
        .right("bytes/token"), .right("chars/token"), .right("whole words"), .right("parity"),
        .right("broken"), .right("unknown"), .right("Rényi"),
      ], charset: charset)
    let kinds = entries.first?.texts.map(\.name) ?? []
    for (row, kind) in kinds.enumerated() {
      for entry in entries {
        let text = entry.texts[row]
        let measures = text.measures
        table.add([
          visible(kind, charset), visible(entry.name, charset), "\(measures.tokens)",
          "\(measures.words)", number(measures.fertility), number(measures.bytesPerToken),
          number(measures.charactersPerToken), percent(measures.wholeWordShare),
          number(text.parity), percent(measures.brokenShare), percent(measures.unknownShare),
          number(measures.renyiEfficiency, 3),
        ])
      }
    }
    return table
  }
}
