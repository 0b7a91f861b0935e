import Cells
import Tokenization
import Workbench

/// Generated text on its way to standard output.
struct GeneratedText {
  private let output = StandardOutput()
  private var stream = UTF8Stream()

  /// Writes bytes: to a terminal whole characters, otherwise the bytes as they are.
  mutating func write(_ bytes: [UInt8]) throws {
    if output.isTerminal {
      try output.write(text: Self.shown(stream.push(bytes)))
    } else {
      try output.write(bytes)
    }
  }

  /// Ends the line on a terminal.
  mutating func finish() throws {
    if output.isTerminal { try output.write(text: Self.shown(stream.finish()) + "\n") }
  }

  /// Line feeds and tabs as they are, all else that could steer a terminal as symbols.
  private static func shown(_ text: String) -> String {
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
    case .limit, .byteLimit: limit
    case .contextFull: "context"
    case .paused, .failed: "interrupted"
    }
  }
}
