import CNcurses
import Cells

/// Colours of cells as curses numbers them on this terminal.
struct CursesColors {
  let depth: ColorDepth
  /// Colours that curses knows here.
  let count: Int

  /// The number of a colour, -1 for the terminal's own; and whether it is to be drawn bold, which is
  /// how a terminal with eight colours shows the bright ones.
  func number(_ color: Color) -> (number: Int32, isBright: Bool) {
    switch (color, depth) {
    case (.terminalDefault, _), (_, .none):
      return (-1, false)
    case (.rgb(let red, let green, let blue), .trueColor):
      let value = Int32(red) << 16 | Int32(green) << 8 | Int32(blue)
      return (TerminalDescription.directBase + value, false)
    case (.indexed(let index), .trueColor), (.indexed(let index), .ansi256):
      return (Int32(index), false)
    case (.rgb(let red, let green, let blue), .ansi256):
      return (Int32(Palette.nearest(red, green, blue, among: 16..<256)), false)
    case (.indexed(let index), .ansi16):
      if index < 16 { return dim(index) }
      let (red, green, blue) = Palette.color(index)
      return dim(Palette.nearest(red, green, blue, among: 0..<16))
    case (.rgb(let red, let green, let blue), .ansi16):
      return dim(Palette.nearest(red, green, blue, among: 0..<16))
    }
  }

  private func dim(_ index: UInt8) -> (number: Int32, isBright: Bool) {
    Int(index) < count ? (Int32(index), false) : (Int32(index & 7), index >= 8)
  }
}

/// xterm's palette of 256 colours.
enum Palette {
  /// The first sixteen differ from terminal to terminal; these are xterm's.
  private static let first: [(UInt8, UInt8, UInt8)] = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205),
    (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255),
    (255, 0, 255), (0, 255, 255), (255, 255, 255),
  ]

  /// Red, green and blue of an entry: sixteen colours, a cube of 6×6×6, and 24 greys.
  static func color(_ index: UInt8) -> (UInt8, UInt8, UInt8) {
    switch index {
    case ..<16: return first[Int(index)]
    case ..<232:
      func level(_ step: UInt8) -> UInt8 { step == 0 ? 0 : 55 + 40 * step }
      let cube = index - 16
      return (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
    default:
      let grey = 8 + 10 * (index - 232)
      return (grey, grey, grey)
    }
  }

  /// The entry of `range` that is nearest, by a distance that weighs the channels as the eye does.
  static func nearest(
    _ red: UInt8, _ green: UInt8, _ blue: UInt8, among range: Range<Int>
  ) -> UInt8 {
    func distance(_ index: Int) -> Int {
      let (otherRed, otherGreen, otherBlue) = color(UInt8(index))
      let differences = [
        Int(red) - Int(otherRed), Int(green) - Int(otherGreen), Int(blue) - Int(otherBlue),
      ]
      return 3 * differences[0] * differences[0] + 6 * differences[1] * differences[1]
        + differences[2] * differences[2]
    }
    return UInt8(range.min { distance($0) < distance($1) } ?? range.lowerBound)
  }
}
