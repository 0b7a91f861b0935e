import Foundation
import TestSupport
import Testing

@Suite("The workbench in a terminal", .serialized, .timeLimit(.minutes(3)))
struct WorkbenchTerminalTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func open(
    _ arguments: String..., size: Tmux.Dimensions = (80, 24), term: String = "tmux-256color",
    environment: [String: String] = [:]
  ) throws -> Tmux {
    try Tmux(
      [StartedCommand.binary.path] + arguments, size: size, term: term,
      environment: environment.merging([
        "XDG_STATE_HOME": folder.file("state"), "XDG_CONFIG_HOME": folder.file("config"),
        "SWIFT_BACKTRACE": "enable=no",
      ]) { $1 })
  }

  private static let ready = "Lisbon"

  @Test("it opens on a text, with its tokens, what could follow, and attention; q gives all back")
  func opens() throws {
    let terminal = try open()
    let screen = try terminal.wait(for: Self.ready)
    for part in ["smollm2-135m · Q4_1 · 31 of 2048", "France▏is▏Paris╎,", "Next after ␣is", "%"] {
      #expect(screen.contains(part), "\(part)")
    }
    try terminal.wait(for: "looks at")
    #expect(try terminal.property("alternate_on") == "1")
    try terminal.press("q")
    #expect(try terminal.waitForEnd() == 0)
    #expect(try terminal.property("alternate_on") == "0")
  }

  @Test("what a model's file wants before a text stands there, and the text is evaluated with it")
  func opening() throws {
    let path = folder.file("begins.gguf")
    try Data(TinyModel(seed: 3, beginsTexts: true).writer().bytes()).write(to: URL(filePath: path))
    let terminal = try open("--model", path)
    try terminal.wait(for: "<|im_start|>╎T╎h╎e")
    #expect(!(try terminal.wait(for: "keeps").contains("saved")))
    // Nothing was done, so no session is kept.
    #expect(!FileManager.default.fileExists(atPath: folder.file("state/tessera/sessions")))
    try terminal.press("u")
    try terminal.wait(until: "it is taken away") { !$0.contains("<|im_start|>") }
    try terminal.press("q")
    #expect(try terminal.waitForEnd() == 0)
  }

  @Test("typing moves the boundaries, and what could follow changes with it")
  func typing() throws {
    let terminal = try open()
    try terminal.wait(for: Self.ready)
    try terminal.press("i")
    try terminal.wait(for: "INSERT")
    try terminal.type(" Lisbon. The capital of Japan is")
    try terminal.wait(for: "Japan▏is")
    try terminal.wait(for: "␣Tokyo")
    try terminal.press("Escape")
    try terminal.wait(for: "NORMAL")
    try terminal.press("u")
    try terminal.press("q")
    #expect(try terminal.waitForEnd() == 0)
  }

  @Test("decoding runs live, pauses, steps, branches and goes back")
  func decoding() throws {
    let terminal = try open()
    try terminal.wait(for: Self.ready)
    try terminal.press("5")
    try terminal.wait(for: "Decode · plain")
    try terminal.press("s")
    try terminal.wait(for: "32 of 2048")
    try terminal.press("S")
    try terminal.wait(for: "31 of 2048")
    try terminal.press("Space")
    try terminal.wait(for: "tok/s")
    try terminal.press("Escape")
    try terminal.wait(until: "the run has stopped") {
      $0.contains("■ paused") || $0.contains("■ the model ended") || $0.contains("as many as asked")
    }
    try terminal.press("h", "h", "c")
    try terminal.press("j")
    try terminal.press("Enter")
    try terminal.wait(for: "branch 2")
    try terminal.press("q")
    #expect(try terminal.waitForEnd() == 0)
  }

  @Test("a second tokenizer stands beside the model's, and tokens are explained")
  func tokenizers() throws {
    let terminal = try open("--tokenizer", "bytes")
    try terminal.wait(for: "2 bytes")
    try terminal.press("z")
    try terminal.wait(for: "chars/tok")
    try terminal.press("a")
    try terminal.wait(for: "tokenizer, by name or file")
    try terminal.type("nowhere.json")
    try terminal.press("Enter")
    try terminal.wait(for: "nowhere.json")
    try terminal.press("8")
    try terminal.wait(for: "merges, with their ranks")
    try terminal.press("o", "/")
    try terminal.type("/^.Paris$/")
    try terminal.press("Enter")
    try terminal.wait(for: "1 with")
    try terminal.press("q")
    #expect(try terminal.waitForEnd() == 0)
  }

  @Test("panes, help and palette are found by their keys")
  func panes() throws {
    let terminal = try open()
    try terminal.wait(for: Self.ready)
    try terminal.press("4")
    try terminal.wait(for: "logit lens")
    try terminal.press("z")
    try terminal.wait(until: "the layers have the screen") {
      $0.contains("–29") && !$0.contains("╭─ Text")
    }
    try terminal.press("z", "?")
    try terminal.wait(for: "Esc closes")
    try terminal.press("Escape")
    try terminal.wait(until: "the help is closed") { !$0.contains("Esc closes") }
    try terminal.press(":")
    try terminal.wait(for: "Enter runs")
    try terminal.type("lens ent")
    try terminal.wait(for: "Lens: Entropy")
    try terminal.press("Enter")
    try terminal.wait(for: "entropy 0")
    try terminal.press("/")
    try terminal.type("Paris")
    try terminal.press("Enter")
    try terminal.wait(for: "match 1 of 1")
  }

  @Test("the next byte is told while text is typed, within a token, and within a character")
  func bytes() throws {
    let terminal = try open()
    try terminal.wait(for: Self.ready)
    try terminal.press("6")
    try terminal.wait(for: "Bytes after ␣is")
    try terminal.wait(for: "» ␣Lisbon")
    try terminal.press("A")
    try terminal.type(" caf")
    try terminal.wait(for: "Bytes after ␣caf")
    try terminal.type("é")
    try terminal.wait(for: "Bytes after ␣café")
    try terminal.press("Escape")
    try terminal.wait(for: "NORMAL")
    try terminal.press("6", "Left")
    try terminal.wait(for: "Bytes within ␣caf<C3>")
    try terminal.wait(for: "● A9 ends é")
    try terminal.press("Left", "Left")
    try terminal.wait(for: "Bytes within ␣ca")
    try terminal.press("a")
    try terminal.wait(for: "byte-surprisal 0")
    try terminal.press("Right", "Right")
    try terminal.wait(for: "» é")
    try terminal.press("Enter")
    try terminal.wait(for: "branch 2")
    try terminal.wait(for: "Bytes after ␣café")
    try terminal.press("q")
    #expect(try terminal.waitForEnd() == 0)
  }

  @Test("a click in the text starts writing there")
  func mouse() throws {
    let terminal = try open()
    try terminal.wait(for: Self.ready)
    // SGR reports of a press and a release in column 10, row 3.
    try terminal.send(Array("\u{1b}[<0;10;3M\u{1b}[<0;10;3m".utf8))
    try terminal.wait(for: "INSERT")
  }

  @Test("what is pasted is shown, never sent")
  func paste() throws {
    let terminal = try open()
    try terminal.wait(for: Self.ready)
    try terminal.paste("\u{1b}[2J\u{1b}]0;title\u{7} \u{202e}abc")
    let screen = try terminal.wait(for: "␛")
    #expect(screen.contains("╭─ Text"))
    #expect(screen.contains("<AE>"))
    #expect(try terminal.property("pane_title") != "title")
  }

  @Test(
    "every kind of terminal gets a legible picture",
    arguments: ["vt100", "xterm", "screen", "xterm-256color", "NO_COLOR", "LANG"])
  func kinds(kind: String) throws {
    let environment = ["NO_COLOR": ["NO_COLOR": "1"], "LANG": ["LANG": "C"]][kind] ?? [:]
    let isName = environment.isEmpty
    let terminal = try open(
      term: isName ? kind : "tmux-256color", environment: environment)
    let screen = try terminal.wait(for: Self.ready)
    #expect(screen.contains("Next after"))
    if kind == "LANG" { #expect(screen.unicodeScalars.allSatisfy { $0.isASCII }) }
    if kind == "vt100" || kind == "NO_COLOR" {
      let coloured = try terminal.colouredScreen()
      #expect(!coloured.contains("[38;"))
    }
    try terminal.press("q")
    #expect(try terminal.waitForEnd() == 0)
  }

  @Test("any size is borne, down to one cell, and the picture comes back")
  func resize() throws {
    let terminal = try open(size: (200, 60))
    try terminal.wait(for: Self.ready)
    for size in [(20, 5), (1, 1), (3, 40), (132, 2), (40, 10), (80, 24)] {
      try terminal.resize(to: size)
      try terminal.press("l")
    }
    try terminal.wait(for: Self.ready)
    try terminal.press("q")
    #expect(try terminal.waitForEnd() == 0)
  }

  /// Signals, and how the process ends by them.
  private static let endings: [Int32: Int] = [
    SIGTERM: 0, SIGHUP: 0, SIGSEGV: 128 + Int(SIGSEGV), SIGABRT: 128 + Int(SIGABRT),
  ]

  @Test(
    "however it ends, the terminal is given back", arguments: [SIGTERM, SIGHUP, SIGSEGV, SIGABRT])
  func ends(signal: Int32) throws {
    let terminal = try open()
    try terminal.wait(for: Self.ready)
    kill(try terminal.processID(), signal)
    #expect(try terminal.waitForEnd() == Self.endings[signal])
    #expect(try terminal.property("alternate_on") == "0")
  }

  @Test("Ctrl-Z stops it, and fg takes the screen again")
  func suspend() throws {
    let terminal = try Tmux(
      ["bash", "--norc", "--noprofile", "-i"],
      environment: ["XDG_STATE_HOME": folder.file("state"), "PS1": "shell> "])
    try terminal.wait(for: "shell>")
    try terminal.type(StartedCommand.binary.path)
    try terminal.press("Enter")
    try terminal.wait(for: Self.ready)
    try terminal.press("C-z")
    try terminal.wait(for: "Stopped")
    #expect(try terminal.property("alternate_on") == "0")
    try terminal.type("fg")
    try terminal.press("Enter")
    try terminal.wait(for: Self.ready)
    #expect(try terminal.property("alternate_on") == "1")
    try terminal.press("q")
    try terminal.wait(until: "the shell is back") {
      !$0.contains(Self.ready) && $0.contains("shell>")
    }
  }

  @Test("after a lost connection --resume brings the session back")
  func resume() throws {
    let lost = try open()
    try lost.wait(for: Self.ready)
    try lost.press("A")
    try lost.type(" unforgettable")
    try lost.wait(for: "saved")
    try lost.wait(for: "gettable")
    kill(try lost.processID(), SIGKILL)
    _ = try lost.waitForEnd()
    let back = try open("--resume")
    try back.wait(for: "gettable")
    try back.wait(for: "INSERT")
    // Esc and a key in one breath are Alt and the key.
    try back.press("Escape")
    try back.wait(for: "NORMAL")
    try back.press("q")
    #expect(try back.waitForEnd() == 0)
  }

  @Test("a file's text is opened, whatever it holds, and a screen is saved as a picture")
  func files() throws {
    let path = try folder.write("text.txt", Array("One fish\u{1b}[31m\n".utf8) + [0xFF, 0xFE])
    let terminal = try open(path)
    try terminal.wait(for: "fish")
    try terminal.wait(for: "<FF>")
    try terminal.press("w")
    try terminal.type(folder.file("screen.svg"))
    try terminal.press("Enter")
    try terminal.wait(for: "saved the screen")
    let svg = String(decoding: try folder.read("screen.svg"), as: UTF8.self)
    #expect(svg.hasPrefix("<svg") && svg.contains("fish".suffix(1)))
  }

  @Test("what cannot be opened is said in one line, without taking the screen")
  func refusals() throws {
    let theme = try folder.write("config/tessera/themes/bad.toml", Array("heat = 7\n".utf8))
    let environment = [
      "XDG_CONFIG_HOME": folder.file("config"), "XDG_STATE_HOME": folder.file("s"),
    ]
    let cases: [([String], Int)] = [
      (["--model", "nothing-like-this"], 69), (["/nowhere/text.txt"], 66),
      (["--theme", "bad"], 65), (["--theme", "none"], 64), (["--resume"], 66),
      (["--frobnicate"], 64),
      (["--model", theme], 65),
    ]
    for (arguments, status) in cases {
      // The last one is found out by the engine, with the screen open.
      let terminal = try Tmux([StartedCommand.binary.path] + arguments, environment: environment)
      #expect(try terminal.waitForEnd() == status, "\(arguments)")
      #expect(try terminal.property("alternate_on") == "0")
      #expect(try terminal.screen().contains("tessera: "))
    }
  }
}
