public import Cells
public import Inference
public import Lenses
public import Tokenization

/// What is known of the model that runs.
public struct ModelFacts: Sendable {
  /// Its name.
  public let name: String
  /// The block type of most of its weights.
  public let quantisation: String
  /// Its dimensions.
  public let shape: ModelShape
  /// Its tokenizer.
  public let tokenizer: Tokenizer
  /// The most tokens that can be evaluated.
  public let context: Int
  /// How many threads run.
  public let threads: Int
  /// How a conversation is written; `nil` when the model does not say.
  public let chatTemplate: ChatTemplate?

  /// Facts.
  public init(
    name: String, quantisation: String, shape: ModelShape, tokenizer: Tokenizer, context: Int,
    threads: Int, chatTemplate: ChatTemplate?
  ) {
    self.name = name
    self.quantisation = quantisation
    self.shape = shape
    self.tokenizer = tokenizer
    self.context = context
    self.threads = threads
    self.chatTemplate = chatTemplate
  }

  var vocabulary: Vocabulary { tokenizer.vocabulary }
}

/// Something that happened.
public enum Message: Sendable {
  /// Something came from the terminal.
  case input(InputEvent)
  /// The model is ready.
  case modelOpened(ModelFacts)
  /// The text, or the first part of it, has been evaluated.
  case evaluated(generation: Int, Trace, finished: Bool)
  /// A token was decoded; the trace has it.
  case decoded(generation: Int, DecodeStep, Trace)
  /// A text's last token was taken back, and this one decoded in its place; the trace has it.
  case healed(generation: Int, DecodeStep, Trace)
  /// A byte was decoded.
  case decodedByte(generation: Int, ByteStep)
  /// Decoding has stopped by itself.
  case decodeEnded(generation: Int, StopReason)
  /// A reading, or the part of it that there is so far.
  case read(ReadingKey, ReadingInputs, Reading, finished: Bool)
  /// What the next byte could be, with as many completions as there are so far.
  case bytes(ByteInputs, ByteReading, finished: Bool)
  /// A tokenizer is open: what was asked for, and how it is called.
  case tokenizerOpened(String, name: String, Tokenizer)
  /// A tokenizer could not be opened.
  case tokenizerFailed(String, String)
  /// What was found in a vocabulary, or the part of it so far.
  case studied(VocabularyAnswer)
  /// A command is to be done, as if it had been chosen.
  case command(String, String?)
  /// Work failed.
  case failed(WorkKey, String)
  /// A file was written.
  case exported(path: String)
  /// Something worth a line.
  case told(String)
  /// A file could not be written, or something else outside went wrong.
  case trouble(String)
  /// The session is on disk up to here; the time of day, as `12:04`.
  case saved(String)
  /// A theme was found.
  case themed(Theme)
}
