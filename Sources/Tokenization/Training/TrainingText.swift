import Foundation
public import ModelFiles

/// The files from which is learned.
///
/// A folder stands for the regular files below it, sorted by path. Left out of a folder are what
/// begins with a dot, symbolic links (so that no text counts twice and no walk goes round in
/// circles), special files, and binary files: those with a zero byte among their first 8,192. A file
/// named itself is read whatever it holds: text is bytes.
public struct TrainingText: Sendable {
  /// A file and its size when it was found.
  public struct File: Sendable, Equatable {
    /// Where it is.
    public let path: String
    /// Its bytes.
    public let byteCount: Int
  }

  /// The files, in order.
  public let files: [File]
  /// How many files of folders were left out as binary.
  public let binaryCount: Int
  /// Bytes of all files.
  public let byteCount: Int

  /// The most files that are read.
  static let maximumFiles = 1 << 20
  /// How deep folders may lie in one another.
  static let maximumDepth = 256
  /// Bytes in which a zero makes a file binary.
  static let sniffedBytes = 8192

  /// Finds the files that `paths`, files or folders, stand for.
  ///
  /// - Throws: `FileFault` when a path is neither a file nor a folder or cannot be read.
  public init(paths: [String]) throws(FileFault) {
    var walk = Walk()
    for path in paths { try walk.add(path) }
    files = walk.files
    binaryCount = walk.binaryCount
    byteCount = walk.files.reduce(0) { $0 + $1.byteCount }
  }

  private struct Walk {
    var files: [File] = []
    var binaryCount = 0

    mutating func add(_ path: String) throws(FileFault) {
      // A path named by a person is followed where it leads.
      var status = stat()
      guard stat(path, &status) == 0 else { throw Self.fault(path) }
      switch status.st_mode & S_IFMT {
      case S_IFREG: try append(path, Int(status.st_size))
      case S_IFDIR: try walk(path, depth: 0)
      default: throw FileFault(path: path, what: "is neither a regular file nor a folder")
      }
    }

    private mutating func walk(_ folder: String, depth: Int) throws(FileFault) {
      guard depth < TrainingText.maximumDepth else {
        throw FileFault(
          path: folder, what: "lies more than \(TrainingText.maximumDepth) folders deep")
      }
      let names: [String]
      do {
        names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      } catch {
        throw FileFault(path: folder, what: "cannot be listed: \(error.localizedDescription)")
      }
      for name in names where !name.hasPrefix(".") {
        let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
        var status = stat()
        guard lstat(path, &status) == 0 else { continue }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: try walk(path, depth: depth + 1)
        case S_IFREG:
          if try isBinary(path) { binaryCount += 1 } else { try append(path, Int(status.st_size)) }
        default: continue
        }
      }
    }

    private mutating func append(_ path: String, _ byteCount: Int) throws(FileFault) {
      guard files.count < TrainingText.maximumFiles else {
        throw FileFault(
          path: path,
          what: "is one file more than the \(TrainingText.maximumFiles) that can be read")
      }
      files.append(File(path: path, byteCount: byteCount))
    }

    private func isBinary(_ path: String) throws(FileFault) -> Bool {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else { throw Self.fault(path) }
      defer { close(descriptor) }
      var start = [UInt8](repeating: 0, count: TrainingText.sniffedBytes)
      let count = read(descriptor, &start, start.count)
      guard count >= 0 else { throw Self.fault(path) }
      return start.prefix(count).contains(0)
    }

    private static func fault(_ path: String) -> FileFault {
      FileFault(path: path, what: "cannot be read: \(String(cString: strerror(errno)))")
    }
  }
}

/// What is cut into words on its own, so that no word reaches from one into the next.
public enum TextUnit: String, Sendable, CaseIterable {
  /// Lines, with the line feed that ends them: what Hugging Face `tokenizers` does with files.
  case line
  /// Whole files: runs of empty lines and indentation can become entries.
  case file
}
