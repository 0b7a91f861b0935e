/// The themes that come with Tessera, as the text of their files.
public enum Themes {
  /// Name and TOML text of each.
  public static let all: [(name: String, toml: String)] = [
    ("ink", String(decoding: PackageResources.ink_toml, as: UTF8.self)),
    ("paper", String(decoding: PackageResources.paper_toml, as: UTF8.self)),
    ("mono", String(decoding: PackageResources.mono_toml, as: UTF8.self)),
  ]

  /// The text of the theme of this name; `nil` when none comes with Tessera.
  public static func toml(named name: String) -> String? { all.first { $0.name == name }?.toml }
}
