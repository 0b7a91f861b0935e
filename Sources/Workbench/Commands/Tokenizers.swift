import Cells
import Tokenization

extension Command {
  /// Several tokenizers side by side, and the vocabulary.
  static let tokenizers: [Command] = [
    Command(
      "compare.add", "Lay a tokenizer beside (name or file)", .lenses, in: .pane(.compare),
      keys: ["a"], asks: "tokenizer, by name or file"
    ) { state, input in state.compareWith(input ?? "") },
    Command(
      "compare.drop", "Take the last tokenizer away", .lenses, in: .pane(.compare), keys: ["x"],
      isLogged: false
    ) { state, _ in
      state.perform("compare.remove", "\(state.compare.entries.count + 1)")
    },
    Command(
      "compare.remove", "Take a tokenizer away, by its number", .lenses, asks: "number"
    ) { state, input in
      let numbers = 2..<state.compare.entries.count + 2
      guard let number = input.flatMap({ Int($0) }), numbers.contains(number) else {
        state.tell(
          numbers.isEmpty
            ? "there is only the model's own tokenizer"
            : "a number from 2 to \(numbers.upperBound - 1): the first is the model's own",
          isError: true)
        return []
      }
      state.compare.remove(at: number - 2)
      return []
    },
    Command(
      "compare.perturb", "Change the text, see boundaries move", .lenses, in: .pane(.compare),
      keys: ["p"]
    ) { state, _ in
      let all: [Perturbation?] = [nil] + Perturbation.allCases
      let place = all.firstIndex(of: state.compare.perturbation) ?? 0
      state.compare.perturbation = all[(place + 1) % all.count]
      return []
    },
    Command(
      "vocabulary.page", "Token, entries, or quality", .view, in: .pane(.tokenizer), keys: ["o"]
    ) { state, _ in
      let all = BrowserView.Page.allCases
      let place = all.firstIndex(of: state.browser.page) ?? 0
      state.browser.page = all[(place + 1) % all.count]
      return []
    },
    Command(
      "vocabulary.search", "Search entries: text /regex/ 0xE2 #id", .movement,
      in: .pane(.tokenizer), keys: ["/"], asks: "entries with text, /regex/, 0xE2 82 or #id"
    ) { state, input in
      state.browser.search(input ?? "")
      if let fault = state.browser.fault { state.tell(fault, isError: true) }
      return []
    },
    Command(
      "vocabulary.down", "Next entry", .movement, in: .pane(.tokenizer), keys: ["j", "<Down>"],
      isLogged: false
    ) { state, _ in state.moveEntry(by: 1) },
    Command(
      "vocabulary.up", "Entry before", .movement, in: .pane(.tokenizer), keys: ["k", "<Up>"],
      isLogged: false
    ) { state, _ in state.moveEntry(by: -1) },
    Command(
      "vocabulary.further", "Entries further on", .movement, in: .pane(.tokenizer),
      keys: ["<PageDown>", "<C-f>"],
      isLogged: false
    ) { state, _ in state.moveEntry(by: TokenizerPane.rows(state)) },
    Command(
      "vocabulary.back", "Entries further back", .movement, in: .pane(.tokenizer),
      keys: ["<PageUp>", "<C-b>"],
      isLogged: false
    ) { state, _ in state.moveEntry(by: -TokenizerPane.rows(state)) },
    Command(
      "vocabulary.go", "To an entry by its id", .movement, asks: "id"
    ) { state, input in
      guard let vocabulary = state.model?.vocabulary else { return [] }
      guard let id = input.flatMap({ TokenID($0) }), vocabulary.contains(id) else {
        state.tell("there are ids 0 to \(vocabulary.count - 1)", isError: true)
        return []
      }
      state.browser.choose(id, vocabulary)
      return []
    },
    Command(
      "vocabulary.explain", "Explain an entry, by its id", .view, asks: "id"
    ) { state, input in
      guard let vocabulary = state.model?.vocabulary else { return [] }
      guard let id = input.flatMap({ TokenID($0) }), vocabulary.contains(id) else {
        state.tell("there are ids 0 to \(vocabulary.count - 1)", isError: true)
        return []
      }
      state.browser.explain(id)
      return []
    },
    Command("vocabulary.cursor", "Explain the cursor's token", .view) { state, _ in
      state.browser.explain(nil)
      return []
    },
    Command(
      "vocabulary.choose", "Explain the entry, or the cursor's token", .view,
      in: .pane(.tokenizer), keys: ["<Enter>"], isLogged: false
    ) { state, _ in
      guard let vocabulary = state.model?.vocabulary, state.browser.page != .token else {
        return state.perform("vocabulary.cursor")
      }
      let place = state.browser.place(vocabulary)
      guard let id = state.browser.entry(at: place, vocabulary) else { return [] }
      return state.perform("vocabulary.explain", "\(id)")
    },
  ]
}

extension WorkbenchState {
  /// Has a tokenizer opened to be laid beside the others.
  fileprivate mutating func compareWith(_ source: String) -> [Effect] {
    let source = source.trimmingPrefix(" ")
    guard !source.isEmpty else { return [] }
    guard compare.hasRoom else {
      tell("\(TokenizerComparison.most) tokenizers are as many as fit", isError: true)
      return []
    }
    guard !compare.entries.contains(where: { $0.source == source }) else {
      tell("\(VisibleText.safe(String(source))) is there already", isError: true)
      return []
    }
    compare.add(String(source))
    show(.compare)
    return []
  }

  /// Asks for the tokenizers that are wanted and not there.
  mutating func wantTokenizers() -> [Effect] { compare.takeWanted().map { .openTokenizer($0) } }

  /// Compares the present text where that is seen, and keeps the cursor in sight.
  mutating func settleComparison() {
    guard visible.contains(.compare), let model else { return }
    compare.settle(document.bytes, version: version, model: model)
    compare.top = ComparePane.top(self)
  }
}
