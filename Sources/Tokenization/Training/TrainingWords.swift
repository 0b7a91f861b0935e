/// How a text is cut into words before pairs or pieces are counted in it.
public enum TrainingWords: String, Sendable, CaseIterable {
  /// GPT-2's words.
  case gpt2
  /// GPT-2's words, each digit alone.
  case smollm
  /// Llama 3's: at most three digits.
  case llama3
  /// Qwen 2's: each digit alone.
  case qwen2
  /// GPT-4o's: cut between small letters and capitals.
  case o200k

  private var pattern: WordPattern {
    switch self {
    case .gpt2: .gpt2
    case .smollm: .smollm
    case .llama3: .llama3
    case .qwen2: .qwen2
    case .o200k: .o200k
    }
  }

  /// The splitter.
  var splitter: any WordSplitter { pattern.splitter }

  /// The `pre_tokenizer` of a `tokenizer.json` that cuts so.
  var json: String {
    let first: String
    switch self {
    case .gpt2: return Self.byteLevel(cuts: true)
    case .smollm: first = "{\"type\": \"Digits\", \"individual_digits\": true}"
    case .llama3, .qwen2, .o200k:
      // All three are of one expression.
      let expression = TokenizerJSONWriter.quoted(pattern.expression ?? "")
      first = """
        {"type": "Split", "pattern": {"Regex": \(expression)}, "behavior": "Isolated", \
        "invert": false}
        """
    }
    let last = Self.byteLevel(cuts: self == .smollm)
    return "{\"type\": \"Sequence\", \"pretokenizers\": [\(first), \(last)]}"
  }

  private static func byteLevel(cuts: Bool) -> String {
    """
    {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": \(cuts)}
    """
  }
}
