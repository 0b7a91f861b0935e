import Foundation
import TestSupport
import Testing

@Suite("Models found where they are", .timeLimit(.minutes(3)))
struct CommandStoresTests {
  let folder: TemporaryFolder
  let environment: [String: String]
  static let tiny = TinyModel(seed: 3).writer().bytes()

  init() throws {
    folder = try TemporaryFolder()
    environment = [
      "HOME": folder.file("home"), "XDG_DATA_HOME": folder.file("data"),
      "TESSERA_MODELS": folder.file("models"), "HF_HUB_CACHE": "", "HF_HOME": "",
      "XDG_CACHE_HOME": "", "OLLAMA_MODELS": "",
    ]
    try folder.write("models/.keep", [])
  }

  private struct Listed {
    var rows: [String: [String: Any]] = [:]

    func origin(_ name: String) -> String? { rows[name]?["found_in"] as? String }
    func obstacle(_ name: String) -> String? { rows[name]?["obstacle"] as? String }
  }

  /// The models that are here, by name.
  private func list(_ more: [String: String] = [:]) throws -> Listed {
    let run = try CommandRun.tessera(
      "models", "list", "--format", "json", environment: environment.merging(more) { $1 })
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errorText)")
    var listed = Listed()
    for row in try #require(try run.object()["models"] as? [[String: Any]])
    where row["installed"] as? Bool == true {
      listed.rows[try #require(row["name"] as? String)] = row
    }
    return listed
  }

  private func manifest(_ digest: String) -> [UInt8] {
    Array(
      """
      {"schemaVersion":2,"layers":[{"mediaType":"application/vnd.ollama.image.license","digest":"x"},
      {"mediaType":"application/vnd.ollama.image.model","digest":"\(digest)","size":1}]}
      """.utf8)
  }

  private let digest = "sha256:" + String(repeating: "0a", count: 32)

