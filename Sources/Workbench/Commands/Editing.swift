import Inference
import Tokenization

extension Command {
  /// Changing the text.
  static let editing: [Command] = [
    Command("edit.insert", "Write at the cursor", .editing, keys: ["i"]) { state, _ in
      state.beginInserting(at: state.offsetForWriting)
    },
    Command(
      "edit.enter", "Write at the cursor", .editing, in: .pane(.text), keys: ["<Enter>"],
      isListed: false
    ) { state, _ in state.beginInserting(at: state.offsetForWriting) },
    Command("edit.append", "Write after the token", .editing, keys: ["a"]) { state, _ in
      state.beginInserting(at: state.document.tokens[safe: state.cursor]?.end ?? 0)
    },
    Command("edit.append-end", "Write at the end", .editing, keys: ["A"]) { state, _ in
      state.beginInserting(at: state.document.bytes.count)
    },
    Command(
      "edit.at", "Write at a byte of the text", .editing, asks: "byte offset", isListed: false
    ) { state, input in
      state.beginInserting(at: input.flatMap { Int($0) } ?? state.document.bytes.count)
    },
    Command("edit.delete", "Delete the token", .editing, keys: ["d", "<Delete>"]) { state, _ in
      guard let token = state.document.tokens[safe: state.cursor] else { return [] }
      let at = token.start
      let effects = state.replace(token.start..<token.end, with: [])
      state.moveCursor(to: state.document.token(at: at) ?? 0)
      return effects
    },
    Command("edit.clear", "Delete the whole text", .editing) { state, _ in
      let effects = state.replace(0..<state.document.bytes.count, with: [])
      state.moveCursor(to: 0)
      return effects
    },
    Command("edit.open", "Begin the text with what the model expects there", .editing) {
      state, _ in
      guard !state.opening.isEmpty else {
        state.tell("the text begins as the model expects")
        return []
      }
      return state.putOpening()
    },
    Command("edit.undo", "Undo", .editing, keys: ["u"]) { state, _ in
      let present = History.Entry(document: state.document, cursor: state.cursor)
      guard let entry = state.history.undo(present) else {
        state.tell("nothing to undo")
        return []
      }
      return state.restore(entry)
    },
    Command("edit.redo", "Redo", .editing, keys: ["U", "<C-r>"]) { state, _ in
      let present = History.Entry(document: state.document, cursor: state.cursor)
      guard let entry = state.history.redo(present) else {
        state.tell("nothing to redo")
        return []
      }
      return state.restore(entry)
    },
    Command("edit.chat", "Make the text a question to a chat model", .editing) { state, _ in
      let text = String(decoding: state.document.bytes, as: UTF8.self)
      guard let template = state.model?.chatTemplate else {
        state.tell("this model has no chat template", isError: true)
        return []
      }
      let message = ChatMessage(role: "user", text)
      let rendered: String
      do throws(TemplateFault) {
        // Without a date, so that a replayed session makes the same text again.
        rendered = try template.render([message])
      } catch {
        state.tell(error.kind == .refusal ? error.what : "\(error)", isError: true)
        return []
      }
      if let token = state.model.flatMap({ message.steeringToken(of: $0.tokenizer) }) {
        state.tell("the text has the special token \(token), which steers the model")
      }
      let effects = state.replace(0..<state.document.bytes.count, with: Array(rendered.utf8))
      state.moveCursor(to: state.document.tokens.count - 1)
      return effects
    },
  ]

  /// Keys while text is typed.
  static let insertion: [Command] = [
    Command("insert.end", "Stop writing", .editing, in: .insert, keys: ["<Esc>", "<C-c>"]) {
      state, _ in
      state.mode = .normal
      state.history.joins = false
      state.cursor = state.document.token(at: max(0, state.caret - 1)) ?? 0
      state.candidate = 0
      // The Bytes pane stays where it was.
      state.bytes.offset = state.caret
      return []
    },
    Command(
      "insert.text", "Write", .editing, in: .insert, asks: "text", isListed: false
    ) { state, input in
      state.type(Array((input ?? "").utf8))
    },
    Command("insert.newline", "Begin a new line", .editing, in: .insert, keys: ["<Enter>"]) {
      state, _ in state.type([UInt8(ascii: "\n")])
    },
    Command("insert.tab", "Write a tab", .editing, in: .insert, keys: ["<Tab>"]) { state, _ in
      state.type([UInt8(ascii: "\t")])
    },
    Command(
      "insert.backspace", "Delete the character before", .editing, in: .insert,
      keys: ["<Backspace>", "<C-h>"]
    ) { state, _ in
      let start = state.document.characterBoundary(from: state.caret, forward: false)
      return state.replace(start..<state.caret, with: [], joining: true)
    },
    Command(
      "insert.delete", "Delete the character after", .editing, in: .insert,
      keys: ["<Delete>", "<C-d>"]
    ) { state, _ in
      let end = state.document.characterBoundary(from: state.caret, forward: true)
      return state.replace(state.caret..<end, with: [], joining: true)
    },
    Command(
      "insert.word", "Delete the word before", .editing, in: .insert, keys: ["<C-w>"]
    ) { state, _ in
      let bytes = state.document.bytes
      var start = state.caret
      while start > 0, bytes[start - 1] <= 0x20 { start -= 1 }
      while start > 0, bytes[start - 1] > 0x20 { start -= 1 }
      return state.replace(start..<state.caret, with: [], joining: true)
    },
    Command("insert.left", "Left", .movement, in: .insert, keys: ["<Left>"]) { state, _ in
      state.moveCaret(state.document.characterBoundary(from: state.caret, forward: false))
    },
    Command("insert.right", "Right", .movement, in: .insert, keys: ["<Right>"]) { state, _ in
      state.moveCaret(state.document.characterBoundary(from: state.caret, forward: true))
    },
    Command("insert.up", "Up", .movement, in: .insert, keys: ["<Up>"]) { state, _ in
      state.moveRows(-1)
      return []
    },
    Command("insert.down", "Down", .movement, in: .insert, keys: ["<Down>"]) { state, _ in
      state.moveRows(1)
      return []
    },
    Command("insert.home", "To the start of the line", .movement, in: .insert, keys: ["<Home>"]) {
      state, _ in
      let before = state.document.bytes[..<state.caret].lastIndex(of: 0x0A)
      return state.moveCaret(before.map { $0 + 1 } ?? 0)
    },
    Command("insert.last", "To the end of the line", .movement, in: .insert, keys: ["<End>"]) {
      state, _ in
      let after = state.document.bytes[state.caret...].firstIndex(of: 0x0A)
      return state.moveCaret(after ?? state.document.bytes.count)
    },
  ]
}

