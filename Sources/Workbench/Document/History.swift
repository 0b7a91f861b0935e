import Tokenization

/// Former texts, to go back to; bounded in number and in bytes.
public struct History: Sendable {
  /// A text and where the cursor stood in it.
  public struct Entry: Sendable {
    let document: Document
    let cursor: Int

    /// The memory that it takes, in bytes.
    var size: Int {
      document.bytes.count + document.tokens.count * MemoryLayout<Token>.stride
    }
  }

  private(set) var past: [Entry] = []
  private(set) var future: [Entry] = []
  /// Whether the next change joins the last one, as letters typed one after the other do.
  var joins = false

  /// The most texts that are kept.
  static let longest = 500
  /// The most memory that the texts kept may take together, in bytes.
  static let bytes = 128 << 20

  /// Notes a text before it is changed.
  mutating func note(_ entry: Entry, joining: Bool = false) {
    future = []
    defer { joins = joining }
    if joining, joins, !past.isEmpty { return }
    past.append(entry)
    var total = past.reduce(0) { $0 + $1.size }
    while past.count > Self.longest || (total > Self.bytes && past.count > 1) {
      total -= past.removeFirst().size
    }
  }

  /// The text before the last change; the present one can be had again.
  mutating func undo(_ present: Entry) -> Entry? {
    joins = false
    guard let entry = past.popLast() else { return nil }
    future.append(present)
    return entry
  }

  /// The text before the last undo.
  mutating func redo(_ present: Entry) -> Entry? {
    joins = false
    guard let entry = future.popLast() else { return nil }
    past.append(present)
    return entry
  }
}
