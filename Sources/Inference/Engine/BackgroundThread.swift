import Foundation

/// What every thread of ours other than the main one does first.
enum BackgroundThread {
  /// Leaves signals that concern the terminal to the main thread, whose `poll` they must interrupt.
  static func blockTerminalSignals() {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT] { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }
}
