import Foundation

/// Values as JSON text.
public enum JSONText {
  /// An object in one line, its keys in order of the alphabet, with a line feed.
  public static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return visible(String(decoding: try encoder.encode(value), as: UTF8.self)) + "\n"
  }

  /// The same JSON with everything escaped that could steer a terminal: the encoder leaves DEL, the
  /// controls above it and the marks that turn the writing direction as they are. They occur inside
  /// of strings alone.
  private static func visible(_ json: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in json.unicodeScalars {
      guard scalar.value >= 0x7F, isUnseen(scalar) else {
        out.append(scalar)
        continue
      }
      for unit in String(scalar).utf16 {
        out += String(format: "\\u%04x", Int(unit)).unicodeScalars
      }
    }
    return String(out)
  }

  private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
