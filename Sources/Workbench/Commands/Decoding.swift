import Inference
import Tokenization

extension Command {
  /// Running the model on.
  static let decoding: [Command] = [
    // Whether a run goes on is not known to a replay: the session has what was done, not the key.
    Command(
      "decode.toggle", "Decode, or pause", .decoding, keys: ["<Space>"], isLogged: false
    ) { state, _ in state.perform(state.decode.isRunning ? "decode.pause" : "decode.run") },
    Command("decode.run", "Decode after the text", .decoding, isListed: false) { state, _ in
      state.pause() + state.run(step: false)
    },
    Command("decode.pause", "Pause decoding", .decoding, isListed: false) { state, _ in
      state.pause()
    },
    Command(
      "decode.step", "Decode one token", .decoding, keys: ["s", "."], isLogged: false
    ) { state, _ in
      // Who presses the key faster than the model steps gets all of the steps.
      if state.decode.isRunning, state.decode.isStep, !state.isReplaying {
        state.decode.waitingSteps += 1
        return []
      }
      return state.perform("decode.one")
    },
    Command("decode.one", "Decode one token after the text", .decoding, isListed: false) {
      state, _ in
      state.pause() + state.run(step: true)
    },
    Command("decode.back", "Take back the last token", .decoding, keys: ["S", "<Backspace>"]) {
      state, _ in
      let effects = state.pause()
      guard !state.document.tokens.isEmpty else { return effects }
      state.history.note(History.Entry(document: state.document, cursor: state.cursor))
      state.document.cut(to: state.document.tokens.count - 1)
      state.documentChanged()
      state.moveCursor(to: state.document.tokens.count - 1)
      return effects
    },
    Command("decode.again", "Decode anew from here (a branch)", .decoding, keys: ["r"]) {
      state, _ in
      let effects = state.pause()
      guard state.fork(after: state.cursor, with: []) else { return effects }
      return effects + state.run(step: false)
    },
    Command("decode.candidates", "Choose another token here", .decoding, keys: ["c"]) {
      state, _ in
      state.show(.next)
      return []
    },
    Command(
      "decode.take", "Take a token, by its id, after the cursor", .decoding, asks: "token id",
      isListed: false
    ) { state, input in
      let effects = state.pause()
      guard let vocabulary = state.model?.vocabulary, let id = input.flatMap({ TokenID($0) }),
        vocabulary.contains(id)
      else {
        state.tell("no token has the id \(input ?? "")", isError: true)
        return effects
      }
      _ = state.fork(after: state.cursor, with: [id])
      return effects
    },
    Command(
      "decode.force", "Force a text after the cursor", .decoding, keys: ["f"], asks: "force text"
    ) { state, input in
      let effects = state.pause()
      guard let tokenizer = state.model?.tokenizer, let input, !input.isEmpty else {
        return effects
      }
      _ = state.fork(after: state.cursor, with: tokenizer.encode(Array(input.utf8)).map(\.id))
      return effects
    },
    Command(
      "decode.ban", "Never draw a token, by its id (again: allow)", .decoding, asks: "token id",
      isListed: false
    ) { state, input in
      guard let vocabulary = state.model?.vocabulary, let id = input.flatMap({ TokenID($0) }),
        vocabulary.contains(id)
      else {
        state.tell("no token has the id \(input ?? "")", isError: true)
        return []
      }
      let name = TokenLabel.text(vocabulary.bytes(of: id), charset: state.look.charset)
      if state.decode.sampler.banned.remove(id) != nil {
        state.tell("\(name) may be drawn again")
      } else {
        state.decode.sampler.banned.insert(id)
        state.tell("\(name) is never drawn from now on")
      }
      return []
    },
    Command(
      "decode.ban-cursor", "Never draw the cursor's token (again: allow)", .decoding,
      in: .pane(.text), keys: ["x"], isLogged: false
    ) { state, _ in
      guard let token = state.document.tokens[safe: state.cursor] else { return [] }
      return state.perform("decode.ban", "\(token.id)")
    },
    Command("decode.allow-all", "Allow all banned tokens again", .decoding, keys: ["X"]) {
      state, _ in
      state.decode.sampler.banned = []
      state.tell("every token may be drawn")
      return []
    },
    Command("branch.next", "To the next branch", .decoding, keys: ["}"]) { state, _ in
      state.goToBranch((state.branches.current + 1) % state.branches.all.count)
    },
    Command("branch.previous", "To the branch before", .decoding, keys: ["{"]) { state, _ in
      let count = state.branches.all.count
      return state.goToBranch((state.branches.current + count - 1) % count)
    },
    Command("branch.go", "To a branch by its number", .decoding, asks: "branch number") {
      state, input in
      guard let number = input.flatMap({ Int($0) }), 1...state.branches.all.count ~= number else {
        state.tell("there are branches 1 to \(state.branches.all.count)", isError: true)
        return []
      }
      return state.goToBranch(number - 1)
    },
  ]
}

