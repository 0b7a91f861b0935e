/// How a text is cut into words before pairs or pieces are counted in it.
public enum TrainingWords: String, Sendable, CaseIterable {
  /// GPT-2's words, each digit alone.
  case smollm

  /// The splitter.
  var splitter: any WordSplitter {
    switch self {
    case .smollm: SmolLMSplitter()
    }
  }

  /// The `pre_tokenizer` of a `tokenizer.json` that cuts so.
  var json: String {
    switch self {
    case .smollm:
      """
      {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true}, \
      {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]}
      """
    }
  }
}
