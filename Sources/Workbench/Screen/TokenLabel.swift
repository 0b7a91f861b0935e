import Cells

/// A token's bytes in a line of text: white space by its marks, nothing that could steer a terminal.
enum TokenLabel {
  /// The label, `␣Paris`; an empty token gives `∅`.
  static func text(_ bytes: some RandomAccessCollection<UInt8>, charset: Charset) -> String {
    guard !bytes.isEmpty else { return charset == .unicode ? "∅" : "<>" }
    let space = charset == .unicode ? "␣" : "_"
    return VisibleText.segments(of: bytes, charset: charset).map { segment in
      segment.kind == .space ? space : segment.text
    }.joined()
  }
}