extension WorkbenchState {
  /// Starts to decode after the text.
  mutating func run(step: Bool) -> [Effect] {
    guard let model else {
      tell("the model is still being opened")
      return []
    }
    guard !document.tokens.isEmpty else {
      tell("there is no text to go on from: press i and type", isError: true)
      return []
    }
    guard document.tokens.count < model.context else {
      tell(
        "the context of \(model.context) tokens is full: delete some, or --context", isError: true)
      return []
    }
    history.note(History.Entry(document: document, cursor: cursor))
    decode.isRunning = true
    decode.isStep = step
    decode.stopped = nil
    decode.start = decode.strategy == .bytes ? document.bytes.count : document.tokens.count
    // What was decoded ends where a token ends; only what was written can stop within one.
    decode.heals = decode.strategy == .heal && document.generated.isEmpty
    decode.probe = wantedProbe
    if !step { (decode.steps, decode.byteSteps) = ([], []) }
    moveCursor(to: document.tokens.count - 1)
    // A replay gives the tokens itself.
    return isReplaying ? [] : [requestDecode()]
  }

  /// Asks for the rest of the run.
  mutating func requestDecode() -> Effect {
    decode.generation += 1
    var stop = decode.stop
    if decode.strategy != .bytes {
      stop.limit = max(1, stop.limit - (document.tokens.count - decode.start))
    }
    return .decode(
      DecodeRequest(
        generation: decode.generation, ids: document.ids, text: document.bytes,
        strategy: decode.strategy, heals: decode.heals, ensemble: decode.ensemble,
        probe: decode.probe, sampler: decode.sampler, stop: stop, isStep: decode.isStep))
  }

  /// Stops the run, if there is one.
  mutating func pause() -> [Effect] {
    guard decode.isRunning else { return [] }
    decode.isRunning = false
    decode.waitingSteps = 0
    decode.generation += 1
    decode.stopped = .paused
    return [.cancel(.decode)]
  }

  /// Goes on from a token with other tokens: at the end of the text they are appended, otherwise
  /// the text so far becomes a branch to come back to.
  mutating func fork(after index: Int, with ids: [TokenID]) -> Bool {
    guard let model else { return false }
    let keep = min(index + 1, document.tokens.count)
    guard
      document.bytes.count + ids.reduce(0, { $0 + model.vocabulary.byteCount(of: $1) })
        <= Document.longest
    else { return false }
    let isAtEnd = keep == document.tokens.count
    var new = document
    new.cut(to: keep)
    for id in ids { new.append(id, tokenizer: model.tokenizer) }
    let old = document
    history.note(History.Entry(document: old, cursor: cursor))
    if !isAtEnd {
      guard branches.fork(at: keep, from: old, to: new) else {
        tell("there are \(BranchTree.most) branches, no more are kept", isError: true)
        return false
      }
      tell("branch \(branches.present.number) · space decodes · { goes back")
    }
    document = new
    documentChanged()
    moveCursor(to: new.tokens.count - 1)
    return true
  }

  /// Makes another branch the present one.
  mutating func goToBranch(_ index: Int) -> [Effect] {
    let effects = pause()
    guard let other = branches.go(to: index, from: document) else {
      if branches.all.count == 1 { tell("one branch so far: c takes another token, and makes one") }
      return effects
    }
    history.note(History.Entry(document: document, cursor: cursor))
    document = other
    documentChanged()
    chosenBranch = index
    moveCursor(to: min(cursor, max(0, branches.present.fork)))
    return effects
  }
}
