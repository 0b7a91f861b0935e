import CNcurses

/// Numbers of the pairs of colours that are on the screen.
///
/// Curses draws in numbered pairs, of which a terminal has few (64 with 8 colours). A pair is made
/// when a style first needs it and kept; when no number is left, all are given back at once and the
/// frame is drawn again from its first cell.
struct ColorPairs {
  /// Two curses colours; -1 is the terminal's own.
  private struct Colors: Hashable {
    var foreground: Int32
    var background: Int32
  }

  /// Pairs kept at most: enough for every style of a frame, little enough to search.
  static let limit = 8192

  private var numbers: [Colors: Int32] = [:]
  private let capacity: Int

  /// Pairs for a terminal that has `available` of them, number 0 included.
  init(available: Int) {
    capacity = max(0, min(available - 1, Self.limit))
  }

  /// The number of a pair, or nil when none is left.
  mutating func number(foreground: Int32, background: Int32) -> Int32? {
    if foreground == -1 && background == -1 { return 0 }
    let colors = Colors(foreground: foreground, background: background)
    if let number = numbers[colors] { return number }
    guard numbers.count < capacity else { return nil }
    let number = Int32(numbers.count + 1)
    guard init_extended_pair(number, foreground, background) == OK else { return nil }
    numbers[colors] = number
    return number
  }

  /// Gives all pairs back.
  mutating func removeAll() {
    numbers.removeAll(keepingCapacity: true)
  }
}
