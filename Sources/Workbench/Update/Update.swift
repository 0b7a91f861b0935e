import Cells
import Inference
import Lenses

/// Takes what happened, in order, into the state, and says what is to be done.
///
/// It is total and knows no clock, no thread and no terminal: the same messages give the same state.
public func update(_ state: inout WorkbenchState, _ messages: [Message]) -> [Effect] {
  messages.flatMap { state.handle($0) } + state.settle()
}

extension WorkbenchState {
  fileprivate mutating func handle(_ message: Message) -> [Effect] {
    switch message {
    case .input(let event):
      return handle(event)
    case .modelOpened(let facts):
      model = facts
      modelName = facts.name
      document.tokenize(with: facts.tokenizer)
      documentChanged()
      cursor =
        mode == .insert
        ? document.token(at: max(0, caret - 1)) ?? 0 : max(0, document.tokens.count - 1)
      // The end of a text that is too long is not evaluated: nothing could be seen there.
      if mode != .insert, document.tokens.count > facts.context { cursor = 0 }
      showCursor()
    case .evaluated(let generation, let trace, let finished):
      guard generation == evaluation.generation else { return [] }
      if finished { evaluation.isRunning = false }
      // What is there already is shown until the new evaluation has come as far.
      guard finished || trace.records.count > records.count else { return [] }
      guard trace.records.count >= records.count || trace.probe != probe else { return [] }
      records = trace.records
      probe = trace.probe
    case .decoded(let generation, let step, let trace):
      return decoded(generation, step, trace)
    case .decodeEnded(let generation, let reason):
      guard generation == decode.generation else { return [] }
      decode.isRunning = false
      decode.stopped = decode.isStep ? nil : reason
    case .read(let key, let inputs, let reading, let finished):
      readings.take(key, Readings.Slot(inputs: inputs, reading: reading, isFinished: finished))
    case .bytes(let inputs, let reading, let finished):
      bytes.take(inputs, reading, isFinished: finished)
    case .tokenizerOpened(let source, let name, let tokenizer):
      compare.opened(source, name: name, tokenizer)
    case .tokenizerFailed(let source, let why):
      // As a command, so that the session knows that it is not there.
      let effects = compare.number(of: source).map { perform("compare.remove", "\($0)") } ?? []
      tell(why, isError: true)
      return effects
    case .studied(let answer):
      browser.take(answer)
    case .command(let id, let input):
      return perform(id, input)
    case .failed(let work, let why):
      failed(work, why)
    case .exported(let path):
      tell("saved the screen as \(path)")
    case .told(let what):
      tell(what)
    case .trouble(let why):
      tell(why, isError: true)
    case .saved(let time):
      savedAt = time
    case .themed(let theme):
      look.theme = theme
    }
    return []
  }

  private mutating func decoded(
    _ generation: Int, _ step: DecodeStep, _ trace: Trace
  ) -> [Effect] {
    guard generation == decode.generation, step.index == document.tokens.count, let model else {
      return []
    }
    let followed = cursor >= document.tokens.count - 1
    document.append(step.token, vocabulary: model.vocabulary)
    records = trace.records
    probe = trace.probe
    decode.steps.append(step)
    if decode.steps.count > DecodeState.keptSteps { decode.steps.removeFirst() }
    if followed { moveCursor(to: document.tokens.count - 1) }
    return [.log(SessionEntry(.decoded([step.token])))]
  }

  private mutating func failed(_ work: WorkKey, _ why: String) {
    switch work {
    case .evaluate:
      evaluation.isRunning = false
      tell(why, isError: true)
    case .decode:
      decode.isRunning = false
      decode.stopped = .failed
      tell(why, isError: true)
    case .read(let key):
      readings.fail(key, why)
    case .bytes:
      bytes.fail(why)
    }
  }
}
