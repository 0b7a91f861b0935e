import Cells
import Lenses

extension LensReport {
  /// Comma-separated values (RFC 4180) with a line of headings: a line for each value.
  ///
  /// Pieces are for reading, with what cannot be drawn as visible symbols, so that a record is a
  /// line; tokens are counted from the beginning of the text.
  public func csv() -> String {
    let lines =
      switch reading {
      case .tokens(let values): lines(values)
      case .matrix(let matrix): lines(matrix)
      case .grid(let grid): lines(grid)
      case .distribution(let distribution): lines(distribution)
      }
    return lines.map { $0.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
  }

  /// The token of the first column of a reading of a stretch.
  private var firstToken: Int {
    (try? parameters.token("from", count: base.tokens.count)) ?? 0
  }

  private func lines(_ values: TokenValues) -> [[String]] {
    [["index", "id", "piece", "value"]]
      + zip(base.tokens, values.values).map { token, value in
        [
          "\(token.index)", "\(token.id)", token.piece,
          value.flatMap { $0.isFinite ? "\($0)" : nil } ?? "",
        ]
      }
  }

  private func lines(_ matrix: MatrixReading) -> [[String]] {
    var lines = [["query", "key", "value"]]
    let first = firstToken
    for row in matrix.rows.indices {
      for column in matrix.columns.indices {
        guard let value = matrix.value(row: row, column: column) else { continue }
        lines.append(["\(first + row)", "\(first + column)", "\(value)"])
      }
    }
    return lines
  }

  private func lines(_ grid: GridReading) -> [[String]] {
    var lines = [["row", "column", "value"] + (grid.texts == nil ? [] : ["text"])]
    // Columns that are no tokens have names of their own.
    let isOfTokens = lens.parameters.contains { $0.name == "from" }
    let first = firstToken
    for row in grid.rows.indices {
      for column in grid.columns.indices {
        guard let value = grid.value(row: row, column: column) else { continue }
        let heading = isOfTokens ? "\(first + column)" : grid.columns[column]
        lines.append(
          [grid.rows[row], heading, "\(value)"]
            + (grid.text(row: row, column: column).map { [$0] } ?? []))
      }
    }
    return lines
  }

  private func lines(_ distribution: DistributionReading) -> [[String]] {
    var lines = [["stage", "rank", "id", "piece", "logit", "probability"]]
    let stages =
      distribution.stages.isEmpty
      ? [("model", distribution.candidates)]
      : distribution.stages.map { ($0.name, $0.candidates) }
    for (name, candidates) in stages {
      for (rank, entry) in candidates.enumerated() {
        lines.append([
          name, "\(rank)", "\(entry.id)", entry.piece, entry.logit.map { "\($0)" } ?? "",
          "\(entry.probability)",
        ])
      }
    }
    return lines
  }

  private static func field(_ text: String) -> String {
    // By scalars: a combining mark after a quote makes another character of it, but the same CSV.
    let scalars = VisibleText.safe(text).unicodeScalars
    guard scalars.contains(where: { $0 == "\"" || $0 == "," }) else {
      return String(scalars)
    }
    var out = "\""
    for scalar in scalars {
      if scalar == "\"" { out.unicodeScalars.append("\"") }
      out.unicodeScalars.append(scalar)
    }
    out.unicodeScalars.append("\"")
    return out
  }
}
