import CNcurses

/// Signals and threads.
///
/// While a `Terminal` is open, SIGTERM, SIGINT, SIGHUP, SIGWINCH, SIGTSTP and SIGCONT are caught
/// wherever they arrive and handed to the thread that waits for events, through a pipe. A thread
/// that does long system calls and does not want them interrupted blocks these signals.
public enum TerminalSignals {
  /// Lets the signals of the terminal go to other threads than the calling one. To be called at the
  /// start of each engine or worker thread; threads that it starts inherit this.
  public static func blockInThisThread() {
    tui_signals_block()
  }
}

/// Signals that have arrived and wait to be turned into events.
struct PendingSignals: OptionSet {
  let rawValue: UInt32

  static let terminate = PendingSignals(rawValue: UInt32(TUI_SIGNAL_TERMINATE))
  static let hangup = PendingSignals(rawValue: UInt32(TUI_SIGNAL_HANGUP))
  static let resize = PendingSignals(rawValue: UInt32(TUI_SIGNAL_RESIZE))
  static let stop = PendingSignals(rawValue: UInt32(TUI_SIGNAL_STOP))
  static let `continue` = PendingSignals(rawValue: UInt32(TUI_SIGNAL_CONTINUE))

  /// Those since the last call.
  static func take() -> PendingSignals {
    PendingSignals(rawValue: tui_signals_take())
  }
}
