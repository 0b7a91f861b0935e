import Foundation

/// Writing a file so that it is there whole or not at all, whatever ends the process.
public enum WholeFile {
  /// Writes `bytes` beside `path`, waits until they are on the disk, and gives them the name.
  ///
  /// - Throws: `FileFault` when that fails; `path` then is what it was.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileFault) {
    let partial = "\(path).\(getpid()).partial"
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw fault(path) }
    var rest = bytes[...]
    var failed = false
    while !rest.isEmpty && !failed {
      let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 { rest = rest.dropFirst(written) } else { failed = errno != EINTR }
    }
    failed = failed || fsync(descriptor) != 0
    let cause = errno
    failed = close(descriptor) != 0 || failed
    guard !failed, rename(partial, path) == 0 else {
      let cause = failed ? cause : errno
      unlink(partial)
      errno = cause
      throw fault(path)
    }
  }

  /// Finds out whether `write` could succeed, before much is done for it.
  ///
  /// - Throws: `FileFault` when there is a folder of that name, or none to write into.
  public static func check(_ path: String) throws(FileFault) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw FileFault(path: path, what: "is not a regular file", remedy: "name a file to write")
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let folder = parts.isEmpty ? "." : parts == [""] ? "/" : parts.joined(separator: "/")
    guard access(folder, W_OK | X_OK) == 0 else { throw fault(path) }
  }

  private static func fault(_ path: String) -> FileFault {
    FileFault(path: path, what: "cannot be written: \(String(cString: strerror(errno)))")
  }
}
