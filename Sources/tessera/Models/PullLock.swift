import Foundation

/// An advisory lock on a file, held until the value goes away or the process ends.
///
/// The file itself stays: removing it would let two processes lock two different files.
struct PullLock: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Opens the lock file, which anyone who can write in its folder can.
  init(path: String) throws(CommandFault) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw CommandFault(
        .cannotCreate, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// Waits until the lock is ours. Throws `Interruption.Stop` after a signal.
  /// - Parameter waiting: called as long as another process holds it.
  func acquire(waiting: () -> Void) throws {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw CommandFault(
          .cannotCreate, "cannot lock \(path): \(String(cString: strerror(errno)))")
      }
      try Interruption.check()
      waiting()
      usleep(50_000)
    }
  }
}
