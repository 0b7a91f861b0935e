import Foundation

/// The folders of the XDG base directory specification that belong to Tessera.
enum UserFolders {
  /// What people write: themes.
  static var configuration: String { folder("XDG_CONFIG_HOME", standard: ".config") }

  /// What Tessera writes as it goes: sessions.
  static var state: String { folder("XDG_STATE_HOME", standard: ".local/state") }

  private static func folder(_ variable: String, standard: String) -> String {
    let environment = ProcessInfo.processInfo.environment
    // A relative path here is to be ignored, says the specification.
    let chosen = environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let home = environment["HOME"] ?? NSHomeDirectory()
    return (chosen ?? "\(home)/\(standard)") + "/tessera"
  }
}
