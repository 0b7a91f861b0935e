import Synchronization
import TerminalUI
import Workbench

/// Messages from other threads to the one that owns the state, none lost, in order.
final class Mailbox: Sendable {
  private let messages = Mutex<[Message]>([])
  private let pipe: WakePipe

  /// A mailbox that wakes the loop through a pipe.
  init(waking pipe: WakePipe) { self.pipe = pipe }

  /// Leaves a message.
  func post(_ message: Message) {
    let wasEmpty = messages.withLock { messages in
      messages.append(message)
      return messages.count == 1
    }
    if wasEmpty { pipe.poke() }
  }

  /// Takes all messages out.
  func takeAll() -> [Message] {
    messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}
