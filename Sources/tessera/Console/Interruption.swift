import Foundation
import Synchronization

/// Signals that ask a command to stop: Ctrl-C, SIGTERM and the loss of the terminal.
///
/// A command that has something to tidy up calls `watch()` first and `check()` as it goes. A second
/// signal ends the process at once.
enum Interruption {
  /// A signal asked for the end.
  struct Stop: Error, Equatable { var signal: Int32 }

  private static let signals = [SIGINT, SIGTERM, SIGHUP]
  private static let pending = Atomic<Int32>(0)

  /// From now on these signals are noted instead of ending the process.
  static func watch() {
    // Touched here, so that the handler never runs the lazy initialiser.
    pending.store(0, ordering: .relaxed)
    for number in signals {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { signal in
        Interruption.pending.store(signal, ordering: .relaxed)
      }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
      sigaction(number, &action, nil)
    }
    // Whoever started us may have had them blocked.
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in signals { sigaddset(&mask, number) }
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
  }

  /// The signal that came, if one did.
  static var signal: Int32? {
    let signal = pending.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  /// Throws `Stop` once a signal came.
  static func check() throws(Stop) {
    if let signal { throw Stop(signal: signal) }
  }
}
