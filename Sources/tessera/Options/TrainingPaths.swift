import Foundation
import Tokenization

/// Files and folders of text to learn from.
enum TrainingPaths {
  /// The files that arguments stand for.
  ///
  /// - Throws: `CommandFault`: `noInput` when one is not there; `FileFault`.
  static func text(_ arguments: [String]) throws -> TrainingText {
    let paths = arguments.map { ArgumentBytes.text(of: $0) }
    for path in paths where access(path, R_OK) != 0 {
      throw CommandFault(.noInput, "\(path): \(String(cString: strerror(errno)))")
    }
    return try TrainingText(paths: paths)
  }

  /// How far a training is, as one line.
  static func describe(_ progress: TrainingProgress) -> String {
    switch progress {
    case .reading(let bytes, let all):
      "reading \(megabytes(bytes)) of \(megabytes(all)) MB (Ctrl-C stops)"
    case .merging(let entries, let all): "merging: \(entries) of \(all) entries (Ctrl-C stops)"
    case .pruning(let pieces, let size): "\(pieces) pieces, to be \(size) (Ctrl-C stops)"
    case .listening(let batch, let all, let entries):
      "batch \(batch) of \(all), \(entries) entries (Ctrl-C stops)"
    case .applying(let merges, let all): "applying merge \(merges) of \(all) (Ctrl-C stops)"
    case .solving(let rows, let cost):
      "solving: \(rows) rows, cost \(String(format: "%.1f", cost)) (Ctrl-C stops)"
    }
  }

  /// Megabytes with one decimal.
  static func megabytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / 1e6) }
}
