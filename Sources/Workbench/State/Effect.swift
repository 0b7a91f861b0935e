/// Work that the engine does under one key: a newer piece of it replaces the older.
public enum WorkKey: Sendable, Hashable {
  /// Evaluation of the text.
  case evaluate
  /// Decoding.
  case decode
  /// A reading.
  case read(ReadingKey)
  /// The distribution of the next byte.
  case bytes

  /// The key for the engine.
  public var name: String {
    switch self {
    case .evaluate: "evaluate"
    case .decode: "decode"
    case .read(let key): "read.\(key.rawValue)"
    case .bytes: "bytes"
    }
  }
}

/// What an update wants done outside of the state.
public enum Effect: Sendable {
  /// Evaluate the text.
  case evaluate(EvaluationRequest)
  /// Decode.
  case decode(DecodeRequest)
  /// Read through a lens.
  case read(ReadingRequest)
  /// Find what the next byte could be.
  case readBytes(ByteRequest)
  /// Give up work.
  case cancel(WorkKey)
  /// Open a tokenizer, by an installed name or a path.
  case openTokenizer(String)
  /// Look through a vocabulary.
  case study(VocabularyRequest)
  /// Write a line of the session.
  case log(SessionEntry)
  /// Write a picture of the screen to a file.
  case export(path: String)
  /// Use the theme of this name from now on.
  case useTheme(String)
  /// Draw everything again.
  case redraw
  /// Stop as Ctrl-Z does.
  case suspend
  /// End.
  case quit
}
