import Foundation

/// Another program, run to its end with its output in files, so that no pipe can fill up and block.
struct ChildProcess {
  /// Looked up in `PATH`.
  var program: String
  var arguments: [String]
  /// Added to this process's environment.
  var environment: [String: String] = [:]
  /// Files that take its standard output and standard error.
  var output: String
  var errors: String

  /// Nil when there is no such program.
  ///
  /// The child is a process group of its own: signals of the terminal reach us alone, and when
  /// `poll` throws, the whole group is ended before the error goes on.
  /// - Parameter poll: called some twenty times a second while the child runs.
  /// - Returns: its exit code, or 128 + n after signal n.
  func run(poll: () throws -> Void) throws -> Int32? {
    guard let child = try spawn() else { return nil }
    do {
      while true {
        if let status = Self.reap(child, options: WNOHANG) { return status }
        try poll()
        usleep(50_000)
      }
    } catch {
      Self.end(child)
      throw error
    }
  }

  private func spawn() throws(CommandFault) -> pid_t? {
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    let fresh = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output, fresh, 0o600)
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, errors, fresh, 0o600)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    posix_spawnattr_setsigmask(&attributes, &unblocked)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    posix_spawnattr_setflags(&attributes, Int16(flags))

    let merged = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    var envp = merged.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for string in argv + envp { free(string) } }

    var child: pid_t = 0
    switch posix_spawnp(&child, program, &files, &attributes, &argv, &envp) {
    case 0: return child
    case ENOENT, EACCES: return nil
    case let code:
      throw CommandFault(
        .software, "cannot start \(program): \(String(cString: strerror(code)))")
    }
  }

  private static func end(_ child: pid_t) {
    kill(-child, SIGTERM)
    for _ in 0..<40 {
      if reap(child, options: WNOHANG) != nil { return }
      usleep(50_000)
    }
    kill(-child, SIGKILL)
    _ = reap(child, options: 0)
  }

  /// The child's exit code once it has ended, as shells count it.
  private static func reap(_ child: pid_t, options: Int32) -> Int32? {
    var status: Int32 = 0
    while true {
      let answer = waitpid(child, &status, options)
      if answer == child { break }
      if answer == -1 && errno == EINTR && options == 0 { continue }
      return nil
    }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }
}
