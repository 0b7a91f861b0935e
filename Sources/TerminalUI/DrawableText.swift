import CNcurses

/// The last door before the terminal: what of a cell's text is written.
///
/// Whatever the layers above let through, no control character, escape, bidi control or other
/// invisible character passes. A cell is one base character and up to four combining marks, which is
/// what curses can hold; what follows (the rest of an emoji sequence) is left out. A base that would
/// take more columns than the cell has, or that the locale cannot print, becomes a replacement.
struct DrawableText {
  /// The characters to write, ended by 0, as curses wants them.
  private(set) var scalars: [UInt32] = []
  /// Columns that they take: 1 or 2.
  private(set) var columns = 1

  /// Columns of a character in the locale, -1 when it cannot be printed.
  private let columnsOf: (Unicode.Scalar) -> Int

  /// Marks on one base, a limit of curses (`CCHARW_MAX` with the base).
  static let markLimit = 4

  /// Text for a terminal of the current locale.
  init(columnsOf: @escaping (Unicode.Scalar) -> Int = { Int(tui_columns($0.value)) }) {
    self.columnsOf = columnsOf
  }

  /// Takes in the text of a cell that is `width` columns wide.
  mutating func set(_ text: String, width: Int) {
    scalars.removeAll(keepingCapacity: true)
    columns = 1
    var rest = text.unicodeScalars.makeIterator()
    let base = rest.next() ?? " "
    if base.isASCII {
      scalars.append(
        base.value < 0x20 || base.value == 0x7f ? replacement.value : base.value)
    } else {
      let natural = Self.isInvisible(base) ? -1 : columnsOf(base)
      let fits = natural >= 1 && natural <= width
      scalars.append(fits ? base.value : replacement.value)
      columns = fits ? natural : 1
    }
    while scalars.count <= Self.markLimit, let mark = rest.next(), isMark(mark) {
      scalars.append(mark.value)
    }
    scalars.append(0)
  }

  private var replacement: Unicode.Scalar { columnsOf("\u{fffd}") == 1 ? "\u{fffd}" : "?" }

  private func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark:
      // Variation selectors ask for another width than the one that has been counted.
      !(0xfe00...0xfe0f).contains(scalar.value) && columnsOf(scalar) == 0
    default: false
    }
  }

  /// Characters that have no picture of their own but change that of others, or command the terminal.
  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator, .unassigned: true
    default: false
    }
  }
}
