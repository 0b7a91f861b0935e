/// Something that came from the terminal.
public enum InputEvent: Sendable, Hashable {
  /// A key.
  case key(Key)
  /// The mouse.
  case mouse(Mouse)
  /// A bracketed paste, byte for byte.
  case paste([UInt8])
  /// The terminal has another size.
  case resize(Size)
  /// Another thread poked the wake-up pipe.
  case wake
  /// The terminal is gone.
  case hangup
  /// The process is asked to end.
  case terminate
}

/// A key with its modifiers.
public struct Key: Hashable, Sendable {
  /// Which key.
  public enum Code: Hashable, Sendable {
    /// A character, as typed.
    case character(Character)
    /// A named key.
    case named(Name)
    /// A function key, from 1.
    case function(Int)
  }

  /// Keys that type no character.
  public enum Name: String, Hashable, Sendable, CaseIterable {
    /// Arrow up.
    case up = "Up"
    /// Arrow down.
    case down = "Down"
    /// Arrow left.
    case left = "Left"
    /// Arrow right.
    case right = "Right"
    /// Home.
    case home = "Home"
    /// End.
    case end = "End"
    /// Page up.
    case pageUp = "PageUp"
    /// Page down.
    case pageDown = "PageDown"
    /// Enter.
    case enter = "Enter"
    /// Escape.
    case escape = "Esc"
    /// Tab.
    case tab = "Tab"
    /// Tab with shift.
    case backTab = "BackTab"
    /// Backspace.
    case backspace = "Backspace"
    /// Delete.
    case delete = "Delete"
    /// Insert.
    case insert = "Insert"
    /// The space bar.
    case space = "Space"
  }

  /// Which key.
  public var code: Code
  /// Control was held.
  public var control: Bool
  /// Alt was held.
  public var alt: Bool
  /// Shift was held; only for named keys, a character shows it itself.
  public var shift: Bool

  /// A key with modifiers.
  public init(_ code: Code, control: Bool = false, alt: Bool = false, shift: Bool = false) {
    // The space bar has one spelling, whichever way it was made.
    self.code = code == .character(" ") ? .named(.space) : code
    self.control = control
    self.alt = alt
    self.shift = shift
  }

  /// A character key.
  public static func character(_ character: Character) -> Key { Key(.character(character)) }

  /// A named key.
  public static func named(_ name: Name) -> Key { Key(.named(name)) }

  /// The text that the key types; `nil` for keys that type none.
  public var text: String? {
    guard !control, !alt else { return nil }
    return switch code {
    case .character(let character): String(character)
    case .named(.space): " "
    case .named, .function: nil
    }
  }
}

extension Key: CustomStringConvertible {
  /// The key as key files write it: `a`, `G`, `<Enter>`, `<C-n>`, `<A-x>`, `<S-Left>`, `<F5>`.
  public var description: String {
    let name: String
    let bare: Bool
    switch code {
    case .character("<"): (name, bare) = ("lt", false)
    case .character(let character): (name, bare) = (String(character), true)
    case .named(let named): (name, bare) = (named.rawValue, false)
    case .function(let number): (name, bare) = ("F\(number)", false)
    }
    let modifiers = (control ? "C-" : "") + (alt ? "A-" : "") + (shift ? "S-" : "")
    return bare && modifiers.isEmpty ? name : "<\(modifiers)\(name)>"
  }

  /// Reads a key as key files write it; `nil` when it is none.
  public init?(parsing text: String) {
    guard text.count > 1 else {
      guard let character = text.first, text != "<" else { return nil }
      self.init(.character(character))
      return
    }
    guard text.hasPrefix("<"), text.hasSuffix(">") else { return nil }
    var name = text.dropFirst().dropLast()
    var (control, alt, shift) = (false, false, false)
    while name.count > 2, name.dropFirst().first == "-" {
      switch name.first {
      case "C": control = true
      case "A", "M": alt = true
      case "S": shift = true
      default: return nil
      }
      name = name.dropFirst(2)
    }
    let code: Code
    if name.lowercased() == "lt" {
      code = .character("<")
    } else if let named = Name.allCases.first(where: {
      $0.rawValue.lowercased() == name.lowercased()
    }) {
      code = .named(named)
    } else if name.lowercased() == "cr" || name.lowercased() == "return" {
      code = .named(.enter)
    } else if name.first == "F" || name.first == "f", let number = Int(name.dropFirst()),
      1...63 ~= number
    {
      code = .function(number)
    } else if name.count == 1, let character = name.first {
      code = .character(character)
    } else {
      return nil
    }
    self.init(code, control: control, alt: alt, shift: shift)
  }
}

/// Something done with the mouse.
public struct Mouse: Hashable, Sendable {
  /// What was done.
  public enum Kind: Hashable, Sendable {
    /// A button went down.
    case press
    /// A button was pressed twice in short order.
    case doublePress
    /// A button came up.
    case release
    /// The mouse moved with a button held.
    case drag
    /// The wheel turned away from the user.
    case wheelUp
    /// The wheel turned towards the user.
    case wheelDown
  }

  /// Which cell.
  public var point: Point
  /// What was done.
  public var kind: Kind
  /// Which button, from 1; 0 for the wheel.
  public var button: Int

  /// An event of the mouse.
  public init(point: Point, kind: Kind, button: Int = 1) {
    self.point = point
    self.kind = kind
    self.button = button
  }
}
