/// Arguments as the bytes that were given.
///
/// The argument parser knows only `String`s, and a `String` made of argument bytes has lost every
/// byte that is not UTF-8. So each such byte travels as one character of the block
/// U+10FF00…U+10FFFF (private use), and characters of that block travel as their four bytes: the
/// map is exact in both directions, and the identity for everyone else.
enum ArgumentBytes {
  private static let block: UInt32 = 0x10FF00

  /// The process's arguments without the program's name, safe to parse as `String`s.
  static func parsableArguments() -> [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { index in
      CommandLine.unsafeArgv[index].map { start in
        let argument = UnsafeBufferPointer(start: start, count: length(start))
        return parsable(argument.map { UInt8(bitPattern: $0) })
      }
    }
  }

  private static func length(_ start: UnsafePointer<CChar>) -> Int {
    var count = 0
    while start[count] != 0 { count += 1 }
    return count
  }

  /// The string that stands for `bytes` while they are parsed.
  static func parsable(_ bytes: [UInt8]) -> String {
    var result = String.UnicodeScalarView()
    var rest = bytes[...]
    while let first = rest.first {
      if let scalar = leadingScalar(of: rest), scalar.value < block {
        result.append(scalar)
        rest = rest.dropFirst(UTF8.width(scalar))
      } else {
        result.append(stand(for: first))
        rest = rest.dropFirst()
      }
    }
    return String(result)
  }

  /// The bytes for which a parsed string stands.
  static func bytes(of parsed: String) -> [UInt8] {
    parsed.unicodeScalars.flatMap { scalar in
      scalar.value >= block ? [UInt8(scalar.value - block)] : Array(String(scalar).utf8)
    }
  }

  /// A parsed string as plain text: bytes that are not UTF-8 become U+FFFD.
  static func text(of parsed: String) -> String {
    String(decoding: bytes(of: parsed), as: UTF8.self)
  }

  private static func stand(for byte: UInt8) -> Unicode.Scalar {
    // U+10FF00…U+10FFFF are all scalar values, so the fallback is never taken.
    Unicode.Scalar(block + UInt32(byte)) ?? "\u{FFFD}"
  }

  private static func leadingScalar(of bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
    var decoder = UTF8()
    var source = bytes.prefix(4).makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&source) else { return nil }
    return scalar
  }
}
