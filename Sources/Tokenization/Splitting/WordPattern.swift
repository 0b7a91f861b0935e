/// The ways of cutting words that are known by name: what GGUF files name in `tokenizer.ggml.pre`,
/// and what the regular expressions in other files say.
enum WordPattern: String, Sendable, CaseIterable {
  case gpt2 = "gpt-2"
  /// SmolLM's: each number alone, else GPT-2's words.
  case smollm
  /// GPT-4's.
  case cl100k
  case llama3 = "llama-bpe"
  case qwen2
  case qwen35
  /// GPT-4o's.
  case o200k = "gpt-4o"
  case tekken
  case deepseek3 = "deepseek-v3"

  /// The hand-written rules.
  var splitter: any WordSplitter {
    switch self {
    case .gpt2: GPT2Splitter(cutsNumbers: false)
    case .smollm: GPT2Splitter(cutsNumbers: true)
    case .cl100k: CL100kSplitter(numbers: 3, takesTail: true)
    case .llama3: CL100kSplitter(numbers: 3)
    case .qwen2: CL100kSplitter(numbers: 1)
    case .qwen35: CL100kSplitter(numbers: 1, takesMarks: true)
    case .o200k: O200kSplitter(numbers: 3, takesEndings: true)
    case .tekken: O200kSplitter(numbers: 1, takesEndings: false)
    case .deepseek3: DeepSeekSplitter()
    }
  }

  /// Whether the vocabularies cut this way take a word that is an entry as it is, without merging.
  var ignoresMerges: Bool { self == .llama3 || self == .tekken }

  /// Whether the models with vocabularies cut this way expect a token before every text.
  var beginsTexts: Bool { self == .llama3 || self == .tekken }

  /// The expression that the rules stand for, in the form of the first file that had it; those of
  /// several expressions have none.
  var expression: String? {
    let endings = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
    let cased = { (ending: String, numbers: String) in
      #"[^\r\n\p{L}\p{N}]?\#(upper)*\#(lower)+\#(ending)|[^\r\n\p{L}\p{N}]?\#(upper)+\#(lower)*\#(ending)"#
        + #"|\#(numbers)| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }
    let plain = { (letter: String, other: String, numbers: String) in
      #"\#(endings)|[^\r\n\p{L}\p{N}]?\#(letter)+|\#(numbers)| ?\#(other)+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }
    return switch self {
    case .gpt2: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .cl100k:
      #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|"#
        + #"\s*[\r\n]|\s+(?!\S)|\s"#
    case .llama3: plain(#"\p{L}"#, #"[^\s\p{L}\p{N}]"#, #"\p{N}{1,3}"#)
    case .qwen2: plain(#"\p{L}"#, #"[^\s\p{L}\p{N}]"#, #"\p{N}"#)
    case .qwen35: plain(#"[\p{L}\p{M}]"#, #"[^\s\p{L}\p{M}\p{N}]"#, #"\p{N}"#)
    case .o200k: cased(endings + "?", #"\p{N}{1,3}"#)
    case .tekken: cased("", #"\p{N}"#)
    case .smollm, .deepseek3: nil
    }
  }

  /// The known pattern that a regular expression is, in the way of the engine that it was written
  /// for.
  init?(expression: String, dialect: RegexDialect) {
    let known = Self.allCases.first {
      $0.expression == expression && ($0 != .cl100k || dialect == .fancy)
    }
    guard let known else { return nil }
    self = known
  }

  /// The pattern that a GGUF file names. Several names mean the same.
  init?(gguf name: String) {
    if let same = WordPattern(rawValue: name), same != .cl100k {
      self = same
      return
    }
    switch name {
    case "gpt2", "phi-2", "mpt", "olmo", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de",
      "jina-v1-en", "gigachat", "roberta-bpe", "granite-docling":
      self = .gpt2
    case "starcoder", "refact", "command-r", "codeshell", "minerva-7b": self = .smollm
    case "llama3", "llama-v3", "falcon3", "pixtral": self = .llama3
    case "stablelm2", "hunyuan", "deepseek-r1-qwen", "megrez": self = .qwen2
    case "llama4": self = .o200k
    case "hunyuan-dense": self = .deepseek3
    default: return nil
    }
  }

  /// The names of all, for messages.
  static var knownNames: String {
    allCases.filter { $0 != .cl100k }.map(\.rawValue).joined(separator: ", ")
  }
}
