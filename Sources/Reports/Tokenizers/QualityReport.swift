public import Tokenization

/// What several tokenizers are like: by their entries, and on texts.
public struct QualityReport: Sendable {
  /// A tokenizer.
  public struct Entry: Sendable {
    /// What it is called.
    public let name: String
    /// Its entries in numbers.
    public let vocabulary: VocabularyMeasures
    /// Entries that no text was found for (`Tokenizer.unreachableEntries`), in order.
    public let unreachable: [TokenID]
    /// The first of these, with their bytes.
    public let samples: [(id: TokenID, bytes: [UInt8])]
    /// What it makes of the texts.
    public let texts: [TextEntry]
    /// Entries that occur in none of the texts; `nil` without texts.
    public let neverUsed: Int?
  }

  /// A tokenizer on texts of one kind, such as one language.
  public struct TextEntry: Sendable {
    /// What the texts are called.
    public let name: String
    /// The measures of all of them.
    public let measures: TextMeasures
    /// Parity: tokens over tokens of the first kind of texts, in files that both have under the same
    /// path; `nil` where there is no such file.
    public let parity: Double?
  }

  /// Texts of one kind.
  public struct Texts: Sendable {
    /// What they are called.
    public var name: String
    /// The texts, with their paths.
    public var files: [(path: String, bytes: [UInt8])]

    /// Texts.
    public init(name: String, files: [(path: String, bytes: [UInt8])]) {
      self.name = name
      self.files = files
    }
  }

  /// The tokenizers.
  public let entries: [Entry]
  /// What their vocabularies share.
  public let overlap: VocabularyOverlap

  /// How many unreachable entries are named.
  static let mostSamples = 20

  /// Inspects tokenizers.
  ///
  /// - Parameters:
  ///   - texts: kinds of texts; parity is over the first.
  ///   - progress: hears what is being done, and may throw to give up.
  public init(
    _ tokenizers: [(name: String, tokenizer: Tokenizer)], texts: [Texts],
    progress: (String) throws -> Void
  ) rethrows {
    var entries: [Entry] = []
    for (name, tokenizer) in tokenizers {
      try progress("\(name): entries")
      let measures = VocabularyMeasures(tokenizer.vocabulary)
      let unreachable = try tokenizer.unreachableEntries {
        try progress("\(name): trying entries, \($0) %")
      }
      var used = [Int](repeating: 0, count: tokenizer.vocabulary.count)
      var baseline: [String: Int] = [:]
      var rows: [TextEntry] = []
      for (index, kind) in texts.enumerated() {
        var measurer = TextMeasurer(tokenizer)
        var (own, first) = (0, 0)
        for file in kind.files {
          try progress("\(name): \(kind.name) \(file.path)")
          let tokens = measurer.add(file.bytes)
          if index == 0 { baseline[file.path] = tokens }
          if let other = baseline[file.path] {
            own += tokens
            first += other
          }
        }
        for (id, count) in measurer.counts.enumerated() { used[id] += count }
        rows.append(
          TextEntry(
            name: kind.name, measures: measurer.measures,
            parity: first > 0 ? Double(own) / Double(first) : nil))
      }
      entries.append(
        Entry(
          name: name, vocabulary: measures, unreachable: unreachable,
          samples: unreachable.prefix(Self.mostSamples).map {
            ($0, tokenizer.vocabulary.bytes(of: $0))
          }, texts: rows,
          neverUsed: texts.isEmpty ? nil : used.reduce(0) { $0 + ($1 == 0 ? 1 : 0) }))
    }
    self.entries = entries
    try progress("what they share")
    overlap = VocabularyOverlap(tokenizers.map { $0.tokenizer.vocabulary })
  }
}
