import Cells
import Inference
import Lenses
import TestSupport
import Themes
import Tokenization

@testable import Workbench

/// A workbench on a small model, whose work is done at once instead of on an engine's thread.
final class TestBench {
  var state: WorkbenchState
  /// Lines of the session.
  private(set) var entries: [SessionEntry] = []
  /// Effects for the outside.
  private(set) var outside: [Effect] = []
  /// Whether work is done at once; otherwise it waits in `waiting`.
  var worksAtOnce = true
  private(set) var waiting: [Effect] = []
  /// Whether readings of bytes come with completions.
  var looksAhead = true

  let model: Model
  let evaluator: Evaluator
  private let desk: ByteDesk
  private let models: DecodeModels

  init(
    _ text: String = "the cat sat on the mat", size: Size = Size(rows: 24, columns: 80),
    depth: ColorDepth = .ansi256, charset: Charset = .unicode, theme: Theme = .plain,
    opensModel: Bool = true, context: Int = 512, ensemble: EnsembleSettings? = nil,
    beginsTexts: Bool = false
  ) throws {
    let folder = try TemporaryFolder()
    model = try Model.load(
      path: TinyModel(seed: 21, context: context, beginsTexts: beginsTexts).write(to: folder),
      name: "tiny", precision: .f32)
    evaluator = try Evaluator(model: model, threads: 1)
    desk = ByteDesk(evaluator)
    let (model, evaluator) = (model, evaluator)
    let others = (ensemble?.models.count ?? 1) - 1
    models = DecodeModels(evaluator) {
      try (0..<others).map { _ in try Evaluator(model: model, threads: 1) }
    }
    state = WorkbenchState(
      text: Array(text.utf8), modelName: "tiny", size: size,
      look: Look(theme: theme, depth: depth, charset: charset, themeNames: ["ink", "paper"]),
      ensemble: ensemble)
    state.decode.stop.limit = 8
    if opensModel { send(.modelOpened(facts)) }
  }

  var facts: ModelFacts {
    ModelFacts(
      name: "tiny", quantisation: model.quantisation, shape: model.shape,
      tokenizer: model.tokenizer, context: evaluator.contextLength, threads: 1,
      chatTemplate: model.chatTemplate)
  }

  var text: String { String(decoding: state.document.bytes, as: UTF8.self) }
  var screen: String { Scene(state).grid.text }

  /// Sends messages, and does the work that they ask for.
  func send(_ messages: Message...) { perform(update(&state, messages)) }

  /// Presses keys, written as key files write them.
  func press(_ keys: String...) {
    for key in keys {
      if let key = Key(parsing: key) { send(.input(.key(key))) }
    }
  }

  /// Types text, key by key.
  func type(_ text: String) {
    for character in text {
      send(.input(.key(character == "\n" ? .named(.enter) : .character(character))))
    }
  }

  /// Does the work that waits.
  func work() {
    let effects = waiting
    waiting = []
    let atOnce = worksAtOnce
    worksAtOnce = true
    perform(effects)
    worksAtOnce = atOnce
  }

  func perform(_ effects: [Effect]) {
    for effect in effects {
      switch effect {
      case .log(let entry): entries.append(entry)
      case .export, .useTheme, .redraw, .suspend, .quit, .cancel: outside.append(effect)
      case .evaluate, .read, .readBytes, .decode, .openTokenizer, .study:
        if worksAtOnce { run(effect) } else { waiting.append(effect) }
      }
    }
  }

  private func run(_ effect: Effect) {
    do {
      switch effect {
      case .evaluate(let request):
        let trace = try evaluator.evaluate(request.ids, probe: request.probe)
        send(.evaluated(generation: request.generation, trace, finished: true))
      case .read(let request):
        let bench = LensBench(
          trace: request.trace, vocabulary: model.tokenizer.vocabulary,
          parameters: request.inputs.parameters, evaluator: evaluator,
          sampler: request.inputs.sampler)
        let reading = try LensCatalog.lens(request.inputs.lens).run(bench)
        send(.read(request.key, request.inputs, reading, finished: true))
      case .readBytes(let request): try readBytes(request)
      case .decode(let request): try decode(request)
      case .openTokenizer(let source): open(source)
      case .study(let request): study(request)
      default: break
      }
    } catch {
      send(.trouble("\(error)"))
    }
  }

  private func open(_ source: String) {
    guard let tokenizer = try? SmallTokenizer.named(source) else {
      return send(.tokenizerFailed(source, "no tokenizer named \(source)"))
    }
    send(.tokenizerOpened(source, name: source, tokenizer))
  }

  private func study(_ request: VocabularyRequest) {
    let vocabulary = request.tokenizer.vocabulary
    let generation = request.generation
    switch request.study {
    case .index: send(.studied(.index(generation: generation, VocabularyIndex(vocabulary))))
    case .measures:
      send(
        .studied(
          .measures(
            generation: generation, VocabularyMeasures(vocabulary),
            unreachable: request.tokenizer.unreachableEntries { _ in })))
    case .search(let query):
      let found = query.matches(in: vocabulary, 0..<TokenID(vocabulary.count))
      send(.studied(.found(generation: generation, found, finished: true)))
    }
  }

  private func readBytes(_ request: ByteRequest) throws {
    try desk.begin(request.text)
    var reading = try desk.reading(at: request.inputs.offset)
    while looksAhead, let longer = try desk.extended(reading) { reading = longer }
    send(.bytes(request.inputs, reading, finished: true))
  }

  private func decode(_ request: DecodeRequest) throws {
    let run = DecodeRun(request, with: models)
    while state.decode.isRunning {
      let (messages, isOver) = try run.step()
      for message in messages { send(Self.timed(message)) }
      if isOver { return }
    }
  }

  /// Pictures must not depend on how fast the machine is.
  private static func timed(_ message: Message) -> Message {
    guard case .decoded(let generation, let step, let trace) = message else { return message }
    let timed = DecodeStep(
      index: step.index, token: step.token, probability: step.probability, kept: step.kept,
      seconds: 0.005)
    return .decoded(generation: generation, timed, trace)
  }

  /// The bundled theme of a name.
  static func theme(_ name: String) throws -> Theme {
    try Theme.parse(Themes.toml(named: name) ?? "", file: name, name: name) {
      Themes.toml(named: $0)
    }.theme
  }
}
