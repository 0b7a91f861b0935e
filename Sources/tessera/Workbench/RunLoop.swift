import Cells
import Foundation
import Inference
import Synchronization
import TerminalUI
import Workbench

/// The workbench in a terminal: waits for keys and for the engine, and draws.
///
/// Everything but the engine happens on the main thread, which owns the terminal and the state.
struct RunLoop {
  /// What to begin with.
  struct Start {
    var text: [UInt8]
    var modelName: String
    var theme: Theme
    var themes: ThemeStore
    var keymap: Keymap
    var colors: ColorDepth?
    var resumed: (file: SessionFile, path: String, bytes: [UInt8])?
    var notice: String?
    /// Tokenizers to lay beside the model's.
    var tokenizers: [String] = []
    /// The models that decode together, the text's own first.
    var ensemble: EnsembleSettings?
  }

  /// The least time between two frames that nobody waits for. Keys are answered at once; while the
  /// model decodes, 30 pictures in a second are as good as 60, and leave the processors to it.
  private static let frameInterval = Duration.milliseconds(33)

  /// Runs until the end.
  ///
  /// - Parameters:
  ///   - load: opens the model, on the engine's thread.
  ///   - companions: opens those that decode together with it, on the same thread.
  /// - Throws: `TerminalFault`, or what opening the model threw, after the terminal was given back.
  static func run(
    _ start: Start, load: @escaping @Sendable () throws -> (Model, Evaluator),
    companions: @escaping @Sendable () throws -> [Evaluator]
  ) throws {
    let pipe = try WakePipe()
    let mailbox = Mailbox(waking: pipe)
    let failure = Mutex<(any Error)?>(nil)
    let bridge = EngineBridge(mailbox: mailbox, load: load, companions: companions) { error in
      failure.withLock { $0 = error }
      pipe.poke()
    }
    defer { bridge.stop() }
    let outcome: Outcome
    do {
      var terminal = try Terminal(options: TerminalOptions(colors: start.colors))
      var loop = RunLoop(
        start, size: terminal.size, depth: terminal.depth, charset: terminal.charset,
        mailbox: mailbox, bridge: bridge)
      outcome = loop.loop(&terminal, pipe) { failure.withLock { $0 } }
    }
    // The terminal is given back by now.
    switch outcome {
    case .quit: break
    case .failed(let error): throw error
    }
  }

  private enum Outcome {
    case quit
    case failed(any Error)
  }

  private var state: WorkbenchState
  private let mailbox: Mailbox
  private let bridge: EngineBridge
  private let tokenizers: TokenizerBridge
  private let themes: ThemeStore
  private let start: Start
  private var store: SessionStore?
  private var savedMinute = ""
  private var wantsRedraw = false
  private var wantsSuspension = false
  private var ends = false

  private init(
    _ start: Start, size: Size, depth: ColorDepth, charset: Charset, mailbox: Mailbox,
    bridge: EngineBridge
  ) {
    self.start = start
    self.mailbox = mailbox
    self.bridge = bridge
    tokenizers = TokenizerBridge(mailbox: mailbox)
    themes = start.themes
    state = WorkbenchState(
      text: start.text, modelName: start.modelName, size: size,
      look: Look(
        theme: start.theme, depth: depth, charset: charset, themeNames: start.themes.names),
      keymap: start.keymap, ensemble: start.ensemble)
    if let notice = start.notice { apply([.trouble(notice)]) }
    do {
      store = try start.resumed.map { try SessionStore(continuing: $0.path, complete: $0.bytes) }
      if store == nil {
        store = try SessionStore(
          model: start.modelName, text: start.text, size: SessionEntry(.size(size)))
      }
    } catch {
      apply([.trouble("the session is not saved: \(error)")])
    }
    apply(start.tokenizers.map { .command("compare.add", $0) })
  }

