import Cells
import Foundation
import Reports
import Workbench

/// A picture of the screen as a file, of the kind that the file's name says.
enum ScreenExport {
  /// Writes the picture.
  ///
  /// - Throws: `CommandFault`: `usage` for a name of another kind, `cannotCreate`.
  static func write(_ grid: CellGrid, look: Look, to path: String) throws(CommandFault) {
    let colors = ScreenColors(theme: look.theme)
    let title = "Tessera"
    let content: String
    switch path.split(separator: ".").last.map(String.init) {
    case "svg": content = ScreenReport.svg(grid, title: title, look: colors)
    case "html": content = ScreenReport.html(grid, title: title, look: colors)
    case "txt": content = ScreenReport.text(grid)
    case "ansi": content = ScreenReport.ansi(grid)
    default:
      throw CommandFault(.usage, "\(path): a picture is called NAME.svg, .html, .txt or .ansi")
    }
    let expanded = (path as NSString).expandingTildeInPath
    guard FileManager.default.createFile(atPath: expanded, contents: Data(content.utf8)) else {
      throw CommandFault(.cannotCreate, "\(path): \(String(cString: strerror(errno)))")
    }
  }
}
