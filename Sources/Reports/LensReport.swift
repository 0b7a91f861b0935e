import Foundation
public import Lenses

/// A text, its tokens, and what a lens saw in them.
public struct LensReport: Sendable {
  /// The text and its tokens.
  public let base: TokenReport
  /// The lens.
  public let lens: Lens
  /// The values of its parameters.
  public let parameters: LensParameters
  /// What it saw.
  public let reading: Reading

  /// A report.
  public init(base: TokenReport, lens: Lens, parameters: LensParameters, reading: Reading) {
    self.base = base
    self.lens = lens
    self.parameters = parameters
    self.reading = reading
  }

  /// One JSON object, in one line: the listing of the tokens, `lens`, `parameters` and `reading`.
  public func json() throws -> String { try JSONText.line(self) }
}

extension LensReport: Encodable {
  private enum Key: String, CodingKey {
    case model, text, tokens, lens, parameters, reading
  }

  /// Writes the JSON of the contract.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(base.model, forKey: .model)
    try container.encode(base.text, forKey: .text)
    try container.encode(base.tokens, forKey: .tokens)
    try container.encode(lens.id, forKey: .lens)
    let values = parameters.declared.map { ($0.name, parameters[$0.name] ?? $0.standard) }
    try container.encode(Dictionary(values) { first, _ in first }, forKey: .parameters)
    try container.encode(reading, forKey: .reading)
  }
}

// MARK: CSV

extension LensReport {
  /// Comma-separated values (RFC 4180) with a line of headings: a line for each value.
  public func csv() -> String {
    var lines: [[String]] = []
    switch reading {
    case .tokens(let values):
      lines.append(["index", "id", "piece", "value"])
      for (token, value) in zip(base.tokens, values.values) {
        lines.append([
          "\(token.index)", "\(token.id)", token.piece, value.map { "\($0)" } ?? "",
        ])
      }
    case .matrix(let matrix):
      lines.append(["row", "column", "value"])
      for row in matrix.rows.indices {
        for column in matrix.columns.indices {
          guard let value = matrix.value(row: row, column: column) else { continue }
          lines.append(["\(row)", "\(column)", "\(value)"])
        }
      }
    case .grid(let grid):
      lines.append(["row", "column", "value", "text"])
      for row in grid.rows.indices {
        for column in grid.columns.indices {
          guard let value = grid.value(row: row, column: column) else { continue }
          let text = grid.text(row: row, column: column) ?? ""
          lines.append([grid.rows[row], "\(column)", "\(value)", text])
        }
      }
    case .distribution(let distribution):
      lines.append(["stage", "position", "id", "piece", "logit", "probability"])
      let stages =
        distribution.stages.isEmpty
        ? [("model", distribution.candidates)]
        : distribution.stages.map { ($0.name, $0.candidates) }
      for (name, candidates) in stages {
        for (position, entry) in candidates.enumerated() {
          lines.append([
            name, "\(position)", "\(entry.id)", entry.piece, entry.logit.map { "\($0)" } ?? "",
            "\(entry.probability)",
          ])
        }
      }
    }
    return lines.map { $0.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
  }

  private static func field(_ text: String) -> String {
    // By bytes, because CR and LF together are one character.
    let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
    return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
