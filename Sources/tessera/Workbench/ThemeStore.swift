import Cells
import Foundation
import Themes

/// Where themes are found: the user's folder first, then those that come with Tessera.
struct ThemeStore {
  private var folder: String { UserFolders.configuration + "/themes" }

  /// The names of all themes: those that come with Tessera, then the user's own.
  var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let own = files.filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(5)) }.sorted()
    let bundled = Themes.all.map(\.name)
    return bundled + own.filter { !bundled.contains($0) }
  }

  /// The most bytes that a theme file may have.
  private static let longest = 1 << 20

  /// Reads a theme.
  ///
  /// - Returns: the theme, and a line for each key that means nothing.
  /// - Throws: `CommandFault` when there is none of that name, `ThemeFault` when it is broken.
  func theme(named name: String) throws -> (theme: Theme, warnings: [String]) {
    guard let found = source(named: name) else {
      let hint =
        NearestNames.question(name, in: names) ?? "there are \(names.joined(separator: ", "))"
      throw CommandFault(.usage, "no theme is called \(name); \(hint)")
    }
    return try Theme.parse(found.text, file: found.file, name: name) { source(named: $0)?.text }
  }

  private func source(named name: String) -> (text: String, file: String)? {
    let path = "\(folder)/\(name).toml"
    if !name.contains("/"), let data = FileManager.default.contents(atPath: path),
      data.count <= Self.longest
    {
      return (String(decoding: data, as: UTF8.self), path)
    }
    return Themes.toml(named: name).map { ($0, "\(name).toml") }
  }
}
