import Cells

extension InputDecoder {
  /// What some input begins with.
  enum Parse: Equatable {
    /// Events (none, for a sequence that means nothing here) and the bytes they took.
    case events([InputEvent], length: Int)
    /// A paste begins after so many bytes.
    case pasteBegins(length: Int)
    /// More is needed to tell.
    case incomplete

    /// One key.
    static func key(_ key: Key, _ length: Int) -> Parse { .events([.key(key)], length: length) }
  }

  /// Reads the first event of `input`, which is not empty.
  ///
  /// - Parameter isComplete: nothing more will come, so make of it what is there.
  func parse(_ input: ArraySlice<UInt8>, isComplete: Bool) -> Parse {
    input.first == 0x1b
      ? parseEscape(input, isComplete: isComplete)
      : parseCharacter(input, isComplete: isComplete)
  }

  private func parseEscape(_ input: ArraySlice<UInt8>, isComplete: Bool) -> Parse {
    switch keys.match(input) {
    case .key(let key, let length): return .key(key, length)
    case .beginning where !isComplete: return .incomplete
    case .beginning, .none: break
    }
    let rest = input.dropFirst()
    switch rest.first {
    case nil:
      return isComplete ? .key(.named(.escape), 1) : .incomplete
    case 0x1b:
      // Alt and a key that sends a sequence; otherwise the first is the key Esc itself.
      switch parseEscape(rest, isComplete: isComplete) {
      case .incomplete: return .incomplete
      case .events(let events, let length):
        if length > 1, events.count == 1, case .key(var key) = events[0], !key.alt {
          key.alt = true
          return .key(key, length + 1)
        }
        return .key(.named(.escape), 1)
      case .pasteBegins: return .key(.named(.escape), 1)
      }
    case UInt8(ascii: "["):
      return parseControlSequence(input, isComplete: isComplete)
    case UInt8(ascii: "O"):
      return parseSingleShift(input, isComplete: isComplete)
    default:
      switch parseCharacter(rest, isComplete: isComplete) {
      case .events(let events, let length):
        guard events.count == 1, case .key(var key) = events[0] else {
          return .events(events, length: length + 1)
        }
        key.alt = true
        return .key(key, length + 1)
      case let other: return other
      }
    }
  }

  /// A control key, or a character in UTF-8.
  private func parseCharacter(_ input: ArraySlice<UInt8>, isComplete: Bool) -> Parse {
    guard let first = input.first else { return .incomplete }
    if first < 0x80 { return .key(Self.asciiKey(first), 1) }
    let length = Self.utf8Length(first)
    let bytes = input.prefix(length)
    if length > 1, bytes.dropFirst().allSatisfy({ $0 & 0xc0 == 0x80 }) {
      if bytes.count < length {
        // Where bytes alone are no characters there is nothing to make of it but to wait.
        if !isComplete || character(first) == nil { return .incomplete }
      } else if let text = String(validating: bytes, as: UTF8.self), let scalar = text.first {
        return .key(.character(scalar), length)
      }
    }
    return .key(.character(Character(character(first) ?? "\u{fffd}")), 1)
  }

  /// Bytes of the character that begins with `first`, a byte from 0x80; 1 if none does.
  private static func utf8Length(_ first: UInt8) -> Int {
    switch first {
    case 0xc2...0xdf: 2
    case 0xe0...0xef: 3
    case 0xf0...0xf4: 4
    default: 1
    }
  }

  /// The key that sends a byte below 0x80, other than Esc.
  static func asciiKey(_ byte: UInt8) -> Key {
    switch byte {
    case 0x00: Key(.named(.space), control: true)
    case 0x08, 0x7f: .named(.backspace)
    case 0x09: .named(.tab)
    case 0x0d: .named(.enter)
    case 0x01...0x1a: Key(.character(Character(Unicode.Scalar(byte + 0x60))), control: true)
    case 0x1b...0x1f: Key(.character(Character(Unicode.Scalar(byte + 0x40))), control: true)
    default: .character(Character(Unicode.Scalar(byte)))
    }
  }
}
