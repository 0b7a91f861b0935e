public import Cells
import Foundation
public import Testing

/// Pictures of the screen, kept as text in the repository.
public enum Snapshot {
  /// The text of a grid, then its styles: a letter for each cell and a legend, so that colour is
  /// reviewed too.
  public static func describe(_ grid: CellGrid) -> String {
    var letters: [Style: Character] = [.plain: "."]
    var legend: [String] = []
    let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    var styles: [String] = []
    for row in 0..<grid.size.rows {
      var line = ""
      for column in 0..<grid.size.columns {
        let style = grid[row, column].style
        if letters[style] == nil {
          let letter = letters.count - 1 < alphabet.count ? alphabet[letters.count - 1] : "?"
          letters[style] = letter
          legend.append("\(letter) \(describe(style))")
        }
        line.append(letters[style] ?? "?")
      }
      while line.last == "." { line.removeLast() }
      styles.append(line)
    }
    return ([grid.text, "— styles —"] + styles + ["— legend —"] + legend)
      .joined(separator: "\n") + "\n"
  }

  private static func describe(_ style: Style) -> String {
    let names: [(Attributes, String)] = [
      (.bold, "bold"), (.dim, "dim"), (.italic, "italic"), (.underline, "underline"),
      (.reverse, "reverse"),
    ]
    let attributes = names.filter { style.attributes.contains($0.0) }.map(\.1)
    return (["\(name(style.foreground)) on \(name(style.background))"] + attributes)
      .joined(separator: " ")
  }

  private static func name(_ color: Color) -> String {
    switch color {
    case .terminalDefault: "default"
    case .indexed(let index): "\(index)"
    case .rgb(let red, let green, let blue): String(format: "#%02x%02x%02x", red, green, blue)
    }
  }

  /// Compares a grid with the picture `Snapshots/NAME.txt` beside the test.
  ///
  /// `RECORD_SNAPSHOTS=1` in the environment writes the picture instead; look at it before it is
  /// committed.
  public static func check(
    _ grid: CellGrid, named name: String, file: String = #filePath,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try check(describe(grid), named: name, file: file, sourceLocation: sourceLocation)
  }

  /// Compares a text with the file `Snapshots/NAME.txt` beside the test.
  public static func check(
    _ text: String, named name: String, file: String = #filePath,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let url = URL(fileURLWithPath: file).deletingLastPathComponent()
      .appendingPathComponent("Snapshots/\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
      return
    }
    guard let expected = try? String(contentsOf: url, encoding: .utf8) else {
      Issue.record(
        "there is no picture \(name); record it with RECORD_SNAPSHOTS=1",
        sourceLocation: sourceLocation)
      return
    }
    guard expected != text else { return }
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    var report: [String] = []
    for line in 0..<max(old.count, new.count) {
      let (a, b) = (line < old.count ? old[line] : "", line < new.count ? new[line] : "")
      if a != b { report += ["line \(line + 1)", "- \(a)", "+ \(b)"] }
    }
    Issue.record(
      "the screen is not the picture \(name):\n\(report.prefix(60).joined(separator: "\n"))",
      sourceLocation: sourceLocation)
  }
}
