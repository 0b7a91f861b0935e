import Foundation
import Synchronization

/// A program inside a terminal that nobody looks at: a tmux server of its own, with one pane.
///
/// Tests press keys and then *wait until* the screen shows what it should; nothing sleeps for a
/// fixed time. The server ends with this object.
final class Tmux {
  /// What went wrong, with the screen as it was.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Columns and rows.
  typealias Dimensions = (columns: Int, rows: Int)

  private let socket: String
  private let processFile: String
  private static let serial = Mutex(0)

  /// How long to wait for anything, in seconds: generous, since it is only used up by a failure.
  static let patience = 30.0

  /// Whether tmux is installed.
  static let isInstalled = (try? run(["-V"])) != nil

  /// Starts `command` (an argument list) in a terminal of that size.
  ///
  /// - Parameters:
  ///   - term: `TERM` as the program sees it.
  ///   - environment: variables to set.
  init(
    _ command: [String], size: Dimensions = (80, 24), term: String = "tmux-256color",
    environment: [String: String] = [:], directory: String? = nil
  ) throws {
    let number = Self.serial.withLock { serial in
      serial += 1
      return serial
    }
    socket = "tessera-test-\(getpid())-\(number)"
    processFile = NSTemporaryDirectory() + "/\(socket).pid"
    // The locale and the colours are the test's, whatever the machine's are.
    let cleared = ["NO_COLOR", "COLORTERM", "LC_ALL", "LC_CTYPE"]
    let set = ["LANG": "C.UTF-8", "TERM": term].merging(environment) { $1 }
    var words = ["env"]
    for name in cleared where set[name] == nil { words += ["-u", name] }
    words += set.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    words += command
    var arguments = [
      "start-server", ";", "set-option", "-g", "status", "off", ";",
      "set-option", "-s", "escape-time", "0", ";", "set-option", "-g", "mouse", "on", ";",
      "new-session", "-d", "-x", "\(size.columns)", "-y", "\(size.rows)",
    ]
    if let directory { arguments += ["-c", directory] }
    // The shell tells what process it starts and how that ends; tmux does not always know.
    let inner = "echo $$ > \(Self.quoted(processFile)); exec \"$@\""
    let outer =
      "sh -c \(Self.quoted(inner)) sh \"$@\"; status=$?; echo; echo \"ended with $status\"; exec sleep 600"
    arguments.append((["sh", "-c", outer, "sh"] + words).map(Self.quoted).joined(separator: " "))
    // Only now: tmux 3.3 falls over a new session when sizes are manual.
    arguments += [";", "set-option", "-g", "window-size", "manual"]
    try tmux(arguments)
  }

  deinit {
    _ = try? tmux(["kill-server"])
    unlink(processFile)
  }

  /// Presses keys by tmux's names: `Enter`, `C-n`, `Escape`, `F1`, `x`.
  func press(_ keys: String...) throws {
    try tmux(["send-keys"] + keys)
  }

  /// Types text, character by character.
  func type(_ text: String) throws {
    try tmux(["send-keys", "-l", text])
  }

  /// Sends bytes as they are, such as a mouse report.
  func send(_ bytes: [UInt8]) throws {
    try tmux(["send-keys", "-H"] + bytes.map { String($0, radix: 16) })
  }

  /// Pastes text as a terminal does: bracketed, if the program asked for that.
  func paste(_ text: String) throws {
    try tmux(["set-buffer", "--", text])
    try tmux(["paste-buffer", "-p"])
  }

  /// Gives the terminal another size.
  func resize(to size: Dimensions) throws {
    try tmux(["resize-window", "-x", "\(size.columns)", "-y", "\(size.rows)"])
  }

  /// The text of the screen, a line per row.
  func screen() throws -> String { try tmux(["capture-pane", "-p"]) }

  /// The screen with the escape sequences of its colours.
  func colouredScreen() throws -> String { try tmux(["capture-pane", "-e", "-p"]) }

  /// A property of the pane by its tmux format: `alternate_on`, `pane_title`.
  func property(_ name: String) throws -> String {
    try tmux(["display-message", "-p", "#{\(name)}"]).trimmingCharacters(in: .newlines)
  }

  /// The process that was started.
  func processID() throws -> pid_t {
    let text = String(
      decoding: FileManager.default.contents(atPath: processFile) ?? Data(), as: UTF8.self)
    guard let id = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw Failure(description: "the shell told no process")
    }
    return id
  }

  /// Waits until the screen contains `text`, and gives the screen.
  @discardableResult
  func wait(for text: String) throws -> String {
    try wait(until: "the screen contains \"\(text)\"") { $0.contains(text) }
  }

  /// Waits until the screen holds to `condition`, and gives the screen.
  @discardableResult
  func wait(until what: String, _ condition: (String) throws -> Bool) throws -> String {
    let deadline = Date.now.addingTimeInterval(Self.patience)
    while true {
      let screen = try screen()
      if try condition(screen) { return screen }
      guard Date.now < deadline else {
        throw Failure(description: "waited in vain until \(what); the screen is:\n\(screen)")
      }
      usleep(20_000)
    }
  }

  /// Waits until the program has ended, and gives its exit status (of a signal: 128 + its number).
  func waitForEnd() throws -> Int {
    let mark = "ended with "
    let screen = try wait(for: mark)
    let digits = screen.split(separator: mark, maxSplits: 1).last?.prefix { $0.isNumber } ?? ""
    return Int(digits) ?? -1
  }

  @discardableResult
  private func tmux(_ arguments: [String]) throws -> String {
    try Self.run(["-u", "-L", socket, "-f", "/dev/null"] + arguments)
  }

  /// Runs tmux and gives what it prints.
  ///
  /// Not with Foundation's `Process`: that waits until all who inherited its descriptors have ended,
  /// and the server, which goes on, is one of them.
  private static func run(_ arguments: [String]) throws -> String {
    let path = NSTemporaryDirectory() + "/tessera-tmux-\(UUID().uuidString)"
    defer { unlink(path) }
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(
      &files, STDOUT_FILENO, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO)
    // Threads of the tests have signals blocked, of which the server must hear.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var argv = (["tmux"] + arguments).map { strdup($0) } + [nil]
    let variables = ProcessInfo.processInfo.environment.filter { $0.key != "TMUX" }
    var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for string in argv + envp { free(string) } }
    var child: pid_t = 0
    let failure = posix_spawnp(&child, "tmux", &files, &attributes, &argv, &envp)
    guard failure == 0 else {
      throw Failure(description: "cannot start tmux: \(String(cString: strerror(failure)))")
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    guard status == 0 else {
      throw Failure(description: "tmux \(arguments.joined(separator: " ")): \(text)")
    }
    return text
  }

  private static func quoted(_ word: String) -> String {
    "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
