import Glibc

/// Wakes the loop that waits for the terminal, from any thread.
///
/// The loop hands `descriptor` to `Terminal.events(wakeDescriptor:timeoutMilliseconds:)`, which
/// answers with `InputEvent.wake` after a `poke`. Any number of pokes between two waits are one.
/// Both ends are closed when the last reference goes.
public final class WakePipe: Sendable {
  /// The end to be polled for reading.
  public let descriptor: Int32
  private let writeEnd: Int32

  /// Opens the pipe; throws when the process has no descriptors left.
  public init() throws(TerminalFault) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw TerminalFault(
        what: "cannot open a pipe: \(systemMessage(errno))", remedy: "raise `ulimit -n`")
    }
    for end in ends {
      _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    descriptor = ends[0]
    writeEnd = ends[1]
  }

  deinit {
    close(descriptor)
    close(writeEnd)
  }

  /// Wakes the loop. Never blocks: a full pipe wakes it already.
  public func poke() {
    var byte: UInt8 = 1
    _ = write(writeEnd, &byte, 1)
  }

  /// Takes all pokes out of the pipe.
  public func drain() {
    drainDescriptor(descriptor)
  }

  /// For signal handlers, which may use nothing but the number.
  var signalDescriptor: Int32 { writeEnd }
}

/// Reads a non-blocking descriptor until it is empty.
func drainDescriptor(_ descriptor: Int32) {
  withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
    while true {
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count > 0 || (count < 0 && errno == EINTR) { continue }
      return
    }
  }
}

/// What the system says about an error number.
func systemMessage(_ number: Int32) -> String {
  strerror(number).map { String(cString: $0) } ?? "error \(number)"
}
