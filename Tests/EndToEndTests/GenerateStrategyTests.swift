import Foundation
import TestSupport
import Testing

@Suite("Generating from a prompt that may stop anywhere", .timeLimit(.minutes(3)))
struct GenerateStrategyTests {
  private let cut = "The capital of Portugal is Lis"

  private func generate(_ arguments: String...) throws -> [String: Any] {
    let all = ["generate", "--temperature", "0", "--format", "json"] + arguments
    return try StartedCommand(all).finish().object()
  }

  @Test("a word that the prompt cuts in two goes on as if it had been written whole")
  func cutWord() throws {
    let whole = try generate("--prompt", "The capital of Portugal is", "--max-tokens", "2")
    #expect(whole["text"] as? String == " Lisbon.")
    let plain = try generate("--prompt", cut, "--max-tokens", "2")
    #expect((plain["text"] as? String)?.hasPrefix("bon") == false)
    let healed = try generate("--prompt", cut, "--strategy", "heal", "--max-tokens", "2")
    #expect(healed["text"] as? String == "bon.")
    let bytes = try generate("--prompt", cut, "--strategy", "bytes", "--max-bytes", "4")
    #expect(bytes["text"] as? String == "bon.")
  }

  @Test("healing takes the last token back, and its tokens spell the end of the prompt again")
  func healing() throws {
    let healed = try generate("--prompt", cut, "--strategy", "heal", "--max-tokens", "5")
    let tokens = try #require(healed["tokens"] as? [[String: Any]])
    let start = try #require(tokens.first?["start"] as? Int)
    let spelled = tokens.flatMap { $0["bytes"] as? [Int] ?? [] }.map { UInt8($0) }
    let text = try #require(healed["text"] as? String)
    #expect(start < cut.utf8.count)
    #expect(Array(cut.utf8.dropFirst(start)) + Array(text.utf8) == spelled)
    // A special token is nothing that could be healed.
    let special = "<|im_start|>assistant\n<|im_end|>"
    let plain = try generate("--prompt", special, "--max-tokens", "4")
    let same = try generate("--prompt", special, "--max-tokens", "4", "--strategy", "heal")
    #expect(plain["text"] as? String == same["text"] as? String)
  }

  @Test("bytes are told with what each model makes of them, in every format")
  func opinions() throws {
    let arguments = [
      "--prompt", cut, "--model", "smollm2-135m", "--model", "smollm2-135m", "--max-bytes", "6",
      "--temperature", "0",
    ]
    let alone = try generate("--prompt", cut, "--strategy", "bytes", "--max-bytes", "6")
    let single = try #require(alone["bytes"] as? [[String: Any]])
    #expect(alone["ensemble"] == nil)
    #expect(try #require(alone["model_steps"] as? Int) > 0)
    for combination in ["mixture", "product"] {
      let run = try StartedCommand(
        ["generate", "--format", "json", "--ensemble", combination] + arguments
      ).finish().object()
      #expect(run["ensemble"] as? String == combination)
      #expect(run["weights"] as? [Double] == [0.5, 0.5])
      #expect(run["text"] as? String == alone["text"] as? String)
      let steps = try #require(run["bytes"] as? [[String: Any]])
      #expect(steps.count == single.count)
      // A model agrees with itself.
      for (step, one) in zip(steps, single) {
        let combined = try #require(step["combined"] as? Double)
        let opinions = try #require(step["opinions"] as? [[String: Any]])
        let values = opinions.compactMap { $0["probability"] as? Double } + [combined]
        let wanted = try #require(one["combined"] as? Double)
        #expect(values.count == 3 && values.allSatisfy { abs($0 - wanted) < 1e-9 })
      }
    }
    let lines = try StartedCommand(["generate", "--format", "jsonl"] + arguments).finish().text
    #expect(lines.split(separator: "\n").count == 6)
    let text = try StartedCommand(["generate"] + arguments).finish()
    #expect(text.text == alone["text"] as? String)
  }

  @Test("a model of another vocabulary counts by its weight")
  func weights() throws {
    let place = try TemporaryFolder()
    var folder = TinyFolder(TinyModel(seed: 2))
    folder.hasTokenizer = true
    let tiny = try folder.write(to: place, name: "tiny")
    let both = ["--prompt", "the land", "--max-bytes", "5", "--model", tiny]
    let all = ["generate", "--temperature", "0", "--format", "json", "--model", "smollm2-135m"]
    let alone = try generate("--strategy", "bytes", "--prompt", "the land", "--max-bytes", "5")
    let weights = ["--weight", "2", "--weight", "0"]
    let run = try StartedCommand(all + both + weights).finish()
    try #require(run.status == 0, "\(run.errorText)")
    let none = try run.object()
    #expect(none["text"] as? String == alone["text"] as? String)
    let half = try StartedCommand(all + both).finish().object()
    let steps = try #require(half["bytes"] as? [[String: Any]])
    for step in steps {
      let opinions = try #require(step["opinions"] as? [[String: Any]])
      let values: [Double] = opinions.compactMap { $0["probability"] as? Double }
      let combined = try #require(step["combined"] as? Double)
      #expect(values.count == 2)
      let mean: Double = values.reduce(0, +) / 2
      #expect(abs(combined - mean) < 1e-9)
    }
  }

  @Test("a full context ends the bytes, and those before it are the ones of a larger context")
  func fullContext() throws {
    let prompt = ["--prompt", "One, two, three, four,", "--strategy", "bytes", "--max-bytes", "90"]
    func run(_ context: String) throws -> [String: Any] {
      let all = ["generate", "--temperature", "0", "--format", "json", "--context", context]
      return try StartedCommand(all + prompt).finish().object()
    }
    let (short, long) = (try run("16"), try run("512"))
    #expect(short["stop"] as? String == "context" && long["stop"] as? String == "max-bytes")
    let (few, all) = (try #require(short["text"] as? String), try #require(long["text"] as? String))
    #expect(!few.isEmpty && few.count < all.count && all.hasPrefix(few))
    #expect((short["bytes"] as? [Any])?.count == few.utf8.count)
  }

  @Test("what does not go together is refused in one line")
  func refusals() throws {
    let wrong: [[String]] = [
      ["--strategy", "bytes", "--max-tokens", "3"], ["--strategy", "bytes", "--ban", "x"],
      ["--max-bytes", "3"], ["--strategy", "heal", "--max-bytes", "3"],
      ["--model", "smollm2-135m", "--model", "smollm2-135m", "--strategy", "plain"],
      ["--ensemble", "product"], ["--weight", "1"],
      ["--model", "smollm2-135m", "--model", "smollm2-135m", "--weight", "1"],
      ["--model", "smollm2-135m", "--model", "smollm2-135m", "--weight", "0", "--weight", "0"],
      ["--chat", "--suffix", "x"],
    ]
    for arguments in wrong {
      let run = try StartedCommand(["generate", "--prompt", "x"] + arguments).finish()
      #expect(run.status == 64, "\(arguments)")
      #expect(run.errorLines.count == 1, "\(run.errorText)")
    }
    let unable = try CommandRun.tessera("generate", "--prompt", "x", "--suffix", "y")
    #expect(unable.status == 65 && unable.errorText.contains("markers"))
    let long = try CommandRun.tessera(
      "generate", "--prompt", "one two three four five six", "--context", "3", "--strategy", "bytes"
    )
    #expect(long.status == 65 && long.errorLines.count == 1)
  }
}
