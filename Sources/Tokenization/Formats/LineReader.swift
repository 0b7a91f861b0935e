internal import ModelFiles

/// The lines of a text file that holds a vocabulary.
struct LineReader {
  /// Bytes that a line may have.
  static let maximumLineBytes = 1 << 18

  private let file: MappedFile

  init(_ file: MappedFile) { self.file = file }

  /// Gives each line that is not empty, without its line break, and its offset in the file.
  func forEach(
    _ body: (ArraySlice<UInt8>, _ offset: Int) throws(FileFault) -> Void
  ) throws(FileFault) {
    var offset = 0
    while offset < file.count {
      let limit = min(file.count, offset + Self.maximumLineBytes + 1)
      let window = file.withBytes { bytes in
        Array(bytes[offset..<limit].prefix { $0 != 0x0A })
      }
      guard offset + window.count < limit || limit == file.count else {
        throw FileFault(
          path: file.path, offset: offset,
          what: "a line has more than \(Self.maximumLineBytes) bytes")
      }
      let line = window.last == 0x0D ? window.dropLast() : window[...]
      if !line.isEmpty { try body(line, offset) }
      offset += window.count + 1
    }
  }
}

/// Base 64 (RFC 4648, section 4), with or without padding.
enum Base64 {
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 0xFF, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, character) in alphabet.utf8.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  /// The bytes that `text` writes; `nil` when it is no base 64.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var held: UInt32 = 0
    var bits = 0
    var digits = 0
    var padding = 0
    for character in text {
      if character == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      let value = values[Int(character)]
      guard value < 64, padding == 0 else { return nil }
      digits += 1
      held = held << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
      }
    }
    let isWhole = digits % 4 != 1 && (padding == 0 || (digits + padding) % 4 == 0) && padding <= 2
    guard isWhole, held & (1 << UInt32(bits) - 1) == 0 else { return nil }
    return bytes
  }
}
