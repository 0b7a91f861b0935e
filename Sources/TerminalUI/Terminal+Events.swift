public import Cells
import CNcurses
import Glibc

extension Terminal {
  /// Waits until something happens, and tells what.
  ///
  /// Comes back with no events when the time is over. A stop that another process asked for
  /// (SIGTSTP) is obeyed in here. After `hangup` the input is not looked at any more.
  ///
  /// - Parameters:
  ///   - wakeDescriptor: of a `WakePipe`, which is drained; -1 for none.
  ///   - timeoutMilliseconds: how long to wait; nil for ever, 0 not at all.
  public mutating func events(
    wakeDescriptor: Int32 = -1, timeoutMilliseconds: Int32?
  ) -> [InputEvent] {
    let deadline = timeoutMilliseconds.map { Self.milliseconds() + Int($0) }
    var events: [InputEvent] = []
    while true {
      handleSignals(&events)
      events += queued
      queued = []
      let now = Self.milliseconds()
      var wait: Int? = deadline.map { max(0, $0 - now) }
      if !events.isEmpty { wait = 0 }
      if decoder.isWaiting {
        wait = min(wait ?? .max, max(0, lastInput + InputDecoder.escapeDelay - now))
      }
      var sources = [
        pollfd(fd: inputHasEnded ? -1 : input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&sources, nfds_t(sources.count), wait.map { Int32(clamping: $0) } ?? -1)
      if ready > 0 {
        if sources[0].revents != 0 { read(&events) }
        if sources[1].revents != 0 {
          drainDescriptor(wakeDescriptor)
          events.append(.wake)
        }
        if sources[2].revents != 0 {
          signals.drain()
          handleSignals(&events)
        }
      }
      let after = Self.milliseconds()
      if decoder.isWaiting, after - lastInput >= InputDecoder.escapeDelay {
        events += decoder.expire()
      }
      if !events.isEmpty { return events }
      if let deadline, after >= deadline { return [] }
    }
  }

  /// Reads what is there. In a paste that is more than one read can give.
  private mutating func read(_ events: inout [InputEvent]) {
    withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
      for _ in 0..<256 {
        let count = Glibc.read(input, buffer.baseAddress, buffer.count)
        if count < 0 && (errno == EINTR || errno == EAGAIN) { return }
        guard count > 0 else {
          inputHasEnded = true
          events.append(.hangup)
          return
        }
        lastInput = Self.milliseconds()
        events += decoder.feed(
          UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: lastInput)
        var next = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
        guard decoder.isPasting, poll(&next, 1, 0) > 0 else { return }
      }
    }
  }

  private mutating func handleSignals(_ events: inout [InputEvent]) {
    let arrived = PendingSignals.take()
    if arrived.isEmpty { return }
    if arrived.contains(.terminate) { events.append(.terminate) }
    if arrived.contains(.hangup) { events.append(.hangup) }
    if arrived.contains(.stop) {
      suspend()
    } else if arrived.contains(.continue) {
      resume()
    }
    if arrived.contains(.resize) {
      // Also when the size is the one it was: in between the terminal may have moved its lines.
      adoptSize()
      isStale = true
      events.append(.resize(size))
    }
  }

  /// Milliseconds since some moment, never going back.
  private static func milliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }
}
