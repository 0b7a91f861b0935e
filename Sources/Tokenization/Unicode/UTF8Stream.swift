/// Text from bytes that arrive in pieces: a character split over several tokens is held back until
/// its last byte is there.
///
/// What cannot become a character is given as U+FFFD, one for each longest part that could have
/// begun one (as `String(decoding:as:)` and the Unicode Standard, 3.9, do). The texts given by
/// `push` and `finish`, joined, equal `String(decoding: all, as: UTF8.self)`.
public struct UTF8Stream: Sendable {
  private var held: [UInt8] = []

  /// A stream that has seen nothing.
  public init() {}

  /// The bytes held back: the beginning of a character, at most three.
  public var pending: [UInt8] { held }

  /// Takes the next bytes and gives the text that is complete with them.
  public mutating func push(_ bytes: some Sequence<UInt8>) -> String {
    held.append(contentsOf: bytes)
    let complete = held.count - UTF8Sequence.unfinishedTail(of: held)
    defer { held.removeFirst(complete) }
    return String(decoding: held[..<complete], as: UTF8.self)
  }

  /// Ends the stream: a character that was never completed becomes U+FFFD.
  public mutating func finish() -> String {
    defer { held.removeAll() }
    return String(decoding: held, as: UTF8.self)
  }
}
