public import Foundation

/// Runs scripts in the Python environment of the tests, which `Tests/Setup/python.sh` makes: the
/// reference implementations that ours are compared with live there.
public enum ReferencePython {
  /// A script that did not end well, with what it wrote.
  public struct Failure: Error, CustomStringConvertible {
    /// The script, its exit status, and the end of what it wrote to standard error.
    public let description: String
  }

  /// Runs a script of the repository and gives what it wrote to standard output.
  ///
  /// - Throws: `SetupMissing` when there is no environment; `Failure` when the script fails.
  @discardableResult
  public static func run(_ script: String, _ arguments: [String] = []) throws -> Data {
    let python = RepositoryFolder.path(".build/python/bin/python")
    guard FileManager.default.isExecutableFile(atPath: python) else {
      throw SetupMissing("the Python environment of the tests, .build/python,")
    }
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = [RepositoryFolder.path(script)] + arguments
    process.currentDirectoryURL = URL(filePath: RepositoryFolder.path)
    let errors = FileManager.default.temporaryDirectory
      .appendingPathComponent("tessera-reference-\(UUID().uuidString)")
    try Data().write(to: errors)
    defer { try? FileManager.default.removeItem(at: errors) }
    let output = Pipe()
    process.standardOutput = output
    // A file, since a full pipe that nobody reads would stop the script.
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let written = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let message = try String(decoding: Data(contentsOf: errors).suffix(2000), as: UTF8.self)
      throw Failure(
        description: "\(script) ended with status \(process.terminationStatus): \(message)")
    }
    return written
  }
}
