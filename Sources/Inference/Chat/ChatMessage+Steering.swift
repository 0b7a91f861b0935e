public import Tokenization

extension ChatMessage {
  /// The first special token that stands written in what the message says: in the rendered text it
  /// becomes that token, as in `transformers`, and steers the model; `nil` when there is none.
  public func steeringToken(of tokenizer: Tokenizer) -> String? {
    guard case .string(let text) = content else { return nil }
    let vocabulary = tokenizer.vocabulary
    return tokenizer.encode(Array(text.utf8)).first { vocabulary.isSpecial($0.id) }
      .map { vocabulary.text(of: $0.id) }
  }
}
