import Cells
import CNcurses
import Glibc

/// Control sequences of the modes that curses does not set, and the way back from all of them.
struct ModeSequences {
  /// Bracketed paste, and the mouse.
  var enter: [UInt8] = []
  /// The same off.
  var leave: [UInt8] = []
  /// All that brings the terminal back, for a process that cannot call curses any more.
  var farewell: [UInt8] = []

  init(description: TerminalDescription, mouse: Bool) {
    // Terminals of this standard pass over modes that they do not know.
    if description.isStandard {
      // Paste; presses, drags, and reports in decimal.
      let on = ["2004"] + (mouse ? ["1000", "1002", "1006"] : [])
      enter = on.flatMap { Array("\u{1b}[?\($0)h".utf8) }
      leave = on.reversed().flatMap { Array("\u{1b}[?\($0)l".utf8) }
    }
    farewell =
      leave
      + ["sgr0", "op", "rmkx", "cnorm", "rmcup"].flatMap { description.plain($0) }
    // Without an alternate screen, what the shell says next begins on a line of its own.
    if description.strings["rmcup"] == nil { farewell += Array("\r\n".utf8) }
  }
}

/// Streams over the descriptors, as curses wants them; the descriptors outlive them.
struct Streams {
  let input: UnsafeMutablePointer<FILE>
  let output: UnsafeMutablePointer<FILE>

  init(_ options: TerminalOptions) throws(TerminalFault) {
    let read = fcntl(options.input, F_DUPFD_CLOEXEC, 3)
    let write = fcntl(options.output, F_DUPFD_CLOEXEC, 3)
    let reader = read < 0 ? nil : fdopen(read, "r")
    let writer = write < 0 ? nil : fdopen(write, "w")
    guard let reader, let writer else {
      let message = systemMessage(errno)
      if let reader { fclose(reader) } else if read >= 0 { Glibc.close(read) }
      if let writer { fclose(writer) } else if write >= 0 { Glibc.close(write) }
      throw TerminalFault(
        what: "cannot open the terminal: \(message)", remedy: "raise `ulimit -n`")
    }
    input = reader
    output = writer
  }

  func close() {
    fclose(input)
    fclose(output)
  }
}

extension Terminal {
  /// What the terminal is called and what it can do.
  static func description(
    _ options: TerminalOptions
  ) throws(TerminalFault) -> (term: String, TerminalDescription) {
    for (descriptor, name) in [(options.input, "input"), (options.output, "output")] {
      guard isatty(descriptor) == 1 else {
        throw TerminalFault(
          what: "standard \(name) is not a terminal",
          remedy: "start it in one, or use a command that needs none (`tessera --help`)")
      }
    }
    let remedy = "set TERM to what your terminal is, such as xterm-256color"
    guard let term = options.term ?? options.environment["TERM"], !term.isEmpty else {
      throw TerminalFault(what: "TERM is not set", remedy: remedy)
    }
    let shown = term.unicodeScalars.allSatisfy { (0x21...0x7e).contains($0.value) } ? term : "?"
    guard let description = TerminalDescription.read(name: term, descriptor: options.output) else {
      throw TerminalFault(
        what: "TERM is \"\(shown)\", which terminfo does not know", remedy: remedy)
    }
    guard description.canPlaceText else {
      throw TerminalFault(
        what: "TERM is \"\(shown)\", a terminal that cannot place text on its screen",
        remedy: remedy)
    }
    return (term, description)
  }

  /// Starts curses, with a description of our own in place of the installed one, if any.
  ///
  /// Curses takes a description out of the variable `TERMINFO` (`hex:…`, see `ncurses(3X)`), which
  /// has its former value again afterwards.
  static func newScreen(
    term: String, replacement: [UInt8]?,
    streams: Streams
  ) -> OpaquePointer? {
    guard let replacement else { return newterm(term, streams.output, streams.input) }
    let former = getenv("TERMINFO").map { String(cString: $0) }
    let digits = Array("0123456789ABCDEF".utf8)
    let text = replacement.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    setenv("TERMINFO", "hex:" + String(decoding: text, as: UTF8.self), 1)
    defer {
      if let former { setenv("TERMINFO", former, 1) } else { unsetenv("TERMINFO") }
    }
    return newterm(term, streams.output, streams.input)
  }

  /// Keys one by one and unchanged, colours, no interruption of a frame by typing ahead.
  static func setModes(depth: ColorDepth) {
    let window = tui_screen()
    raw()
    noecho()
    nonl()
    intrflush(window, false)
    keypad(window, true)
    typeahead(-1)
    scrollok(window, false)
    leaveok(window, true)
    curs_set(0)
    if depth != .none {
      start_color()
      use_default_colors()
    }
  }
}
