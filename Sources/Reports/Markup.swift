import Cells

/// Text for XML and HTML.
enum Markup {
  /// Escaped, with whatever cannot be drawn as a visible symbol.
  static func escaped(_ text: String) -> String {
    var out = ""
    for character in VisibleText.safe(text) {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default: out.append(character)
      }
    }
    return out
  }

  /// A colour as `#rrggbb`; `nil` for the terminal's own.
  static func hex(_ color: Color) -> String? {
    color.components.map { parts in
      "#"
        + [parts.red, parts.green, parts.blue].map { byte in
          let digits = String(byte, radix: 16)
          return digits.count < 2 ? "0" + digits : digits
        }.joined()
    }
  }
}
