import Cells

/// Reports of the mouse, in the form of SGR (mode 1006) and in the first one (mode 1000), which
/// terminals use that do not know the other.
extension InputDecoder {
  private enum Bits {
    static let button = 3
    static let motion = 32
    static let wheel = 64
    static let extra = 128
  }

  /// `ESC [ < button ; column ; row M`, with `m` for the release.
  func mouse(of sequence: ControlSequence) -> InputEvent? {
    guard sequence.parameters.count == 3 else { return nil }
    let isRelease = sequence.final == UInt8(ascii: "m")
    guard isRelease || sequence.final == UInt8(ascii: "M") else { return nil }
    return mouse(
      code: sequence.parameters[0], column: sequence.parameters[1], row: sequence.parameters[2],
      isRelease: isRelease)
  }

  /// `ESC [ M` and three bytes.
  func parseOldMouse(_ input: ArraySlice<UInt8>) -> Parse {
    guard input.count >= 6 else { return .incomplete }
    let values = input.dropFirst(3).prefix(3).map { Int($0) - 32 }
    let isRelease = values[0] & (Bits.wheel | Bits.motion) == 0 && values[0] & Bits.button == 3
    let code = isRelease ? heldButton - 1 : max(0, values[0])
    let event = mouse(code: code, column: values[1], row: values[2], isRelease: isRelease)
    return .events(event.map { [$0] } ?? [], length: 6)
  }

  private func mouse(code: Int, column: Int, row: Int, isRelease: Bool) -> InputEvent? {
    guard column > 0, row > 0, code & Bits.extra == 0 else { return nil }
    let point = Point(row: row - 1, column: column - 1)
    let button = code & Bits.button
    if code & Bits.wheel != 0 {
      guard !isRelease, button < 2 else { return nil }
      return .mouse(Mouse(point: point, kind: button == 0 ? .wheelUp : .wheelDown, button: 0))
    }
    // The button numbered 3 is none: the mouse moves and nothing is held.
    guard button < 3 else { return nil }
    let kind: Mouse.Kind =
      isRelease ? .release : code & Bits.motion != 0 ? .drag : .press
    return .mouse(Mouse(point: point, kind: kind, button: button + 1))
  }
}
