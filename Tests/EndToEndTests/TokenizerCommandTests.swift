import Foundation
import TestSupport
import Testing

@Suite("Learning tokenizers on the command line", .timeLimit(.minutes(3)))
struct TokenizerCommandTests {
  private static func text(_ name: String, _ count: Int) throws -> [UInt8] {
    try [UInt8](
      Data(contentsOf: URL(fileURLWithPath: RepositoryFolder.path(".build/corpus/\(name).txt")))
        .prefix(count))
  }

  @Test("a tokenizer is learned, used at once, and tells what it was learned from")
  func trainAndInfer() throws {
    let folder = try TemporaryFolder()
    try folder.write("text/de/a.txt", Self.text("manual-de", 300_000))
    try folder.write("text/py/b.txt", Self.text("code-python", 100_000))
    try folder.write("text/py/binary", [1, 0, 2])
    let output = folder.file("out.json")
    let trained = try CommandRun.tessera(
      "tokenizer", "train", folder.file("text"), "--output", output, "--vocabulary", "3000",
      "--special", "<|end|>", "--format", "json")
    #expect(trained.status == 0, "\(trained.errorText)")
    let report = try trained.object()
    #expect(report["entries"] as? Int == 3000)
    #expect(report["merges"] as? Int == 3000 - 257)
    #expect(report["bytes"] as? Int == 400_000)
    #expect(report["binary_files_left_out"] as? Int == 1)

    let tokens = try CommandRun.tessera(
      "tokenize", "--tokenizer", output, "--text", "def<|end|>", "--format", "ids")
    #expect(tokens.text.split(separator: " ").last == "0\n")

    let mixture = try CommandRun.tessera(
      "tokenizer", "mixture", output, "--category", "german=" + folder.file("text/de"),
      "--category", "python=" + folder.file("text/py"), "--merges", "2000", "--format", "json")
    #expect(mixture.status == 0, "\(mixture.errorText)")
    let found = try mixture.object()
    let categories = try #require(found["categories"] as? [[String: Any]])
    #expect(categories.map { $0["name"] as? String } == ["german", "python"])
    let shares = categories.compactMap { $0["share"] as? Double }
    #expect(abs((shares.first ?? 0) - 0.75) < 1e-6 && abs((shares.last ?? 0) - 0.25) < 1e-6)
    #expect((found["binding"] as? [Any])?.isEmpty == false)
    let table = try CommandRun.tessera(
      "tokenizer", "mixture", output, "--category", "german=" + folder.file("text/de"),
      "--category", "python=" + folder.file("text/py"), "--merges", "500")
    #expect(table.text.contains("german") && table.text.contains("%"))
  }

  @Test("what is wrong is said in one line, with the right exit code, and nothing is written")
  func faults() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("text.txt", Array("some text\n".utf8))
    let empty = try folder.write("empty.txt", [])
    let output = folder.file("out.json")
    func status(_ arguments: String...) throws -> Int32 {
      let run = try StartedCommand(["tokenizer"] + arguments).finish()
      #expect(run.errorLines.count == 1, "\(run.errorText)")
      return run.status
    }
    #expect(try status("train", text, "--output", output, "--vocabulary", "200") == 64)
    #expect(try status("train", text, "--output", text) == 64)
    #expect(try status("train", text, "--output", output, "--kind", "lib", "--special", "x") == 64)
    #expect(try status("train", empty, "--output", output) == 65)
    #expect(try status("train", folder.file("none"), "--output", output) == 66)
    #expect(try status("train", text, "--output", folder.file("no/such.json")) == 73)
    #expect(try status("mixture", "smollm2-135m", "--category", text) == 64)
    #expect(try status("mixture", "smollm2-135m", "--category", "a=" + text) == 64)
    #expect(
      try status(
        "mixture", "smollm2-135m", "--category", "a=" + text, "--category", "b=" + empty) == 65)
    #expect(folder.content("").sorted() == ["empty.txt", "text.txt"])
  }

  @Test("Ctrl-C ends a training with 130 and leaves nothing behind")
  func interrupted() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("text.txt", Self.text("manual-de", 1_000_000))
    let command = try StartedCommand([
      "tokenizer", "train", text, "--output", folder.file("out.json"), "--kind", "lib",
      "--passes", "1000",
    ])
    let status = "/proc/\(command.process.processIdentifier)/status"
    // Bit 1 of the caught signals is SIGINT: from then on it is noted.
    let isReady = command.wait(until: {
      let lines = (try? String(contentsOfFile: status, encoding: .utf8))?.split(separator: "\n")
      let caught = lines?.first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last
      return (caught.flatMap { UInt64($0, radix: 16) } ?? 0) & 2 != 0
    })
    try #require(isReady)
    kill(command.process.processIdentifier, SIGINT)
    let run = try command.finish()
    #expect(run.status == 130)
    #expect(run.errors.isEmpty && run.output.isEmpty)
    #expect(folder.content("") == ["text.txt"])
  }
}
