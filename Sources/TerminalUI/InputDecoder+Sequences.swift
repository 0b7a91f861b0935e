import Cells

/// The parts of a control sequence (ECMA-48, 5.4).
struct ControlSequence: Equatable {
  /// A private marker, `<` to `?`.
  var marker: UInt8?
  /// The numbers; 0 where one is left out.
  var parameters: [Int]
  /// The byte that says what it is.
  var final: UInt8
  /// Bytes, with the introducer.
  var length: Int

  /// A parameter that may be missing.
  func parameter(_ index: Int, default value: Int) -> Int {
    index < parameters.count && parameters[index] > 0 ? parameters[index] : value
  }
}

extension InputDecoder {
  private enum Form {
    case whole(ControlSequence)
    case broken(length: Int)
    case incomplete
  }

  /// `ESC [ …`
  func parseControlSequence(_ input: ArraySlice<UInt8>, isComplete: Bool) -> Parse {
    if input.count == 2 {
      return isComplete
        ? .key(Key(.character("["), alt: true), 2) : .incomplete
    }
    switch Self.form(of: input) {
    case .incomplete: return .incomplete
    case .broken(let length): return .events([], length: length)
    case .whole(let sequence):
      if sequence.final == UInt8(ascii: "M") && sequence.length == 3 {
        return parseOldMouse(input)
      }
      if sequence.final == UInt8(ascii: "~") && sequence.parameters.first == 200 {
        return .pasteBegins(length: sequence.length)
      }
      return .events(event(of: sequence).map { [$0] } ?? [], length: sequence.length)
    }
  }

  private static func form(of input: ArraySlice<UInt8>) -> Form {
    var sequence = ControlSequence(parameters: [], final: 0, length: 2)
    var number = 0
    var hasNumber = false
    for byte in input.dropFirst(2) {
      sequence.length += 1
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        number = min(number * 10 + Int(byte - 0x30), 1 << 21)
        hasNumber = true
      case UInt8(ascii: ";"), UInt8(ascii: ":"):
        sequence.parameters.append(number)
        number = 0
        hasNumber = true
      case 0x3c...0x3f where sequence.length == 3:
        sequence.marker = byte
      case 0x20...0x2f:
        break
      case 0x40...0x7e:
        if hasNumber { sequence.parameters.append(number) }
        sequence.final = byte
        return .whole(sequence)
      default:
        return .broken(length: sequence.length - 1)
      }
      if sequence.length > sequenceLimit { return .broken(length: sequence.length) }
    }
    return .incomplete
  }

  private func event(of sequence: ControlSequence) -> InputEvent? {
    if sequence.marker == UInt8(ascii: "<") { return mouse(of: sequence) }
    guard sequence.marker == nil else { return nil }
    let modifiers = Modifiers(xterm: sequence.parameter(1, default: 1))
    switch sequence.final {
    case UInt8(ascii: "~"):
      if sequence.parameters.first == 27 {
        return Self.key(codepoint: sequence.parameter(2, default: 0), modifiers)
      }
      return Self.numbered(sequence.parameter(0, default: 0)).map {
        .key(modifiers.applied(to: $0))
      }
    case UInt8(ascii: "^"), UInt8(ascii: "@"):
      // rxvt: with control, with control and shift.
      let rxvt = Modifiers(xterm: sequence.final == UInt8(ascii: "^") ? 5 : 6)
      return Self.numbered(sequence.parameter(0, default: 0)).map { .key(rxvt.applied(to: $0)) }
    case UInt8(ascii: "u"):
      return Self.key(codepoint: sequence.parameter(0, default: 0), modifiers)
    default:
      return Self.lettered(sequence.final).map { .key(modifiers.applied(to: $0)) }
    }
  }

  /// `ESC O …`: arrows and function keys, and the keypad in application mode.
  func parseSingleShift(_ input: ArraySlice<UInt8>, isComplete: Bool) -> Parse {
    var modifier = 1
    var length = 2
    for byte in input.dropFirst(2).prefix(4) {
      length += 1
      if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        modifier = Int(byte - 0x30)
      } else if byte != UInt8(ascii: ";") {
        let modifiers = Modifiers(xterm: modifier)
        if let key = Self.lettered(byte) ?? Self.keypad(byte) {
          return .key(modifiers.applied(to: key), length)
        }
        if (UInt8(ascii: "a")...UInt8(ascii: "d")).contains(byte),
          let key = Self.lettered(byte - 0x20)
        {
          return .key(Modifiers(xterm: 5).applied(to: key), length)
        }
        break
      }
    }
    if length == input.count && length < 4 && !isComplete { return .incomplete }
    return .key(Key(.character("O"), alt: true), 2)
  }

  /// Keys that end in a letter, by xterm's custom.
  private static func lettered(_ final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "A"): .named(.up)
    case UInt8(ascii: "B"): .named(.down)
    case UInt8(ascii: "C"): .named(.right)
    case UInt8(ascii: "D"): .named(.left)
    case UInt8(ascii: "H"): .named(.home)
    case UInt8(ascii: "F"): .named(.end)
    case UInt8(ascii: "Z"): .named(.backTab)
    case UInt8(ascii: "P")...UInt8(ascii: "S"): Key(.function(Int(final) - 0x4f))
    default: nil
    }
  }

  private static func keypad(_ final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "M"): .named(.enter)
    case UInt8(ascii: "I"): .named(.tab)
    case UInt8(ascii: "j")...UInt8(ascii: "y"):
      .character(Character(Unicode.Scalar(final - 0x40)))
    case UInt8(ascii: "X"): .character("=")
    default: nil
    }
  }

  /// Keys that are numbered, by the custom of DEC, the Linux console and rxvt.
  private static func numbered(_ number: Int) -> Key? {
    switch number {
    case 1, 7: .named(.home)
    case 2: .named(.insert)
    case 3: .named(.delete)
    case 4, 8: .named(.end)
    case 5: .named(.pageUp)
    case 6: .named(.pageDown)
    case 11...15: Key(.function(number - 10))
    case 17...21: Key(.function(number - 11))
    case 23...26: Key(.function(number - 12))
    case 28, 29: Key(.function(number - 13))
    case 31...34: Key(.function(number - 14))
    default: nil
    }
  }

  /// A key that is told by its character (xterm's `modifyOtherKeys`, and `CSI u`).
  private static func key(codepoint: Int, _ modifiers: Modifiers) -> InputEvent? {
    guard codepoint > 0, let scalar = Unicode.Scalar(UInt32(codepoint)) else { return nil }
    if codepoint == 0x1b { return .key(modifiers.applied(to: .named(.escape))) }
    if codepoint < 0x80 {
      var key = modifiers.applied(to: asciiKey(UInt8(codepoint)))
      if case .character(let character) = key.code {
        // A character shows shift itself; with control, letters have no case.
        key.shift = false
        if key.control { key.code = .character(Character(character.lowercased())) }
      }
      return .key(key)
    }
    // Private use: kitty's numbers of keys that type nothing.
    if (0xe000...0xf8ff).contains(codepoint) { return nil }
    return .key(modifiers.applied(to: .character(Character(scalar))))
  }
}
