import Foundation

/// Goes through the folders below one, also those that links lead to, never twice through the same:
/// loops end, and what cannot be read is passed over.
struct FolderWalk {
  /// Beyond these it is no folder of models.
  enum Limit {
    static let depth = 6
    static let entries = 100_000
  }

  /// A folder with the names of what lies in it.
  struct Folder {
    /// Its path below the start; empty for the start.
    let name: String
    let path: String
    /// Files, in order of their names; hidden ones are left out.
    let files: [String]
  }

  private struct Identity: Hashable {
    let device: UInt64
    let number: UInt64
  }

  private var seen: Set<Identity> = []
  private var left = Limit.entries
  private var folders: [Folder] = []

  /// The folder and those below it, at most `depth` deep, in order of their names.
  static func folders(below path: String, depth: Int = Limit.depth) -> [Folder] {
    var walk = FolderWalk()
    walk.visit(path, name: "", depth: depth)
    return walk.folders
  }

  private mutating func visit(_ path: String, name: String, depth: Int) {
    guard let identity = Self.identity(ofFolder: path), seen.insert(identity).inserted else {
      return
    }
    var files: [String] = []
    var inner: [String] = []
    for entry in Self.entries(of: path) {
      guard left > 0 else { break }
      left -= 1
      if Self.identity(ofFolder: path + "/" + entry) != nil {
        inner.append(entry)
      } else {
        files.append(entry)
      }
    }
    folders.append(Folder(name: name, path: path, files: files))
    guard depth > 0 else { return }
    for entry in inner {
      visit(path + "/" + entry, name: name.isEmpty ? entry : name + "/" + entry, depth: depth - 1)
    }
  }

  /// Names in a folder, in order, without the hidden ones.
  static func entries(of path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  private static func identity(ofFolder path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    return Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }
}
