import CNcurses

/// What a terminal can do: the capabilities of one terminfo description, as values.
///
/// A description can be *raised* to more colours than it promises, and written down in the compiled
/// format of `term(5)`, which curses also reads from the `TERMINFO` variable. This is how true
/// colour works under `TERM=xterm-256color`, where no description for direct colour is installed:
/// curses stays the only writer, and knows exactly which colours are on the screen.
struct TerminalDescription: Equatable {
  /// The names of the terminal, separated by `|`.
  var names: String
  /// Flags that are set, by their terminfo names.
  var flags: Set<String> = []
  /// Numbers that are present.
  var numbers: [String: Int32] = [:]
  /// Strings that are present, as they stand in the description (with padding).
  var strings: [String: [UInt8]] = [:]

  /// Colours that the terminal promises; 0 without colour.
  var colors: Int { Int(max(0, numbers["colors"] ?? 0)) }

  /// Whether colours are written as 24-bit values.
  var isDirect: Bool { flags.contains("RGB") || flags.contains("Tc") }

  /// Whether the terminal speaks the control sequences of ECMA-48, as all but museum pieces do.
  var isStandard: Bool { strings["cup"]?.starts(with: [0x1b, 0x5b]) ?? false }

  /// Whether a picture can be drawn at all.
  var canPlaceText: Bool { strings["cup"] != nil && strings["clear"] != nil }

  /// Reads the description called `name`, or nil when there is none for a screen.
  ///
  /// - Parameter descriptor: the terminal that it is for.
  static func read(name: String, descriptor: Int32) -> TerminalDescription? {
    guard tui_describe(name, descriptor) == 1 else { return nil }
    defer { tui_forget() }
    var description = TerminalDescription(names: name)
    for flag in all(tui_flag_name) + extendedFlags where tigetflag(flag) == 1 {
      description.flags.insert(flag)
    }
    for number in all(tui_number_name) {
      let value = tigetnum(number)
      if value >= 0 { description.numbers[number] = value }
    }
    for string in all(tui_string_name) + extendedStrings {
      if let bytes = tui_string(string) { description.strings[string] = [UInt8](cString: bytes) }
    }
    return description
  }

  /// Flags beyond the standard that matter to curses or to the choice of colours.
  static let extendedFlags = ["AX", "RGB", "Tc"]
  /// Strings beyond the standard: keys with modifiers.
  static let extendedStrings =
    ["kUP", "kDN"]
    + ["kUP", "kDN", "kLFT", "kRIT", "kHOM", "kEND", "kNXT", "kPRV", "kDC", "kIC"]
    .flatMap { name in (3...7).map { "\(name)\($0)" } }

  /// All names that `name` numbers, in the order of a compiled description.
  static func all(_ name: (Int32) -> UnsafePointer<CChar>?) -> [String] {
    var names: [String] = []
    while let next = name(Int32(names.count)) { names.append(String(cString: next)) }
    return names
  }

  /// A string without the padding that slow terminals of old needed (`$<5>`).
  func plain(_ name: String) -> [UInt8] {
    guard let bytes = strings[name] else { return [] }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: [UInt8(ascii: "$"), UInt8(ascii: "<")]),
        let end = bytes[index...].firstIndex(of: UInt8(ascii: ">"))
      {
        index = end + 1
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }
}

extension [UInt8] {
  /// The bytes of a C string, without its end.
  fileprivate init(cString: UnsafePointer<CChar>) {
    self = []
    var next = cString
    while next.pointee != 0 {
      append(UInt8(bitPattern: next.pointee))
      next += 1
    }
  }
}
