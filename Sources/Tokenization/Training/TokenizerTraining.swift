import Foundation
public import ModelFiles

/// What can be learned.
public enum TrainedKind: String, Sendable, CaseIterable {
  /// Byte-level byte-pair encoding.
  case bpe
  /// A Unigram model over bytes.
  case unigram
  /// A lexicon by the principle of least effort (Less is Better).
  case lib
}

/// How a tokenizer is learned.
public struct TrainingSettings: Sendable {
  /// What is learned.
  public var kind = TrainedKind.bpe
  /// Entries of the vocabulary, special tokens and the 256 bytes among them.
  public var vocabularySize = 32_000
  /// BPE: pairs that are rarer are not merged.
  public var minimumFrequency = 2
  /// Special tokens, which have the first ids.
  public var specialTokens: [String] = []
  /// How the text is cut into words.
  public var words = TrainingWords.gpt2
  /// What is cut on its own.
  public var unit = TextUnit.line
  /// LiB: how often the text is read.
  public var passes = LexiconSettings().passes
  /// LiB: where randomness begins. The same text and settings give the same lexicon.
  public var seed: UInt64 = 1
  /// How many threads work. LiB works on one.
  public var threads = 1

  /// The usual settings.
  public init() {}

  /// Entries that a vocabulary may have.
  public static let maximumSize = Vocabulary.maximumCount
}

/// What was learned: a tokenizer as the file that is written.
public struct TrainedTokenizer: Sendable {
  /// What kind it is.
  public let kind: TrainedKind
  /// Entries of the vocabulary.
  public let entryCount: Int
  /// Merges, of BPE.
  public let mergeCount: Int?
  /// Bytes of text it was learned from.
  public let byteCount: Int
  /// Distinct words of the text; LiB knows no words.
  public let wordCount: Int?
  /// Words left out because they have more than 65,535 bytes.
  public let longWordCount: Int
  /// The file: `tokenizer.json` as Hugging Face `tokenizers` has it, or what `LexiconFile` says.
  public let file: [UInt8]

  /// Writes the file so that it is there whole or not at all.
  ///
  /// - Throws: `FileFault` when it cannot be written.
  public func save(to path: String) throws(FileFault) { try WholeFile.write(file, to: path) }
}

/// Learns tokenizers from text.
public enum TokenizerTraining {
  /// Learns a tokenizer.
  ///
  /// - Throws: `TrainingFault` when the settings or the text cannot give one; `FileFault` when a file
  ///   cannot be read; what `report` throws, which is called on the calling thread.
  public static func train(
    _ text: TrainingText, _ settings: TrainingSettings, report: TrainingReport = { _ in }
  ) throws -> TrainedTokenizer {
    try check(settings)
    if settings.kind == .lib { return try lexicon(text, settings, report) }
    let words = try WordCounts.count(
      text, unit: settings.unit, splitter: settings.words.splitter, threads: settings.threads,
      report: report)
    guard words.table.count > 0 else {
      throw TrainingFault.text("there is no text in \(text.files.count) files to learn from")
    }
    var entryCount = 0
    var mergeCount: Int?
    let model: String
    if settings.kind == .bpe {
      var trainer = BytePairTrainer(
        words.table, size: settings.vocabularySize, minimumFrequency: settings.minimumFrequency,
        specialTokens: settings.specialTokens)
      let result = try trainer.run(report: report)
      entryCount = result.entries.count
      mergeCount = result.merges.count
      model = TokenizerJSONWriter.bytePair(result)
    } else {
      let entries = try unigram(words, settings, report)
      entryCount = entries.count
      model = TokenizerJSONWriter.unigram(entries)
    }
    let json = TokenizerJSONWriter.file(
      specialTokens: settings.specialTokens, preTokenizer: settings.words.json, model: model)
    return TrainedTokenizer(
      kind: settings.kind, entryCount: entryCount, mergeCount: mergeCount,
      byteCount: words.byteCount, wordCount: words.table.count, longWordCount: words.longWords,
      file: Array(json.utf8))
  }

  /// Special tokens, then pieces, the most probable first.
  private static func unigram(
    _ words: WordCounts, _ settings: TrainingSettings, _ report: TrainingReport
  ) throws -> [(text: String, score: Double)] {
    var trainer = UnigramTrainer(words.table, threads: settings.threads)
    let specials = settings.specialTokens
    let pieces = try trainer.run(
      size: settings.vocabularySize - specials.count, report: report)
    let sorted = pieces.enumerated()
      .sorted { ($0.element.score, $1.offset) > ($1.element.score, $0.offset) }
      .map { (text: ByteAlphabet.written($0.element.bytes), score: $0.element.score) }
    return specials.map { ($0, 0) } + sorted
  }

  private static func lexicon(
    _ text: TrainingText, _ settings: TrainingSettings, _ report: TrainingReport
  ) throws -> TrainedTokenizer {
    guard settings.specialTokens.isEmpty else {
      throw TrainingFault.settings("a lexicon (lib) has no special tokens")
    }
    var lexiconSettings = LexiconSettings()
    lexiconSettings.size = settings.vocabularySize - 256
    lexiconSettings.passes = settings.passes
    lexiconSettings.seed = settings.seed
    var training = LexiconTraining(text, lexiconSettings)
    let lexicon = try training.run(report: report)
    let longer = lexicon.order.count { lexicon.strings[Int($0)].count > 1 }
    return TrainedTokenizer(
      kind: .lib, entryCount: 256 + longer, mergeCount: nil, byteCount: training.byteCount,
      wordCount: nil, longWordCount: 0,
      file: Array(LexiconFile.written(lexicon, lexiconSettings).utf8))
  }

  private static func check(_ settings: TrainingSettings) throws(TrainingFault) {
    let specials = settings.specialTokens
    guard Set(specials).count == specials.count, !specials.contains("") else {
      throw .settings("special tokens must differ from each other and not be empty")
    }
    if let long = specials.first(where: { $0.utf8.count > Vocabulary.maximumWholeBytes }) {
      throw .settings(
        "a special token has \(long.utf8.count) bytes; at most \(Vocabulary.maximumWholeBytes) "
          + "are supported")
    }
    let least = BytePairTrainer.alphabetSize(specialTokens: specials)
    guard settings.vocabularySize >= least else {
      throw .settings(
        "a vocabulary of \(settings.vocabularySize) is too small: the 256 bytes and the special "
          + "tokens alone are \(least)")
    }
    guard settings.vocabularySize <= TrainingSettings.maximumSize else {
      throw .settings(
        "a vocabulary of \(settings.vocabularySize) is too large; at most "
          + "\(TrainingSettings.maximumSize) entries are supported")
    }
  }
}
