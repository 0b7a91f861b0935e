import Foundation
import Testing
import TestSupport

@Suite("The command line", .timeLimit(.minutes(3)))
struct CommandTests {
  @Test("tokenize gives ids, a table, and the JSON of the contract, of any bytes")
  func tokenize() throws {
    let ids = try CommandRun.tessera("tokenize", "--text", "Hi there", "--format", "ids")
    #expect(ids.text == "26843 665\n")
    let input = Array("a\u{1b}é".utf8) + [0xE4]
    let run = try CommandRun.tessera("tokenize", "--format", "json", input: input)
    let object = try run.object()
    #expect(object["model"] as? String == "smollm2-135m")
    let tokens = try #require(object["tokens"] as? [[String: Any]])
    #expect(tokens.flatMap { $0["bytes"] as? [Int] ?? [] } == input.map { Int($0) })
    let table = try CommandRun.tessera("tokenize", input: input)
    #expect(table.status == 0 && !table.output.contains(0x1B))
  }

  @Test("greedy text is the reference's, as far as the margin allows")
  func greedy() throws {
    for run in try OracleRuns.load().runs.prefix(3) {
      let generated = try CommandRun.tessera(
        "generate", "--temperature", "0", "--max-tokens", "24", "--format", "json", "--prompt",
        run.text)
      let object = try generated.object()
      let tokens = try #require(object["tokens"] as? [[String: Any]])
      let ids = tokens.compactMap { $0["id"] as? Int }
      let certain = run.greedy24Margins.prefix { $0 >= 0.3 }.count
      #expect(!ids.isEmpty)
      #expect(
        ids.prefix(certain).elementsEqual(
          run.greedy24.prefix(ids.count).prefix(certain).map { Int($0) }))
    }
  }

  @Test("a seed gives the same text again, in every format")
  func seeds() throws {
    func generate(_ format: String, _ seed: String) throws -> CommandRun {
      try CommandRun.tessera(
        "generate", "--prompt", "Once upon a time", "--max-tokens", "12", "--seed", seed,
        "--temperature", "1.2", "--format", format)
    }
    let text = try generate("text", "5")
    #expect(try generate("text", "5").output == text.output)
    #expect(try generate("text", "6").output != text.output)
    let json = try generate("json", "5").object()
    #expect(json["text"] as? String == text.text || json["stop"] as? String == "end")
    #expect(json["tokens_per_second"] is Double)
    let lines = try generate("jsonl", "5").text.split(separator: "\n")
    #expect(lines.count == (json["tokens"] as? [Any])?.count)
    for line in lines {
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(object["model"] as? String == "smollm2-135m")
      #expect(object["surprisal"] is Double)
    }
  }

  @Test("chat, stop texts and bans do what they say")
  func options() throws {
    let chat = try CommandRun.tessera(
      "generate", "--chat", "--system", "Be brief.", "--prompt", "Hello", "--max-tokens", "1",
      "--format", "json"
    ).object()
    #expect(
      chat["prompt"] as? String
        == "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n"
        + "<|im_start|>assistant\n")
    let stop = try CommandRun.tessera(
      "generate", "--prompt", "one two three", "--temperature", "0", "--stop", " ", "--format",
      "json"
    ).object()
    #expect(stop["stop"] as? String == "stop-text")
    let free = try CommandRun.tessera(
      "generate", "--prompt", "The capital of France is", "--temperature", "0", "--max-tokens", "1")
    #expect(free.text == " Paris")
    let banned = try CommandRun.tessera(
      "generate", "--prompt", "The capital of France is", "--temperature", "0", "--max-tokens",
      "1", "--ban", " Paris")
    #expect(banned.status == 0 && banned.text != " Paris")
  }

  @Test("a lens gives every format; its list names it")
  func lenses() throws {
    let json = try CommandRun.tessera(
      "lens", "surprisal", "--text", "The capital of France is", "--format", "json"
    ).object()
    #expect(json["lens"] as? String == "surprisal")
    let reading = try #require(json["reading"] as? [String: Any])
    #expect(reading["kind"] as? String == "tokens" && reading["unit"] as? String == "bit")
    let values = try #require(reading["values"] as? [Any])
    #expect(values.first is NSNull && values.count == 5)
    for format in ["table", "csv", "svg", "html", "ansi"] {
      let run = try CommandRun.tessera(
        "lens", "attention-from", "--set", "layer=3", "--text", "The cat sat", "--format", format)
      #expect(run.status == 0 && !run.output.isEmpty)
    }
    #expect(try CommandRun.tessera("lens", "list").text.contains("prediction-depth"))
  }

  @Test("f32 and i16 agree to a hundredth of a bit")
  func precision() throws {
    func values(_ precision: String) throws -> [Double] {
      let json = try CommandRun.tessera(
        "lens", "entropy", "--precision", precision, "--text", "The capital of France is Paris.",
        "--format", "json"
      ).object()
      let reading = try #require(json["reading"] as? [String: Any])
      return try #require(reading["values"] as? [Double])
    }
    for (a, b) in zip(try values("f32"), try values("i16")) { #expect(abs(a - b) < 0.01) }
  }

  @Test("models are listed and described, broken ones too")
  func models() throws {
    let folder = try TemporaryFolder()
    try folder.write("broken.gguf", Array("GGUF\u{3}\u{0}\u{0}\u{0}".utf8))
    let environment = ["TESSERA_MODELS": folder.path]
    let list = try CommandRun.tessera("models", "list", environment: environment)
    #expect(list.status == 0)
    #expect(list.text.contains("smollm2-135m") && list.text.contains("broken"))
    let info = try CommandRun.tessera("models", "info", "smollm2-135m", "--format", "json").object()
    #expect((info["shape"] as? [String: Any])?["layers"] as? Int == 30)
    #expect(info["obstacle"] == nil)
    #expect(
      try CommandRun.tessera("models", "info", "broken", environment: environment).status == 65)
  }

  @Test("folders are described, and an encoder is refused where a text should go on")
  func folders() throws {
    let place = try TemporaryFolder()
    var tiny = TinyEncoder()
    tiny.modules = TinyEncoder.modules(pooling: "{\"pooling_mode\":\"cls\"}", normalised: true)
    let encoder = try tiny.write(to: place, name: "vectors")
    _ = try TinyFolder(TinyModel(seed: 2)).write(to: place, name: "untold")
    let info = try CommandRun.tessera("models", "info", encoder, "--format", "json").object()
    #expect(info["architecture"] as? String == "bert" && info["obstacle"] == nil)
    #expect(info["pooling"] as? String == "cls, normalised" && info["gguf_version"] == nil)
    #expect((info["shape"] as? [String: Any])?["width"] as? Int == 64)
    let table = try CommandRun.tessera("models", "info", encoder).text
    #expect(table.contains("vectors of texts, by pooling: cls, normalised"))
    let environment = ["TESSERA_MODELS": place.path]
    let list = try CommandRun.tessera("models", "list", environment: environment).text
    let rows = list.split(separator: "\n")
    #expect(rows.contains { $0.hasPrefix("vectors") && $0.contains("bert") })
    #expect(rows.contains { $0.hasPrefix("untold") && $0.contains("has no tokenizer.json") })
    for (model, what) in [("vectors", "is an encoder (bert)"), ("untold", "has no tokenizer.json")]
    {
      let run = try CommandRun.tessera(
        "generate", "--model", model, "--prompt", "x", environment: environment)
      #expect(run.status == 65 && run.errorLines.count == 1 && run.errorText.contains(what))
    }
    #expect(try CommandRun.tessera("models", "info", place.path).status == 66)
    var folder = TinyFolder(TinyModel(seed: 2))
    folder.hasTokenizer = true
    folder.shards = 3
    let whole = try folder.write(to: place, name: "whole")
    let generated = try CommandRun.tessera(
      "generate", "--model", whole, "--prompt", "the land", "--max-tokens", "5", "--format", "json"
    ).object()
    #expect(generated["model"] as? String == "whole")
    #expect((generated["tokens"] as? [Any])?.isEmpty == false)
  }

  @Test("bench answers with its runs, the median, and the bytes that a token touches")
  func bench() throws {
    let object = try CommandRun.tessera(
      "bench", "decode", "--tokens", "4", "--runs", "3", "--threads", "1", "--format", "json"
    ).object()
    #expect(object["bench"] as? String == "decode" && object["threads"] as? Int == 1)
    let runs = try #require(object["runs"] as? [Double])
    #expect(runs.count == 3 && runs.sorted()[1] == object["tokens_per_second"] as? Double)
    #expect(object["bytes_per_token"] as? Int ?? 0 > 90_000_000)
    let record = try CommandRun.tessera(
      "bench", "record", "--tokens", "40", "--runs", "3", "--format", "json"
    ).object()
    let ratios = try #require(record["runs"] as? [Double])
    #expect(ratios.count == 3 && ratios.sorted()[1] == record["time_ratio"] as? Double)
    let rollouts = try CommandRun.tessera(
      "bench", "rollouts", "--count", "3", "--tokens", "4", "--runs", "1", "--format", "json"
    ).object()
    #expect(rollouts["count"] as? Int == 3 && (rollouts["runs"] as? [Double])?.count == 1)
    let start = try CommandRun.tessera("bench", "start", "--runs", "1", "--format", "json").object()
    let phases = ["load_seconds", "prompt_seconds", "first_token_seconds"]
    let sum = phases.compactMap { start[$0] as? Double }.reduce(0, +)
    #expect(abs(sum - (start["seconds"] as? Double ?? 0)) < 1e-9 && sum > 0)
    let memory = try CommandRun.tessera(
      "bench", "memory", "--context", "50", "--requantise", "q2_k", "--format", "json"
    ).object()
    #expect(memory["tokens"] as? Int == 50)
    #expect(memory["beyond_file_bytes"] as? Int ?? 0 < memory["peak_bytes"] as? Int ?? 0)
    let keys = try CommandRun.tessera(
      "bench", "retokenize", "--bytes", "5000", "--keys", "7", "--format", "json"
    ).object()
    #expect(keys["bytes"] as? Int == 5007 && (keys["runs"] as? [Double])?.count == 7)
    let render = try CommandRun.tessera(
      "bench", "render", "--tokens", "3", "--format", "json"
    ).object()
    #expect((render["decode"] as? [String: Any])?["frames"] as? Int == 3)
  }

  @Test(
    "what is wrong is one line, with the exit code that sysexits give it",
    arguments: [
      (["generate", "--prompt", ""], 64), (["generate", "--prompt", "x", "--top-p", "2"], 64),
      (["lens", "surprsal", "--text", "x"], 64),
      (["lens", "next", "--set", "x", "--text", "x"], 64),
      (["tokenize", "/nowhere"], 66), (["tokenize", "--text", "x", "--tokenizer", "none"], 69),
      (["generate", "--prompt", "x", "--model", "/nowhere.gguf"], 66),
      (["generate", "--prompt", "x", "--context", "0"], 64), (["frobnicate", "x"], 64),
      (["generate", "--prompt", "one two three four five six", "--context", "3"], 65),
      (["models", "info", "/dev/null"], 65),
      (["lens", "attention-from", "--set", "token=99", "--text", "x"], 64),
    ])
  func faults(arguments: [String], status: Int) throws {
    let run = try StartedCommand(arguments).finish()
    #expect(run.status == Int32(status), "\(arguments): \(run.errorText)")
    #expect(run.errorLines.count == 1, "\(run.errorText)")
    #expect(run.errorText.hasPrefix("tessera: "))
    #expect(run.output.isEmpty)
  }

  @Test("Ctrl-C ends a generation with 130, and what there is stays")
  func interrupted() throws {
    let command = try StartedCommand([
      "generate", "--prompt", "Once", "--max-tokens", "2000", "--temperature", "1", "--format",
      "jsonl",
      "--ban", "<|im_end|>", "--ban", "<|endoftext|>",
    ])
    #expect(command.wait { command.hasWritten })
    kill(command.process.processIdentifier, SIGINT)
    let run = try command.finish()
    #expect(run.status == 130)
    #expect(run.output.last == UInt8(ascii: "\n"))
  }
}
