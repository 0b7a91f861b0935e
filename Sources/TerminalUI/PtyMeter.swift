public import Cells
import CNcurses
import Glibc
import Synchronization

/// A pseudo-terminal that counts what is written to it: for benchmarks, and for tests that need a
/// real terminal without a person.
///
/// Open a `Terminal` on `descriptor`. A thread reads the other side at once, as a terminal would,
/// so that the writer is never held up.
public final class PtyMeter: Sendable {
  /// The side of the program.
  public let descriptor: Int32
  private let master: Int32
  private let shared: Shared
  private let reader: pthread_t

  /// Opens a pseudo-terminal of that size and begins to read it.
  public init(size: Size) throws(TerminalFault) {
    let stop = try WakePipe()
    let arrived = try WakePipe()
    var master: Int32 = -1
    var slave: Int32 = -1
    guard tui_pty_open(Int32(size.rows), Int32(size.columns), &master, &slave) == 0 else {
      throw TerminalFault(
        what: "cannot open a pseudo-terminal: \(systemMessage(errno))",
        remedy: "mount /dev/pts, or close other terminals")
    }
    // Until the program on this side sets its own modes, nothing is to be echoed or rewritten.
    var modes = termios()
    tcgetattr(slave, &modes)
    cfmakeraw(&modes)
    tcsetattr(slave, TCSANOW, &modes)

    let shared = Shared(master: master, stop: stop, arrived: arrived)
    let argument = Unmanaged.passRetained(shared)
    var thread = pthread_t()
    let started = pthread_create(
      &thread, nil,
      { argument in
        // The thread is handed exactly the reference that was retained for it.
        guard let argument else { return nil }
        Unmanaged<Shared>.fromOpaque(argument).takeRetainedValue().read()
        return nil
      }, argument.toOpaque())
    guard started == 0 else {
      argument.release()
      close(master)
      close(slave)
      throw TerminalFault(
        what: "cannot start a thread: \(systemMessage(started))", remedy: "raise `ulimit -u`")
    }
    self.master = master
    self.shared = shared
    descriptor = slave
    reader = thread
  }

  deinit {
    shared.stop.poke()
    pthread_join(reader, nil)
    close(master)
    close(descriptor)
  }

  /// Bytes that have been written to the terminal up to now; see `settle()`.
  public var byteCount: Int { shared.state.withLock { $0.count } }

  /// Returns when all that has been written before this call has been counted.
  ///
  /// Puts one byte into the stream that neither UTF-8 nor control sequences contain, and waits for
  /// it to arrive. It is not counted.
  public func settle() {
    var mark = Shared.mark
    guard write(descriptor, &mark, 1) == 1 else { return }
    shared.arrived.waitAndDrain()
  }

  /// The bytes kept since the last call (at most the last 16 MB), after `settle()`.
  public func takeOutput() -> [UInt8] {
    settle()
    return shared.state.withLock { state in
      defer { state.kept = [] }
      return state.kept
    }
  }

  /// Types `bytes` as a person would. Waits while the program does not read.
  public func type(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Gives the terminal another size. The kernel tells the program by SIGWINCH only when this is
  /// its controlling terminal.
  public func resize(to size: Size) {
    _ = tui_size_set(master, Int32(size.rows), Int32(size.columns))
  }
}

/// What the meter and its thread share.
private final class Shared: Sendable {
  static let mark: UInt8 = 0xff
  static let keptLimit = 16 << 20

  struct State {
    var count = 0
    var kept: [UInt8] = []
  }

  let master: Int32
  let state = Mutex(State())
  let stop: WakePipe
  let arrived: WakePipe

  init(master: Int32, stop: WakePipe, arrived: WakePipe) {
    self.master = master
    self.stop = stop
    self.arrived = arrived
  }

  func read() {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var waiting = [
        pollfd(fd: master, events: Int16(POLLIN), revents: 0),
        pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&waiting, 2, -1) >= 0 || errno == EINTR else { return }
      if waiting[1].revents != 0 { return }
      guard waiting[0].revents != 0 else { continue }
      let count = Glibc.read(master, &buffer, buffer.count)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count > 0 else { return }
      let bytes = buffer[..<count]
      let plain = bytes.filter { $0 != Self.mark }
      state.withLock { state in
        state.count += plain.count
        state.kept += plain
        if state.kept.count > Self.keptLimit {
          state.kept.removeFirst(state.kept.count - Self.keptLimit)
        }
      }
      if plain.count < count { arrived.poke() }
    }
  }
}

extension WakePipe {
  /// Waits for a poke, however long it takes, and takes it.
  fileprivate func waitAndDrain() {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while poll(&waiting, 1, -1) < 0 && errno == EINTR {}
    drain()
  }
}
