import Cells
import Foundation

/// Standard output as bytes, unbuffered: what is written is out when the call returns.
struct StandardOutput {
  /// Whether a person is reading: then tables are drawn for the eye and bytes are made visible.
  let isTerminal = isatty(STDOUT_FILENO) == 1

  /// Which characters can be drawn: those of a terminal's locale; a file takes all.
  var charset: Charset {
    guard isTerminal else { return .unicode }
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty }
    let name = (locale ?? "").lowercased()
    return name.contains("utf-8") || name.contains("utf8") ? .unicode : .ascii
  }

  /// Columns of the terminal, or nil for a pipe or file, which have no width.
  var columns: Int? {
    var size = winsize()
    guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }

  /// Writes all bytes. Throws `CommandFault.readerGone` when the other end of a pipe was closed.
  func write(_ bytes: [UInt8]) throws(CommandFault) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if errno == EPIPE {
        throw .readerGone
      } else if errno == EAGAIN {
        var wait = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, -1)
      } else if errno != EINTR {
        throw CommandFault(
          .inputOutput, "cannot write to standard output: \(String(cString: strerror(errno)))")
      }
    }
  }

  func write(text: String) throws(CommandFault) { try write(Array(text.utf8)) }
}

/// Standard error, for the one line of a fault and for progress. Never a reason to fail.
enum ErrorOutput {
  static let isTerminal = isatty(STDERR_FILENO) == 1

  static func write(line: String) { write(text: line + "\n") }

  static func write(text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}

/// One line of progress, redrawn in place; silent where standard error is no terminal.
struct ProgressLine {
  private var shown = ""

  /// Shows `text` instead of what was there.
  mutating func show(_ text: String) {
    guard ErrorOutput.isTerminal, text != shown else { return }
    let blanks = String(repeating: " ", count: max(0, shown.count - text.count))
    ErrorOutput.write(text: "\r" + text + blanks)
    shown = text
  }

  /// Leaves no trace of it.
  mutating func clear() {
    guard !shown.isEmpty else { return }
    ErrorOutput.write(text: "\r" + String(repeating: " ", count: shown.count) + "\r")
    shown = ""
  }
}
