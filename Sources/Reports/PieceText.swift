public import Cells

/// Pieces for people.
public enum PieceText {
  /// A piece with its spaces marked, and nothing in it that could steer a terminal.
  public static func visible(
    _ bytes: some RandomAccessCollection<UInt8>, charset: Charset = .unicode
  ) -> String {
    VisibleText.segments(of: bytes, charset: charset).map { segment in
      segment.kind == .space ? (charset == .unicode ? "␣" : "_") : segment.text
    }.joined()
  }

  /// Bytes in hexadecimal, `E2 82 AC`; long ones are cut.
  static func hex(_ bytes: [UInt8], charset: Charset) -> String {
    let shown = bytes.prefix(16).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
    let mark = charset == .unicode ? " …" : " ~"
    return shown.joined(separator: " ") + (bytes.count > 16 ? mark : "")
  }
}
