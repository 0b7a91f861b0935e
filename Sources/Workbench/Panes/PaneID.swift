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
  /// The next byte.
  case bytes
  /// Several tokenizers on the text.
  case compare
  /// The vocabulary, and the token at the cursor explained.
  case tokenizer

  /// Its name for people.
  public var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

  /// The key that shows it.
  var number: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }
}