extension WorkbenchState {
  /// Where writing begins: before the cursor's token; but on the last one behind it, since at the end
  /// of a text people want to go on with it.
  fileprivate var offsetForWriting: Int {
    let isLast = cursor >= document.tokens.count - 1
    return isLast ? document.bytes.count : document.tokens[cursor].start
  }

  /// Begins to take keys as text.
  mutating func beginInserting(at offset: Int) -> [Effect] {
    let effects = pause()
    mode = .insert
    if focus != .text, isZoomed { isZoomed = false }
    focus = .text
    caret = max(0, min(offset, document.bytes.count))
    history.joins = false
    showCursor()
    return effects
  }

  /// Puts the caret somewhere.
  mutating func moveCaret(_ offset: Int) -> [Effect] {
    caret = max(0, min(offset, document.bytes.count))
    history.joins = false
    cursor = document.token(at: max(0, caret - 1)) ?? 0
    showCursor()
    return []
  }

  /// Inserts text at the caret. Words are undone one by one.
  mutating func type(_ text: [UInt8]) -> [Effect] {
    let isWord = text.count < 8 && !text.contains(0x0A)
    let effects = replace(caret..<caret, with: text, joining: isWord)
    if text == [0x20] { history.joins = false }
    return effects
  }

  /// Replaces part of the text; the caret ends up behind what is new.
  mutating func replace(
    _ range: Range<Int>, with text: [UInt8], joining: Bool = false
  ) -> [Effect] {
    guard !range.isEmpty || !text.isEmpty else { return [] }
    let effects = pause()
    let before = History.Entry(document: document, cursor: cursor)
    guard document.replace(range, with: text, tokenizer: model?.tokenizer) else {
      let mebibytes = Document.longest >> 20
      tell(
        "\(text.count.grouped) bytes were not inserted: a text has at most \(mebibytes) MiB",
        isError: true)
      return effects
    }
    history.note(before, joining: joining)
    caret = range.lowerBound + text.count
    cursor = document.token(at: max(0, caret - 1)) ?? 0
    documentChanged()
    return effects
  }

  /// What the model expects before the text, where it is not there.
  public var opening: [UInt8] { model?.tokenizer.opening(of: document.bytes) ?? [] }

  /// Puts before the text what the model expects there, where it can be seen and taken away; the
  /// cursor stays with what it was on.
  fileprivate mutating func putOpening() -> [Effect] {
    let (opening, tokens, caret, cursor) = (opening, document.tokens.count, caret, cursor)
    let effects = replace(0..<0, with: opening)
    moveCursor(to: cursor + document.tokens.count - tokens)
    if mode == .insert { self.caret = caret + opening.count }
    return effects
  }

  /// Goes back to a former text.
  mutating func restore(_ entry: History.Entry) -> [Effect] {
    let effects = pause()
    document = entry.document
    // A text from before the model was open has no tokens yet.
    if let tokenizer = model?.tokenizer, document.tokens.isEmpty {
      document.tokenize(with: tokenizer)
    }
    caret = min(caret, document.bytes.count)
    documentChanged()
    moveCursor(to: entry.cursor)
    return effects
  }

  /// Keeps what still holds after the text has changed.
  mutating func documentChanged() {
    version += 1
    let ids = document.tokens
    var kept = 0
    while kept < min(records.count, ids.count), records[kept].id == ids[kept].id { kept += 1 }
    records.removeSubrange(kept...)
    decode.stopped = nil
    candidate = 0
    bytes.offset = nil
    showCursor()
  }
}

extension Int {
  /// With a thin mark between thousands: `50 000 000`.
  var grouped: String {
    let digits = Array(String(self))
    return String(
      digits.enumerated().flatMap { index, digit in
        index > 0 && (digits.count - index).isMultiple(of: 3) && digits[index - 1] != "-"
          ? [" ", digit] : [digit]
      })
  }
}
