public import Tokenization

/// Token healing: the prompt's last token is taken back, and the next one must begin with its bytes.
///
/// It mends most prompts that stop within a word, at no cost, but not those where more than the last
/// token would have been another; ``ByteDecoder`` is exact.
public struct TokenHealing: Sendable {
  /// The prompt without its last token.
  public let ids: [TokenID]
  /// The bytes of the token that was taken back.
  public let bytes: [UInt8]
  /// The entries that begin with these bytes.
  public let allowed: Set<TokenID>

  /// Heals a prompt; `nil` where nothing would be left, or where its last token is a special one.
  public init?(_ ids: [TokenID], rule: CanonicalRule) {
    let vocabulary = rule.tokenizer.vocabulary
    guard ids.count > 1, let last = ids.last, !vocabulary.isSpecial(last) else { return nil }
    self.ids = ids.dropLast()
    bytes = vocabulary.bytes(of: last)
    allowed = Set(rule.order.range(startingWith: bytes).map { rule.order.ids[$0] })
  }

  /// How the next token is drawn, when the others are drawn so.
  public func settings(_ settings: SamplerSettings, vocabularySize: Int) -> SamplerSettings {
    var settings = settings
    settings.banned.formUnion((0..<TokenID(vocabularySize)).filter { !allowed.contains($0) })
    return settings
  }
}