  private func fillStores() throws {
    try folder.write("models/mine.gguf", Self.tiny)
    try folder.write("models/inner/deep/other.gguf", Self.tiny)
    let hub = "home/.cache/huggingface/hub/"
    try folder.write(hub + "models--org--name/refs/main", Array("abc\n".utf8))
    try folder.write(hub + "models--org--name/snapshots/abc/file.gguf", Self.tiny)
    try folder.write(hub + "models--org--name/snapshots/old/former.gguf", Self.tiny)
    let config = Array(#"{"model_type": "llama", "x": [1]}"#.utf8)
    try folder.write(hub + "models--solo/snapshots/r1/config.json", config)
    try folder.write(hub + "models--solo/snapshots/r1/model.safetensors", [0, 0])
    let ollama = "home/.ollama/models/"
    try folder.write(ollama + "blobs/" + digest.replacing(":", with: "-"), Self.tiny)
    try folder.write(
      ollama + "manifests/registry.ollama.ai/library/tiny/1b", manifest(digest))
    try folder.write(ollama + "manifests/registry.ollama.ai/someone/tuned/latest", manifest(digest))
    try folder.write(ollama + "manifests/hf.co/org/repo/Q4", manifest(digest))
    try folder.write("home/.lmstudio/models/publisher/model/weights-Q8.gguf", Self.tiny)
    try folder.write("home/.cache/lm-studio/models/publisher/older/weights.gguf", Self.tiny)
  }

  @Test("every store's models are listed with size, type, architecture and place")
  func stores() throws {
    try fillStores()
    let listed = try list()
    let expected = [
      "mine": "Tessera", "inner/deep/other": "Tessera", "org/name/file": "Hugging Face",
      "solo": "Hugging Face", "tiny:1b": "Ollama", "someone/tuned:latest": "Ollama",
      "hf.co/org/repo:Q4": "Ollama", "publisher/model/weights-Q8": "LM Studio",
      "publisher/older/weights": "LM Studio",
    ]
    #expect(Set(listed.rows.keys) == Set(expected.keys))
    for (name, origin) in expected { #expect(listed.origin(name) == origin, "\(name)") }
    for (name, row) in listed.rows {
      #expect(row["bytes"] as? Int == (name == "solo" ? 2 : Self.tiny.count), "\(name)")
      // Its safetensors are none.
      #expect((row["obstacle"] != nil) == (name == "solo"), "\(name)")
      guard name != "solo" else { continue }
      #expect(row["architecture"] as? String == "llama", "\(name)")
      #expect(row["quantisation"] as? String == "F32", "\(name)")
    }
    let table = try CommandRun.tessera("models", "list", environment: environment)
    #expect(table.text.contains("tiny:1b") && table.text.contains("LM Studio"))
    #expect(
      table.text.split(separator: "\n").contains {
        $0.contains("gemma3-270m") && $0.contains("can be pulled")
      })
  }

  @Test(
    "a model is found by its name, or by its last part when that is its alone",
    arguments: [
      "mine", "other", "org/name/file", "file", "tiny:1b", "tuned", "repo:Q4", "model/weights-Q8",
    ])
  func names(word: String) throws {
    try fillStores()
    let run = try CommandRun.tessera(
      "tokenize", "--tokenizer", word, "--text", "the", "--format", "json",
      environment: environment)
    #expect(run.status == 0, "\(run.errorText)")
    let name = try #require(try run.object()["model"] as? String)
    #expect(name == word || name.hasSuffix("/" + word) || name.hasSuffix("/\(word):latest"))
  }

  @Test("the environment names other places, as the libraries have it")
  func places() throws {
    try fillStores()
    try folder.write("hub/models--a--b/snapshots/r/c.gguf", Self.tiny)
    try folder.write("home2/hub/models--d/snapshots/r/e.gguf", Self.tiny)
    let cache = try list(["HF_HUB_CACHE": folder.file("hub"), "HF_HOME": folder.file("home2")])
    #expect(cache.origin("a/b/c") == "Hugging Face" && cache.origin("d/e") == nil)
    #expect(cache.origin("org/name/file") == nil)
    let home = try list(["HF_HOME": folder.file("home2")])
    #expect(home.origin("d/e") == "Hugging Face")
    let ollama = try list(["OLLAMA_MODELS": folder.file("nowhere")])
    #expect(ollama.origin("tiny:1b") == nil)
  }

  @Test("a name that several models have is wrong usage, and the line lists them")
  func ambiguous() throws {
    try fillStores()
    try folder.write("home/.lmstudio/models/another/model/weights-Q8.gguf", Self.tiny)
    let run = try CommandRun.tessera(
      "models", "info", "weights-Q8", environment: environment)
    #expect(run.status == 64 && run.errorLines.count == 1)
    #expect(run.errorText.contains("publisher/model/weights-Q8 (LM Studio)"))
    #expect(run.errorText.contains("another/model/weights-Q8 (LM Studio)"))
    let whole = try CommandRun.tessera(
      "models", "info", "another/model/weights-Q8", environment: environment)
    #expect(whole.status == 0)
  }

  @Test("a model in several files is listed once, and says that it cannot be run")
  func shards() throws {
    for part in 1...3 {
      try folder.write("models/big-0000\(part)-of-00003.gguf", [UInt8](repeating: 0, count: 10))
    }
    let listed = try list()
    #expect(Array(listed.rows.keys) == ["big"])
    #expect(listed.rows["big"]?["parts"] as? Int == 3)
    #expect(listed.rows["big"]?["bytes"] as? Int == 30)
    #expect(listed.obstacle("big")?.contains("several GGUF files") == true)
    let run = try CommandRun.tessera(
      "generate", "--model", "big", "--prompt", "x", environment: environment)
    #expect(run.status == 65 && run.errorLines.count == 1)
    #expect(run.errorText.contains("several GGUF files"))
  }

  @Test("what is broken or hostile is a line of the list, and hides nothing else")
  func hostile() throws {
    try fillStores()
    let files = FileManager.default
    try folder.write("models/cut.gguf", Array(Self.tiny.prefix(1000)))
    try folder.write("models/empty.gguf", [])
    try folder.write("models/steers\u{1b}[2J.gguf", Self.tiny)
    try files.createSymbolicLink(
      atPath: folder.file("models/loop"), withDestinationPath: folder.file("models"))
    try files.createSymbolicLink(
      atPath: folder.file("models/self.gguf"), withDestinationPath: folder.file("models/self.gguf"))
    try files.createDirectory(
      atPath: folder.file("models/folder.gguf"), withIntermediateDirectories: true)
    try folder.write("models/" + (0..<40).map { "d\($0)" }.joined(separator: "/") + "/x.gguf", [1])
    let library = "home/.ollama/models/manifests/registry.ollama.ai/library/"
    try folder.write(library + "broken/latest", Array("{".utf8))
    try folder.write(library + "huge/latest", [UInt8](repeating: 0x20, count: 3 << 20))
    try folder.write(library + "deep/latest", [UInt8](repeating: 0x5B, count: 100_000))
    try folder.write(library + "outside/latest", manifest("sha256:../../../../etc/passwd"))
    try folder.write(
      library + "gone/latest", manifest("sha256:" + String(repeating: "f", count: 64)))
    try folder.write(library + "empty/latest", [])
    let hub = "home/.cache/huggingface/hub/"
    try folder.write(hub + "models--no--snapshot/refs/main", Array("../../../x".utf8))
    try folder.write(hub + "models--away/refs/main", Array("../../models--org--name".utf8))
    try folder.write(hub + "models--away/snapshots/r/config.json", Array("[[[".utf8))
    try folder.write(hub + "models--away/snapshots/r/model.safetensors", [1])

    let listed = try list()
    #expect(listed.obstacle("mine") == nil && listed.rows["mine"] != nil)
    for name in ["cut", "empty", "broken:latest", "huge:latest", "deep:latest", "outside:latest"] {
      #expect(listed.obstacle(name) != nil, "\(name)")
    }
    #expect(listed.obstacle("gone:latest")?.contains("missing") == true)
    #expect(listed.rows["away"] != nil)
    #expect(listed.rows.keys.filter { $0.hasPrefix("loop/") }.isEmpty)
    let table = try CommandRun.tessera("models", "list", environment: environment)
    #expect(table.status == 0 && !table.output.contains(0x1B))
    // A heading, a line for each of them and each that can be pulled, then a line for each reason.
    let published = 3
    let reasons = listed.rows.values.filter { $0["obstacle"] != nil }.count
    #expect(
      table.text.split(separator: "\n").count == 1 + listed.rows.count + published + reasons + 1)
  }

  @Test("a thousand models are listed, each once")
  func many() throws {
    try folder.write("models/m.gguf", Self.tiny)
    for number in 0..<1000 {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file("models/m\(number).gguf"),
        withDestinationPath: folder.file("models/m.gguf"))
    }
    let listed = try list()
    #expect(listed.rows.count == 1001)
    #expect(listed.rows.values.allSatisfy { $0["obstacle"] == nil })
  }
}
