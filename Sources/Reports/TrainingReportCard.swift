import Cells
import Foundation
public import Tokenization

/// What a training came to, as a line and as JSON.
public struct TrainingReportCard: Sendable {
  private let trained: TrainedTokenizer
  private let output: String
  private let files: Int
  private let binaryFiles: Int

  /// A report on a tokenizer that was written to `output`, learned from `files` files.
  public init(_ trained: TrainedTokenizer, output: String, files: Int, binaryFiles: Int) {
    self.trained = trained
    self.output = output
    self.files = files
    self.binaryFiles = binaryFiles
  }

  /// One line for people.
  public var line: String {
    let merges = trained.mergeCount.map { ", \($0) merges" } ?? ""
    let leftOut = [
      binaryFiles > 0 ? "\(binaryFiles) binary files" : nil,
      trained.longWordCount > 0 ? "\(trained.longWordCount) words of more than 65535 bytes" : nil,
    ].compactMap { $0 }
    let note = leftOut.isEmpty ? "" : "; left out: " + leftOut.joined(separator: ", ")
    return "wrote \(VisibleText.safe(output)): \(trained.kind.rawValue), \(trained.entryCount) "
      + "entries\(merges), from \(String(format: "%.1f", Double(trained.byteCount) / 1e6)) MB in "
      + "\(files) \(files == 1 ? "file" : "files")\(note)\n"
  }

  /// One JSON object, in one line.
  public func json() throws -> String {
    try JSONText.line(
      Object(
        kind: trained.kind.rawValue, output: output, entries: trained.entryCount,
        merges: trained.mergeCount, words: trained.wordCount, bytes: trained.byteCount,
        files: files, binary_files_left_out: binaryFiles,
        long_words_left_out: trained.longWordCount))
  }

  private struct Object: Encodable {
    var kind: String
    var output: String
    var entries: Int
    var merges: Int?
    var words: Int?
    var bytes: Int
    var files: Int
    var binary_files_left_out: Int
    var long_words_left_out: Int
  }
}
