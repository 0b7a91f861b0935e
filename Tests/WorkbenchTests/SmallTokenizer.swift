import TestSupport

@testable import Tokenization

/// Small tokenizers to lay beside the small model's.
enum SmallTokenizer {
  struct Unknown: Error {}

  /// `bytes`: the 256 bytes and no merges; `words`: some words of the tests' texts as well.
  static func named(_ name: String) throws -> Tokenizer {
    let merges: [(String, String)]
    switch name {
    case "bytes": return .bytes()
    case "words":
      merges = [
        ("c", "a"), ("ca", "t"), (" ", "cat"), ("s", "a"), ("sa", "t"), (" ", "sat"), ("o", "n"),
        (" ", "on"), ("t", "he"), ("h", "e"), (" ", "the"), ("m", "a"), ("ma", "t"), ("\n", "the"),
      ]
    default: throw Unknown()
    }
    var parts = VocabularyParts()
    var known = Set<String>()
    func add(_ entry: String) {
      guard known.insert(entry).inserted else { return }
      parts.tokens.append(entry.utf8)
    }
    func written(_ text: String) -> String {
      String(text.utf8.map { TinyModel.byteLetter($0) })
    }
    for byte in UInt8.min...UInt8.max { add(String(TinyModel.byteLetter(byte))) }
    for (left, right) in merges {
      add(written(left))
      add(written(right))
      add(written(left + right))
      parts.merges.append("\(written(left)) \(written(right))".utf8)
    }
    parts.kinds = Array(repeating: TokenKind.normal.rawValue, count: parts.tokens.count)
    return try Tokenizer(parts, pattern: .smollm)
  }
}
