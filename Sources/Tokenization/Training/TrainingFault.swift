/// Why nothing can be learned from a text, or not with these settings.
public struct TrainingFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// Whether the settings are wrong rather than the text.
  public let isAboutSettings: Bool
  /// One line: what is wrong, and what would mend it.
  public let description: String

  static func settings(_ what: String) -> TrainingFault {
    TrainingFault(isAboutSettings: true, description: what)
  }

  static func text(_ what: String) -> TrainingFault {
    TrainingFault(isAboutSettings: false, description: what)
  }
}

/// How far a training is.
public enum TrainingProgress: Sendable, Equatable {
  /// Bytes of text read, of all.
  case reading(bytes: Int, of: Int)
  /// Entries of the vocabulary found, of those wanted.
  case merging(entries: Int, of: Int)
  /// Substrings that are still in the race, and the entries wanted in the end.
  case pruning(pieces: Int, to: Int)
  /// Batches of text read, of all, and the entries there are now.
  case listening(batch: Int, of: Int, entries: Int)
  /// Merges applied to samples, of all.
  case applying(merges: Int, of: Int)
  /// Rows of the linear programme so far, and its cost.
  case solving(rows: Int, cost: Double)
}

/// Told how far a training is, now and then; what it throws ends the training.
public typealias TrainingReport = (TrainingProgress) throws -> Void
