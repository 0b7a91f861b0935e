import Foundation

/// The files of this repository, read as text.
enum SourceTree {
  struct File {
    /// Path from the root of the repository.
    var path: String
    var lines: [String]
    var text: String { lines.joined(separator: "\n") }
  }

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The files below `folders` whose names end in one of `endings`, in order of their paths.
  static func files(in folders: [String], endings: [String]) throws -> [File] {
    try folders.flatMap { folder in
      let base = root.appendingPathComponent(folder).path
      let paths = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
      return try paths.filter { path in endings.contains { path.hasSuffix($0) } }.sorted()
        .map { path in
          let lines = try text(folder + "/" + path).split(
            separator: "\n", omittingEmptySubsequences: false)
          return File(path: folder + "/" + path, lines: lines.map(String.init))
        }
    }
  }

  /// The modules that a Swift file imports.
  static func imports(of lines: [String]) -> [String] {
    let form =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias|actor)\s+)?(\w+)[\w.]*\s*(?:\/\/.*)?$/
    return lines.compactMap { line in
      (try? form.firstMatch(in: line)).map { String($0.output.1) }
    }
  }
}
