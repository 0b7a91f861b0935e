import Foundation

/// The folder of the repository, wherever the tests are started from.
public enum RepositoryFolder {
  /// The top folder.
  public static let path = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// The path of a file in the repository.
  public static func path(_ relative: String) -> String { path + "/" + relative }
}

/// Something that the set-up of the tests should have prepared is not there.
public struct SetupMissing: Error, CustomStringConvertible {
  /// What is missing, and the command that prepares it.
  public let description: String

  /// A missing file or program.
  public init(_ what: String) { description = "\(what) is missing: `make test` prepares it" }
}
