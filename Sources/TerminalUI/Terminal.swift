public import Cells
import CNcurses
import Glibc

/// The terminal: a picture goes in, events come out.
///
/// It belongs to whoever made it and never leaves that thread: it cannot be copied, curses is not
/// thread-safe, and only one can be open at a time. However the process ends, by a return, a thrown
/// error, `exit`, a signal or a crash, the terminal is given back as it was found.
///
/// ```
/// var terminal = try Terminal()
/// loop: while true {
///   for event in terminal.events(wakeDescriptor: pipe.descriptor, timeoutMilliseconds: nil) { … }
///   terminal.present(grid, cursor: nil)
/// }
/// ```
public struct Terminal: ~Copyable {
  /// Rows and columns, each at least 1.
  public internal(set) var size: Size
  /// Colours that are shown. Colours beyond it are replaced by the nearest.
  public let depth: ColorDepth
  /// Characters that the locale can show.
  public let charset: Charset

  let screen: OpaquePointer
  private let streams: Streams
  let input: Int32
  let output: Int32
  private let modes: termios
  let sequences: ModeSequences
  let signals: WakePipe

  // Reading (Terminal+Events.swift).
  var decoder: InputDecoder
  var inputHasEnded = false
  var lastInput = 0
  var queued: [InputEvent] = []

  // Drawing (Terminal+Present.swift).
  var pairs: ColorPairs
  let colors: CursesColors
  var shown: CellGrid?
  var shownCursor: Point?
  var isStale = true
  var drawable = DrawableText()
  var lastStyle: (style: Style, attributes: attr_t, pair: Int32)?

  /// Opens the terminal: alternate screen, no echo, keys one by one, mouse and bracketed paste on.
  ///
  /// Ctrl-C, Ctrl-Z, Ctrl-S and so on come as keys. What is written to standard error meanwhile is
  /// kept back and shown when the terminal is closed.
  ///
  /// Of the locale only the character set is taken (`LC_CTYPE`).
  ///
  /// - Throws: `TerminalFault` when there is no terminal, or none that can show a picture.
  public init(options: TerminalOptions = TerminalOptions()) throws(TerminalFault) {
    let (term, description) = try Self.description(options)
    let choice = ColorChoice(
      description: description, asked: options.colors, term: term,
      environment: options.environment)
    let used = choice.raises ? description.raised(to: choice.depth) : description

    setlocale(LC_CTYPE, options.locale)
    var modes = termios()
    tcgetattr(options.output, &modes)
    let signals = try WakePipe()
    let sequences = ModeSequences(description: used, mouse: options.mouse)
    let streams = try Streams(options)
    tui_signals_catch(signals.signalDescriptor)
    tui_keep_errors(options.output)
    tui_restore_arm(options.output, &modes, sequences.farewell, sequences.farewell.count)
    guard
      let screen = Self.newScreen(
        term: term, replacement: choice.raises ? used.compiled() : nil, streams: streams)
    else {
      tui_restore_disarm()
      tui_release_errors()
      tui_signals_release()
      streams.close()
      throw TerminalFault(
        what: "curses cannot use a terminal of the kind \"\(term)\"",
        remedy: "set TERM to what your terminal is, such as xterm-256color")
    }
    self.screen = screen
    self.streams = streams
    self.modes = modes
    self.signals = signals
    self.sequences = sequences
    input = options.input
    output = options.output
    depth = choice.depth
    charset = tui_locale_is_utf8() == 1 ? .unicode : .ascii
    decoder = InputDecoder(keys: KeyStrings(description)) { byte in
      let scalar = tui_single_byte_character(byte)
      return scalar < 0 ? nil : Unicode.Scalar(UInt32(scalar))
    }
    size = Size(rows: 1, columns: 1)
    Self.setModes(depth: choice.depth)
    pairs = ColorPairs(available: choice.depth == .none ? 0 : Int(tui_pairs()))
    colors = CursesColors(depth: choice.depth, count: Int(tui_colors()))
    adoptSize()
    clearok(tui_screen(), true)
    wnoutrefresh(tui_screen())
    doupdate()
    send(sequences.enter)
  }

  deinit {
    set_term(screen)
    send(sequences.leave)
    endwin()
    delscreen(screen)
    streams.close()
    var modes = modes
    tcsetattr(output, TCSANOW, &modes)
    tui_restore_disarm()
    tui_release_errors()
    tui_signals_release()
  }

  /// Has the next `present` draw everything again, whatever is thought to be on the screen.
  public mutating func redraw() {
    isStale = true
  }

  /// Gives the terminal back, stops the process as Ctrl-Z does, and takes it again when the process
  /// is continued. A `resize` event follows if the size is another by then.
  public mutating func suspend() {
    set_term(screen)
    send(sequences.leave)
    endwin()
    var modes = modes
    tcsetattr(output, TCSANOW, &modes)
    tui_release_errors()
    tui_signals_stop()
    resume()
  }

  /// Takes the terminal again, after it was given back or another program may have changed it.
  mutating func resume() {
    tui_keep_errors(output)
    set_term(screen)
    reset_prog_mode()
    clearok(tui_screen(), true)
    wnoutrefresh(tui_screen())
    doupdate()
    send(sequences.enter)
    isStale = true
    if adoptSize() { queued.append(.resize(size)) }
  }

  /// Takes over the size that the terminal has now; whether it is another.
  @discardableResult
  mutating func adoptSize() -> Bool {
    set_term(screen)
    var rows: Int32 = 0
    var columns: Int32 = 0
    if tui_size_get(output, &rows, &columns) == 0 {
      if rows != getmaxy(tui_screen()) || columns != getmaxx(tui_screen()) {
        resize_term(rows, columns)
      }
    }
    let found = Size(
      rows: max(1, Int(getmaxy(tui_screen()))), columns: max(1, Int(getmaxx(tui_screen()))))
    defer { size = found }
    if found != size { isStale = true }
    return found != size
  }

  /// Writes a control sequence past curses, which has no word for it and has nothing in its buffer.
  private func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
