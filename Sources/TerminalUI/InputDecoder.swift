import Cells

/// Turns the bytes that a terminal sends into events.
///
/// A value without a clock: bytes come in with the time at which they came, in milliseconds, and
/// whoever waits calls `expire()` when `Self.escapeDelay` has passed while `isWaiting`. Any division
/// of the same bytes into chunks gives the same events, as long as no delay expires.
///
/// Bytes are decoded here and not by curses since `wget_wch` makes a system call for each byte,
/// loses characters that are split between two reads, and swallows what follows an invalid byte.
/// What the keys send still comes from terminfo.
struct InputDecoder {
  /// How long a lone Esc waits for the rest of a sequence, in milliseconds.
  static let escapeDelay = 25
  /// Within this time a second press in the same place is a double press, in milliseconds.
  static let doublePressDelay = 400
  /// A paste that has been silent for so long is ended by Esc or Ctrl-C alone: its end was lost.
  static let lostPasteDelay = 1000
  /// Bytes of a paste that make an event; a longer paste comes in several.
  static let pasteLimit = 64 << 20
  /// Bytes of a control sequence; a longer one is not one.
  static let sequenceLimit = 64

  static let pasteEnd = Array("\u{1b}[201~".utf8)

  let keys: KeyStrings
  /// What a byte that is not UTF-8 stands for.
  let character: (UInt8) -> Unicode.Scalar?

  private var pending: [UInt8] = []
  private var paste: [UInt8]?
  private var hasExpired = false
  private var lastTime = 0
  private var events: [InputEvent] = []
  private var lastPress: (point: Point, button: Int, time: Int)?
  var heldButton = 1

  /// A decoder for a terminal with those keys.
  init(
    keys: KeyStrings = KeyStrings(),
    character: @escaping (UInt8) -> Unicode.Scalar? = { _ in nil }
  ) {
    self.keys = keys
    self.character = character
  }

  /// Whether what has come is the beginning of something that may end with `expire()`.
  var isWaiting: Bool { !pending.isEmpty && paste == nil && !hasExpired }

  /// Whether a paste has begun and not ended.
  var isPasting: Bool { paste != nil }

  /// Takes in bytes that came at `time` and gives the events that are complete.
  mutating func feed(_ bytes: UnsafeRawBufferPointer, at time: Int) -> [InputEvent] {
    let silence = time - lastTime
    lastTime = time
    hasExpired = false
    let isLone = bytes.count == 1 && (bytes[0] == 0x1b || bytes[0] == 0x03)
    if paste != nil && isLone && silence >= Self.lostPasteDelay {
      paste?.append(contentsOf: pending)
      pending = []
      endPaste()
    } else {
      pending.append(contentsOf: bytes)
      decode(isComplete: false)
    }
    return take()
  }

  /// Gives what is to be made of an incomplete sequence when nothing more has come.
  mutating func expire() -> [InputEvent] {
    if paste == nil && !pending.isEmpty {
      decode(isComplete: true)
      hasExpired = true
    }
    return take()
  }

  private mutating func take() -> [InputEvent] {
    defer { events = [] }
    return events
  }

  private mutating func decode(isComplete: Bool) {
    var start = 0
    loop: while start < pending.count {
      if paste != nil {
        guard let next = pasted(from: start) else { return }
        start = next
        continue
      }
      switch parse(pending[start...], isComplete: isComplete) {
      case .incomplete: break loop
      case .events(let found, let length):
        for event in found { emit(event) }
        start += length
      case .pasteBegins(let length):
        paste = []
        start += length
      }
    }
    pending.removeSubrange(..<start)
  }

  /// Takes pasted bytes up to the end of the paste and gives where that is; nil when all is taken.
  private mutating func pasted(from start: Int) -> Int? {
    var start = start
    while start < pending.count {
      let escape = pending[start...].firstIndex(of: 0x1b) ?? pending.count
      paste?.append(contentsOf: pending[start..<escape])
      start = escape
      let rest = pending[start...].prefix(Self.pasteEnd.count)
      if rest.elementsEqual(Self.pasteEnd) {
        endPaste()
        return start + rest.count
      }
      if Self.pasteEnd.starts(with: rest) { break }
      paste?.append(0x1b)
      start += 1
    }
    if let piece = paste, piece.count >= Self.pasteLimit {
      events.append(.paste(piece))
      paste = []
    }
    pending.removeSubrange(..<start)
    return nil
  }

  private mutating func endPaste() {
    if let paste, !paste.isEmpty { events.append(.paste(paste)) }
    paste = nil
  }

  private mutating func emit(_ event: InputEvent) {
    guard case .mouse(var mouse) = event else {
      events.append(event)
      return
    }
    if mouse.kind == .press {
      heldButton = mouse.button
      if let last = lastPress, last.point == mouse.point, last.button == mouse.button,
        lastTime - last.time <= Self.doublePressDelay
      {
        mouse.kind = .doublePress
        lastPress = nil
      } else {
        lastPress = (mouse.point, mouse.button, lastTime)
      }
    }
    events.append(.mouse(mouse))
  }
}
