/// A pane of the workbench.
public enum PaneID: String, Sendable, CaseIterable, Hashable {
  /// The text.
  case text
  /// The distribution of the next token.
  case next
  /// Attention.
  case attention
  /// The logit lens.
  case layers
  /// The live run.
  case decode
  /// Several tokenizers on the text.
  case compare
  /// The vocabulary, and the token at the cursor explained.
  case tokenizer

  /// Its name for people.
  public var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

  /// The key that shows it.
  var number: Int {
    switch self {
    case .text: 1
    case .next: 2
    case .attention: 3
    case .layers: 4
    case .decode: 5
    case .compare: 7
    case .tokenizer: 8
    }
  }
}
