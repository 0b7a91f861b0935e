/// What is looked for among the entries of a vocabulary.
public struct VocabularyQuery: Sendable, Hashable {
  /// The kinds of queries.
  public enum Kind: Sendable, Hashable {
    /// All entries.
    case all
    /// Entries that hold these bytes, as text or as bytes.
    case holding([UInt8])
    /// The entry of this id.
    case id(TokenID)
    /// Entries in which a regular expression matches.
    case pattern(String)
  }

  /// What it is.
  public let kind: Kind
  /// As it was written.
  public let text: String
  private let program: RegexProgram?

  /// Whether they were written alike.
  public static func == (a: Self, b: Self) -> Bool { a.text == b.text }

  /// By what was written.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }

  /// The longest query, in bytes.
  static let longest = 1024

  /// Reads a query: `#504` is an id, `0xE2 82` (or `0xE282`) bytes, `/[a-z]+$/` a regular expression
  /// as tokenizers use them, everything else text, in which `␣` is a space too; nothing means all.
  ///
  /// Expressions are run by the engine that cuts texts, which takes time in proportion to an entry's
  /// length, whatever they say.
  ///
  /// - Throws: `VocabularyQueryFault` that says what is wrong.
  public init(_ text: String) throws(VocabularyQueryFault) {
    self.text = text
    guard text.utf8.count <= Self.longest else {
      throw VocabularyQueryFault(what: "a query has at most \(Self.longest) bytes")
    }
    if text.count > 2, text.first == "/", text.last == "/" {
      let pattern = String(text.dropFirst().dropLast())
      do throws(RegexFault) {
        program = try RegexProgram(pattern, dialect: .fancy)
      } catch {
        throw VocabularyQueryFault(what: "\(text): \(error.what) (character \(error.offset + 1))")
      }
      kind = .pattern(pattern)
      return
    }
    program = nil
    if text.isEmpty {
      kind = .all
    } else if text.hasPrefix("#"), text.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }),
      text.count > 1
    {
      guard let id = TokenID(text.dropFirst()) else {
        throw VocabularyQueryFault(what: "\(text) is larger than any id")
      }
      kind = .id(id)
    } else if text.hasPrefix("0x") {
      kind = .holding(try Self.bytes(text.dropFirst(2)))
    } else {
      kind = .holding(Array(text.replacing("␣", with: " ").utf8))
    }
  }

  private static func bytes(_ digits: Substring) throws(VocabularyQueryFault) -> [UInt8] {
    let digits = digits.filter { $0 != " " }
    var bytes: [UInt8] = []
    var rest = digits[...]
    while !rest.isEmpty {
      let two = rest.prefix(2)
      rest = rest.dropFirst(2)
      guard two.count == 2, two.allSatisfy(\.isHexDigit), let byte = UInt8(two, radix: 16) else {
        throw VocabularyQueryFault(what: "bytes are pairs of hexadecimal digits: 0xE2 82")
      }
      bytes.append(byte)
    }
    guard !bytes.isEmpty else {
      throw VocabularyQueryFault(what: "bytes are pairs of hexadecimal digits: 0xE2 82")
    }
    return bytes
  }

  /// The entries among `ids` that it means, ascending. Ids outside of the vocabulary are none.
  public func matches(in vocabulary: Vocabulary, _ ids: Range<TokenID>) -> [TokenID] {
    let ids = ids.clamped(to: 0..<TokenID(vocabulary.count))
    switch kind {
    case .all: return Array(ids)
    case .id(let id): return ids.contains(id) ? [id] : []
    case .pattern:
      guard let program else { return [] }
      return ids.filter { Self.matches(program, vocabulary.pieces.bytes(of: Int($0))) }
    case .holding(let wanted):
      guard let first = wanted.first else { return Array(ids) }
      return ids.filter { id in
        let bytes = vocabulary.pieces.bytes(of: Int(id))
        guard bytes.count >= wanted.count else { return false }
        for start in 0...(bytes.count - wanted.count)
        where bytes[start] == first && bytes[start...].starts(with: wanted) { return true }
        return false
      }
    }
  }
}

extension VocabularyQuery {
  /// Whether an expression matches somewhere in an entry.
  private static func matches(_ program: RegexProgram, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool
  {
    guard let base = bytes.baseAddress else { return false }
    var matcher = RegexMatcher(program, text: base, section: 0..<bytes.count)
    return (0...bytes.count).contains { matcher.match(at: $0) != nil }
  }
}

/// Why a query cannot be used; its description is one line.
public struct VocabularyQueryFault: Error, CustomStringConvertible, Sendable, Equatable {
  /// What is wrong.
  public let what: String
  /// One line.
  public var description: String { what }
}
