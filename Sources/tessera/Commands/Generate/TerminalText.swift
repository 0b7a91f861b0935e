import Cells
import Workbench

/// Generated text on its way to a terminal.
enum TerminalText {
  /// Line feeds and tabs as they are, all else that could steer it as symbols.
  static func shown(_ text: String) -> String {
    VisibleText.segments(of: Array(text.utf8)).map { segment in
      switch segment.kind {
      case .newline: "\n"
      case .tab: "\t"
      default: segment.text
      }
    }.joined()
  }
}

extension StopReason {
  /// How JSON names it.
  ///
  /// - Parameter limit: the option that set the limit.
  func key(limit: String) -> String {
    switch self {
    case .endOfText: "end"
    case .stopText: "stop-text"
    case .limit: limit
    case .contextFull: "context"
    case .paused, .failed: "interrupted"
    }
  }
}
