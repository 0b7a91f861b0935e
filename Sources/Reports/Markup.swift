import Cells

/// Text for XML and HTML.
enum Markup {
  /// Escaped, with whatever cannot be drawn as a visible symbol.
  static func escaped(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    // By scalars: a combining mark after `<` makes another character of it, but the same markup.
    for scalar in VisibleText.safe(text).unicodeScalars {
      switch scalar {
      case "&": out += "&amp;".unicodeScalars
      case "<": out += "&lt;".unicodeScalars
      case ">": out += "&gt;".unicodeScalars
      case "\"": out += "&quot;".unicodeScalars
      case "'": out += "&#39;".unicodeScalars
      default: out.append(scalar)
      }
    }
    return String(out)
  }

  /// A colour as `#rrggbb`; `nil` for the terminal's own.
  static func hex(_ color: Color) -> String? {
    color.components.map { hex([$0.red, $0.green, $0.blue]) }
  }

  /// The colour of dim text: part of the way from what is behind it, both as `#rrggbb`.
  static func dimmed(_ foreground: String, on background: String) -> String {
    guard let front = Color(hex: foreground)?.components,
      let back = Color(hex: background)?.components
    else { return foreground }
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Int(a) * 13 + Int(b) * 7) / 20) }
    return hex([mix(front.red, back.red), mix(front.green, back.green), mix(front.blue, back.blue)])
  }

  private static func hex(_ components: [UInt8]) -> String {
    "#"
      + components.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count < 2 ? "0" + digits : digits
      }.joined()
  }

  /// A number without digits that say nothing.
  static func number(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : "\(value)"
  }
}