  private mutating func loop(
    _ terminal: inout Terminal, _ pipe: WakePipe, _ failure: () -> (any Error)?
  ) -> Outcome {
    show(&terminal)
    var lastFrame = ContinuousClock.now
    var isDirty = false
    while !ends {
      let sinceFrame = ContinuousClock.now - lastFrame
      let untilFrame = max(.zero, Self.frameInterval - sinceFrame)
      // While a frame is due anyway, the engine's messages wait for it: they come by the hundred.
      let events = terminal.events(
        wakeDescriptor: isDirty ? -1 : pipe.descriptor,
        timeoutMilliseconds: isDirty ? Int32(untilFrame / .milliseconds(1)) : nil)
      if let error = failure() { return .failed(error) }
      let inputs = events.filter { $0 != .wake }
      if events.contains(.wake) { isDirty = true }
      guard !inputs.isEmpty || ContinuousClock.now - lastFrame >= Self.frameInterval else {
        continue
      }
      apply(mailbox.takeAll() + inputs.map { .input($0) })
      if wantsSuspension {
        wantsSuspension = false
        terminal.suspend()
      }
      if wantsRedraw {
        wantsRedraw = false
        terminal.redraw()
      }
      show(&terminal)
      lastFrame = .now
      isDirty = false
    }
    return .quit
  }

  private func show(_ terminal: inout Terminal) {
    let scene = Scene(state)
    terminal.present(scene.grid, cursor: scene.cursor)
  }

  /// Takes messages into the state, and does what it asks for, until it asks for nothing more.
  private mutating func apply(_ messages: [Message]) {
    var messages = messages
    while !messages.isEmpty {
      let opened = messages.contains { message in
        if case .modelOpened = message { true } else { false }
      }
      messages = perform(update(&state, messages))
      guard opened else { continue }
      if let resumed = start.resumed {
        messages += perform(state.replay(resumed.file.entries))
        let cut = resumed.file.isCutOff ? "; its last line was cut off and is lost" : ""
        messages.append(.told("went on with the session\(cut)"))
      } else if !state.opening.isEmpty {
        // A session that has no more than this is not kept.
        store?.isIdle = true
        messages += perform(update(&state, [.command("edit.open", nil)]))
        store?.isIdle = false
      }
    }
  }

  /// Does what the state asks for; gives what came of it at once.
  private mutating func perform(_ effects: [Effect]) -> [Message] {
    var answers: [Message] = []
    var entries: [SessionEntry] = []
    for effect in effects {
      switch effect {
      case .evaluate(let request): bridge.evaluate(request)
      case .decode(let request): bridge.decode(request)
      case .read(let request): bridge.read(request)
      case .readBytes(let request): bridge.readBytes(request)
      case .cancel(let key): bridge.cancel(key)
      case .openTokenizer(let source): tokenizers.open(source)
      case .study(let request): tokenizers.study(request)
      case .log(let entry): entries.append(entry)
      case .export(let path): answers.append(export(to: path))
      case .useTheme(let name): answers.append(theme(name))
      case .redraw: wantsRedraw = true
      case .suspend: wantsSuspension = true
      case .quit: ends = true
      }
    }
    return answers + save(entries)
  }

  private mutating func save(_ entries: [SessionEntry]) -> [Message] {
    guard !entries.isEmpty, let store else { return [] }
    do {
      guard try store.append(entries) else { return [] }
    } catch {
      // Said once; the work itself goes on.
      self.store = nil
      return [.trouble("the session is no longer saved: \(error)")]
    }
    let minute = Self.clock()
    guard minute != savedMinute else { return [] }
    savedMinute = minute
    return [.saved(minute)]
  }

  private static func clock() -> String {
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + "\(number)" }
    return "\(two(parts.tm_hour)):\(two(parts.tm_min))"
  }

  private func theme(_ name: String) -> Message {
    do {
      return .themed(try themes.theme(named: name).theme)
    } catch {
      return .trouble("\(error)")
    }
  }

  private func export(to path: String) -> Message {
    do {
      try ScreenExport.write(Scene(state).grid, look: state.look, to: path)
      return .exported(path: path)
    } catch {
      return .trouble("\(error)")
    }
  }
}
