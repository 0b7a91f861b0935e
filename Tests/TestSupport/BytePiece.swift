/// The pieces of SentencePiece that say one byte.
public enum BytePiece {
  /// How the piece of a byte is written: `<0x0A>`.
  public static func name(of byte: UInt8) -> String {
    "<0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) + ">"
  }
}
