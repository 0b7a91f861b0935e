import Foundation
import Tokenization
import Workbench

/// The file of the running session: a line for each thing that happened, on disk as soon as it did.
final class SessionStore {
  /// Where the session is written.
  let path: String
  private var handle: FileHandle?
  /// What is written before the first entry: nothing is kept of a session in which nothing was done.
  private var pending: [UInt8] = []
  /// Whether what happens now is nothing that the user did.
  var isIdle = false

  /// The folder of all sessions.
  static var folder: String { UserFolders.state + "/sessions" }

  /// How many sessions are kept.
  private static let kept = 100

  /// A new session.
  init(model: String, text: [UInt8], size: SessionEntry) throws {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyy-MM-dd-HHmmss"
    path = "\(Self.folder)/\(format.string(from: Date()))-\(getpid()).jsonl"
    pending += try SessionFile.line(SessionFile.Header(model: model))
    pending += try SessionFile.line(size)
    pending += try SessionFile.line(SessionEntry(.text(text)))
  }

  /// Goes on with a session; a line that was cut off at its end is taken away.
  init(continuing path: String, complete bytes: [UInt8]) throws(CommandFault) {
    self.path = path
    let end = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
    guard let handle = FileHandle(forUpdatingAtPath: path) else {
      throw CommandFault(.cannotCreate, "\(path): cannot be written, so the session cannot go on")
    }
    do {
      try handle.truncate(atOffset: UInt64(end))
      try handle.seekToEnd()
    } catch {
      throw CommandFault(.inputOutput, "\(path): \(error.localizedDescription)")
    }
    self.handle = handle
  }

  /// Writes entries; tokens or bytes decoded one after the other share a line.
  ///
  /// - Returns: whether they are on disk; those of an idle session wait.
  func append(_ entries: [SessionEntry]) throws -> Bool {
    var lines: [UInt8] = []
    var decoded: [TokenID] = []
    var bytes: [UInt8] = []
    func flush() throws {
      if !decoded.isEmpty { lines += try SessionFile.line(SessionEntry(.decoded(decoded))) }
      if !bytes.isEmpty { lines += try SessionFile.line(SessionEntry(.decodedBytes(bytes))) }
      (decoded, bytes) = ([], [])
    }
    for entry in entries {
      switch entry.event {
      case .decoded(let ids):
        if !bytes.isEmpty { try flush() }
        decoded += ids
      case .decodedBytes(let new):
        if !decoded.isEmpty { try flush() }
        bytes += new
      default:
        try flush()
        lines += try SessionFile.line(entry)
      }
    }
    try flush()
    pending += lines
    if isIdle, handle == nil { return false }
    let handle = try open()
    try handle.write(contentsOf: Data(pending))
    pending = []
    return true
  }

  private func open() throws -> FileHandle {
    if let handle { return handle }
    let manager = FileManager.default
    try manager.createDirectory(
      atPath: Self.folder, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    // What people look at may be nobody else's business.
    guard manager.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw CommandFault(.cannotCreate, "\(path): cannot be created") }
    self.handle = handle
    for old in Self.all().dropLast(Self.kept) { try? manager.removeItem(atPath: old) }
    return handle
  }

  /// All sessions, the oldest first.
  static func all() -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let paths = files.filter { $0.hasSuffix(".jsonl") && !$0.hasPrefix(".") }.map {
      "\(folder)/\($0)"
    }
    let dated = paths.map { path -> (Date, String) in
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      return (attributes?[.modificationDate] as? Date ?? .distantPast, path)
    }
    return dated.sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 < $1.0 }.map(\.1)
  }

  /// The session that was written last.
  static func latest() throws(CommandFault) -> String {
    guard let path = all().last else {
      throw CommandFault(
        .noInput, "there is no session to go on with yet: start tessera without --resume")
    }
    return path
  }
}
