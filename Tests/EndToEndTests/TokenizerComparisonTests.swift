import Foundation
import Testing
import TestSupport

@Suite("Tokenizers on the command line", .timeLimit(.minutes(3)))
struct TokenizerComparisonTests {
  private static let qwen = RepositoryFolder.path(".build/tokenizers/qwen/qwen.tiktoken")
  private static let text = "The capital of Bayern is München.\n"

  @Test("compare lays tokenizers on one text, as table, JSON and pictures")
  func compare() throws {
    let names = ["smollm2-135m", Self.qwen, "bytes"]
    func run(_ arguments: String...) throws -> CommandRun {
      try StartedCommand(["tokenizer", "compare"] + names + ["--text", Self.text] + arguments)
        .finish()
    }
    let object = try run("--format", "json").object()
    #expect(object["words"] as? Int == 6 && object["bytes"] as? Int == 35)
    let sides = try #require(object["tokenizers"] as? [[String: Any]])
    #expect(
      sides.compactMap { $0["tokenizer"] as? String } == ["smollm2-135m", "qwen.tiktoken", "bytes"])
    for side in sides {
      let tokens = try #require(side["tokens"] as? [[String: Any]])
      #expect(side["token_count"] as? Int == tokens.count)
      #expect(tokens.flatMap { $0["bytes"] as? [Int] ?? [] } == Self.text.utf8.map { Int($0) })
      let perWord = try #require(side["tokens_per_word"] as? Double)
      #expect(abs(perWord * 6 - Double(tokens.count)) < 1e-9)
    }
    #expect(sides.last?["token_count"] as? Int == 35)
    let kinds = try #require(object["perturbations"] as? [[String: Any]])
    #expect(
      kinds.compactMap { $0["kind"] as? String } == [
        "typos", "upper", "lower", "spaces", "nfc", "nfd",
      ])
    let table = try run()
    #expect(table.status == 0 && table.text.contains("bytes/token"))
    #expect(table.text.contains("boundaries that stay under"))
    #expect(try run("--format", "svg").text.hasPrefix("<svg"))
    #expect(try run("--format", "html", "--plain").text.contains("qwen.tiktoken: ␣capital id"))
    #expect(try run("--format", "ansi").output.contains(0x1B))
  }

  @Test("inspect measures entries and texts; shares add up to 1, fertility times words is tokens")
  func inspect() throws {
    let folder = try TemporaryFolder()
    try folder.write("en/a.txt", Array("The cat sat on the mat.\n".utf8))
    try folder.write("en/b/c.txt", Array("It is raining.\n".utf8))
    try folder.write("de/a.txt", Array("Die Katze saß auf der Matte.\n".utf8))
    let object = try CommandRun.tessera(
      "tokenizer", "inspect", "smollm2-135m", "bytes", "--texts", "en=\(folder.file("en"))",
      "--texts", folder.file("de"), "--format", "json"
    ).object()
    let items = try #require(object["tokenizers"] as? [[String: Any]])
    #expect(items.count == 2 && items[0]["entries"] as? Int == 49_152)
    for item in items {
      let classes = try #require(item["classes"] as? [[String: Any]])
      let shares = classes.compactMap { $0["share"] as? Double }
      #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
      let texts = try #require(item["texts"] as? [[String: Any]])
      #expect(texts.map { $0["texts"] as? String } == ["en", "de"])
      for text in texts {
        let fertility = try #require(text["fertility"] as? Double)
        let words = try #require(text["words"] as? Int)
        let tokens = try #require(text["tokens"] as? Int)
        #expect(abs(fertility * Double(words) - Double(tokens)) < 1e-9)
      }
      #expect(texts[0]["parity"] as? Double == 1)
    }
    let overlap = try #require(object["overlap"] as? [String: Any])
    #expect(overlap["shared"] as? [[Int]] != nil)
    // Of bytes, the file that both languages have: 30 bytes over 24.
    let bytes = try #require((items[1]["texts"] as? [[String: Any]])?[1]["parity"] as? Double)
    #expect(abs(bytes - 30.0 / 24.0) < 1e-9)
    let html = try CommandRun.tessera("tokenizer", "inspect", "bytes", "--format", "html")
    #expect(html.text.hasPrefix("<!DOCTYPE html>") && html.text.contains("class=\"b\""))
    let table = try CommandRun.tessera("tokenizer", "inspect", "bytes")
    #expect(table.status == 0 && table.text.contains("entries by class"))
  }

  @Test("an entry is explained by its id or its text, a text's tokens by where they begin")
  func explain() throws {
    let object = try CommandRun.tessera(
      "tokenizer", "inspect", "smollm2-135m", "--token", " Paris", "--format", "json"
    ).object()
    let token = try #require(object["token"] as? [String: Any])
    #expect(token["piece"] as? String == " Paris" && object["is_reachable"] as? Bool == true)
    var leaves: [Int] = []
    func collect(_ node: [String: Any]) {
      if let left = node["left"] as? [String: Any], let right = node["right"] as? [String: Any] {
        collect(left)
        collect(right)
      } else {
        leaves += node["bytes"] as? [Int] ?? []
      }
    }
    collect(try #require(object["merges"] as? [String: Any]))
    #expect(leaves == " Paris".utf8.map { Int($0) })
    let explained = try CommandRun.tessera(
      "tokenize", "--explain", "--format", "json", "--text", Self.text
    ).object()
    let rows = try #require(explained["tokens"] as? [[String: Any]])
    #expect(rows.first?["begins"] as? String == "edge" && rows.last?["ends"] as? String == "edge")
    #expect(rows.contains { $0["begins"] as? String == "no_merge" })
    let table = try CommandRun.tessera("tokenize", "--explain", "--text", Self.text)
    #expect(table.text.contains("no merge joins"))
  }

  @Test("what cannot be is refused in one line, with its exit code")
  func faults() throws {
    let folder = try TemporaryFolder()
    let broken = try folder.write("tokenizer.json", Array("{\"model\": {".utf8))
    let cases: [([String], Int32)] = [
      (["compare", "bytes", "--text", "a"], 64),
      (["compare", "bytes", "bytes", "--text", "a", "--file", "b"], 64),
      (["compare", "bytes", "nothing", "--text", "a"], 69),
      (["compare", "bytes", "/nowhere/tokenizer.json", "--text", "a"], 66),
      (["compare", "bytes", broken, "--text", "a"], 65),
      (["inspect", broken], 65), (["inspect"], 64),
      (["inspect", "bytes", "--texts", "nowhere"], 66),
      (["inspect", "bytes", "--texts", "en=/nowhere"], 66),
      (["inspect", "bytes", "--token", "300"], 64),
    ]
    for (arguments, status) in cases {
      let run = try StartedCommand(["tokenizer"] + arguments).finish()
      #expect(run.status == status, "\(arguments): \(run.errorText)")
      #expect(run.errorLines.count == 1 && run.output.isEmpty)
    }
  }
}
