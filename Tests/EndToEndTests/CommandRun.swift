import Foundation
import TestSupport
import Testing

/// The built `tessera`, run as a user runs it.
struct CommandRun {
  var status: Int32
  var output: [UInt8]
  var errors: [UInt8]

  var text: String { String(decoding: output, as: UTF8.self) }
  var errorText: String { String(decoding: errors, as: UTF8.self) }
  var errorLines: [Substring] { errorText.split(separator: "\n") }

  /// Standard output as a JSON object.
  func object() throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(output)) as? [String: Any])
  }

  /// Runs `tessera` to its end.
  static func tessera(
    _ arguments: String..., input: [UInt8] = [], environment: [String: String] = [:]
  ) throws -> CommandRun {
    try StartedCommand(arguments, input: input, environment: environment).finish()
  }
}

/// A `tessera` that may still be running.
final class StartedCommand {
  /// Beside the test bundle, where SwiftPM builds it.
  static let binary = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("tessera")

  let process = Process()
  private let folder: TemporaryFolder
  private let watchdog: DispatchWorkItem

  init(
    _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
    program: URL = StartedCommand.binary
  ) throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    let files = try ["input", "output", "errors"].map { name in
      let path = folder.file(name)
      try Data(name == "input" ? input : []).write(to: URL(fileURLWithPath: path))
      return try #require(FileHandle(forUpdatingAtPath: path))
    }
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = files[0]
    process.standardOutput = files[1]
    process.standardError = files[2]
    // A command that hangs fails its test instead of holding up the others for ever.
    watchdog = DispatchWorkItem { [process] in kill(process.processIdentifier, SIGKILL) }
    try process.run()
    DispatchQueue.global().asyncAfter(deadline: .now() + 120, execute: watchdog)
  }

  /// Waits for the end.
  func finish() throws -> CommandRun {
    process.waitUntilExit()
    watchdog.cancel()
    let exited = process.terminationReason == .exit
    return CommandRun(
      status: exited ? process.terminationStatus : 128 + process.terminationStatus,
      output: try folder.read("output"), errors: try folder.read("errors"))
  }

  /// Whether it has written something to standard output.
  var hasWritten: Bool { (try? folder.read("output").isEmpty) == false }

  /// Waits until `condition` holds; false when the process ended before.
  func wait(until condition: () -> Bool) -> Bool {
    while !condition() {
      guard process.isRunning else { return condition() }
      sched_yield()
    }
    return true
  }
}

extension TemporaryFolder {
  /// The bytes of a file.
  func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  /// Writes a file, executable when it starts with `#!`; returns its path.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let url = URL(fileURLWithPath: file(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    if bytes.starts(with: Array("#!".utf8)) {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
    }
    return url.path
  }

  /// Names of what lies in a folder, without the lock that stays.
  func content(_ name: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: file(name))) ?? [])
      .filter { $0 != ".pull.lock" }.sorted()
  }
}
