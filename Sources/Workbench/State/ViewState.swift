public import Cells
public import Inference

/// What keys do at the moment.
public enum Mode: Sendable, Hashable {
  /// Keys are commands.
  case normal
  /// Keys are text.
  case insert
  /// A line is asked for, above everything else.
  case prompt(PromptState)
  /// The command palette.
  case palette(PaletteState)
  /// The keys of the focused pane.
  case help(scroll: Int)
}

/// A line that is being typed.
public struct PromptState: Sendable, Hashable {
  /// What is asked.
  var label: String
  /// The command that gets it.
  var command: String
  /// What has been typed.
  var text: String
}

/// The command palette.
public struct PaletteState: Sendable, Hashable {
  /// What has been typed.
  var query = ""
  /// Which of the matches is chosen.
  var selected = 0
}

/// How everything looks.
public struct Look: Sendable, Hashable {
  /// The theme.
  public var theme: Theme
  /// How many colours.
  public var depth: ColorDepth
  /// Which characters.
  public var charset: Charset
  /// The themes there are, by name.
  public var themeNames: [String]

  /// A look.
  public init(theme: Theme, depth: ColorDepth, charset: Charset, themeNames: [String]) {
    self.theme = theme
    self.depth = depth
    self.charset = charset
    self.themeNames = themeNames
  }
}

/// A line that tells something once, instead of the key hints.
public struct Notice: Sendable, Hashable {
  /// What it says.
  public let text: String
  /// Whether something went wrong.
  public let isError: Bool
}

/// What the attention pane shows.
public struct AttentionView: Sendable, Hashable {
  /// The chosen head; `nil` for the mean over all.
  public internal(set) var head: HeadPlace?
  /// Whether the head's map is shown instead of all heads.
  public internal(set) var showsMap = false
  /// What the glance measures: `strongest`, or a kind of head.
  public internal(set) var score = "strongest"

  /// A head, by layer and number.
  public struct HeadPlace: Sendable, Hashable {
    /// Layer, from 0.
    public var layer: Int
    /// Head, from 0.
    public var head: Int
  }
}

/// The live run.
public struct DecodeState: Sendable {
  /// Whether it runs.
  public internal(set) var isRunning = false
  /// The run's number; answers of older ones are dropped.
  var generation = 0
  /// How many tokens the text had when the run began, or bytes where it goes by bytes.
  var start = 0
  /// Whether the next token heals the text.
  var heals = false
  /// What the run records.
  var probe = Probe()
  /// Whether the run is to take one token only.
  var isStep = false
  /// How many more steps were asked for while one is taken.
  var waitingSteps = 0
  /// Why the last run stopped.
  public internal(set) var stopped: StopReason?
  /// The latest steps, oldest first.
  public internal(set) var steps: [DecodeStep] = []
  /// The latest bytes, oldest first.
  public internal(set) var byteSteps: [ByteStep] = []
  /// How the text goes on.
  public internal(set) var strategy = DecodeStrategy.plain
  /// The models that decode together.
  public internal(set) var ensemble = EnsembleSettings(models: [])
  /// When to stop.
  public internal(set) var stop = StopConditions()
  /// How tokens are drawn.
  public internal(set) var sampler = SamplerSettings.standard

  /// How many steps are kept for reading.
  static let keptSteps = 400

  /// Steps a second over the latest ones; `nil` without any.
  public var rate: Double? {
    let recent =
      byteSteps.isEmpty ? steps.suffix(24).map(\.seconds) : byteSteps.suffix(24).map(\.seconds)
    let seconds = recent.reduce(0, +)
    return seconds > 0 ? Double(recent.count) / seconds : nil
  }

  /// What the rate counts.
  public var rateUnit: String { byteSteps.isEmpty ? "tok/s" : "B/s" }
}

/// How far the evaluation of the text is.
public struct EvaluationState: Sendable, Hashable {
  /// Its number; answers of older ones are dropped.
  var generation = 0
  /// Whether it runs.
  public internal(set) var isRunning = false
  /// The version of the text that was last asked for.
  var version = -1
  /// How many of its tokens.
  var count = 0
  /// What was then to be recorded.
  var probe = Probe()
}
