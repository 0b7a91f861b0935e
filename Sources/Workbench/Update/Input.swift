import Cells

extension WorkbenchState {
  /// Takes something that came from the terminal.
  mutating func handle(_ event: InputEvent) -> [Effect] {
    switch event {
    case .key(let key): return handle(key)
    case .mouse(let mouse): return handle(mouse)
    case .paste(let bytes): return paste(bytes)
    case .resize(let size):
      guard size != self.size else { return [] }
      resize(to: size)
      showCursor()
      return isReplaying ? [] : [.log(SessionEntry(.size(size)))]
    case .wake: return []
    case .hangup, .terminate: return [.quit]
    }
  }

  private mutating func handle(_ key: Key) -> [Effect] {
    switch mode {
    case .prompt(let prompt): return handle(key, prompt)
    case .palette(let palette): return handle(key, palette)
    case .help(let scroll): return handleHelp(key, scroll)
    case .normal, .insert: break
    }
    if let id = keymap.command(for: key, in: self) { return perform(id) }
    if mode == .insert {
      guard let text = key.text else { return [] }
      return perform("insert.text", text)
    }
    tell("\(VisibleText.safe(key.description)) means nothing here · ? shows the keys")
    return []
  }

  private mutating func handle(_ key: Key, _ prompt: PromptState) -> [Effect] {
    var prompt = prompt
    switch key {
    case .named(.escape), Key(.character("c"), control: true):
      mode = .normal
      return []
    case .named(.enter):
      mode = .normal
      return perform(prompt.command, prompt.text)
    case .named(.backspace):
      if prompt.text.isEmpty {
        mode = .normal
        return []
      }
      prompt.text.removeLast()
    case Key(.character("u"), control: true):
      prompt.text = ""
    default:
      guard let text = key.text else { return [] }
      prompt.text += text
    }
    mode = .prompt(prompt)
    return []
  }

  private mutating func handle(_ key: Key, _ palette: PaletteState) -> [Effect] {
    var palette = palette
    let matches = FuzzyMatch.commands(palette.query)
    switch key {
    case .named(.escape), Key(.character("c"), control: true):
      mode = .normal
      return []
    case .named(.enter):
      mode = .normal
      guard let command = matches[safe: palette.selected] else { return [] }
      return perform(command.id)
    case .named(.down), .named(.tab), Key(.character("n"), control: true):
      palette.selected = min(palette.selected + 1, max(0, matches.count - 1))
    case .named(.up), .named(.backTab), Key(.character("p"), control: true):
      palette.selected = max(0, palette.selected - 1)
    case .named(.backspace):
      if palette.query.isEmpty {
        mode = .normal
        return []
      }
      palette.query.removeLast()
      palette.selected = 0
    default:
      guard let text = key.text else { return [] }
      palette.query += text
      palette.selected = 0
    }
    mode = .palette(palette)
    return []
  }

  private mutating func handleHelp(_ key: Key, _ scroll: Int) -> [Effect] {
    switch key {
    case .named(.down), .character("j"): mode = .help(scroll: min(scroll + 1, HelpPane.last(self)))
    case .named(.up), .character("k"): mode = .help(scroll: max(0, scroll - 1))
    case .named(.pageDown), .named(.space):
      mode = .help(scroll: min(scroll + pageRows, HelpPane.last(self)))
    case .named(.pageUp): mode = .help(scroll: max(0, scroll - pageRows))
    case .character(":"):
      mode = .palette(PaletteState())
    default: mode = .normal
    }
    return []
  }

  /// Pasted text is text, wherever it comes: outside of a text it opens one at the cursor.
  private mutating func paste(_ bytes: [UInt8]) -> [Effect] {
    // Terminals send line ends as they come from the keyboard.
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0D {
        if bytes[safe: index + 1] != 0x0A { text.append(0x0A) }
      } else {
        text.append(byte)
      }
    }
    switch mode {
    case .prompt(var prompt):
      prompt.text += String(decoding: text.prefix(1000), as: UTF8.self).replacing("\n", with: " ")
      mode = .prompt(prompt)
      return []
    case .palette(var palette):
      palette.query += String(decoding: text.prefix(100), as: UTF8.self).replacing("\n", with: " ")
      mode = .palette(palette)
      return []
    case .help: mode = .normal
    case .normal, .insert: break
    }
    var effects: [Effect] = []
    if mode != .insert { effects += perform("edit.append") }
    notice = nil
    history.joins = false
    let before = document.bytes.count
    let start = caret
    effects += type(text)
    history.joins = false
    if document.bytes.count != before, !isReplaying {
      effects.append(.log(SessionEntry(.edit(start: start, removed: 0, inserted: text))))
    }
    return effects
  }
}
