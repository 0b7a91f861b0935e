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
    case .healed(let generation, let step, let trace):
      guard generation == decode.generation, decode.heals else { return [] }
      return healed(step, trace)
    case .decodedByte(let generation, let step):
      return generation == decode.generation ? decoded(step) : []
    case .decodeEnded(let generation, let reason):
      guard generation == decode.generation else { return [] }
      decode.isRunning = false
      decode.stopped = decode.isStep ? nil : reason
      if decode.isStep, case .limit = reason, decode.waitingSteps > 0 {
        decode.waitingSteps -= 1
        return perform("decode.one")
      }
      decode.waitingSteps = 0
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
    document.append(step.token, tokenizer: model.tokenizer)
    take(step, trace, followed: followed)
    return [.log(SessionEntry(.decoded([step.token])))]
  }

  private mutating func healed(_ step: DecodeStep, _ trace: Trace) -> [Effect] {
    guard step.index == document.tokens.count - 1, let model else { return [] }
    let followed = cursor >= step.index
    document.heal(with: step.token, tokenizer: model.tokenizer)
    decode.heals = false
    decode.start = step.index
    take(step, trace, followed: followed)
    return [.log(SessionEntry(.healed(step.token)))]
  }

  private mutating func take(_ step: DecodeStep, _ trace: Trace, followed: Bool) {
    records = trace.records
    probe = trace.probe
    decode.steps.append(step)
    if decode.steps.count > DecodeState.keptSteps { decode.steps.removeFirst() }
    if followed { moveCursor(to: document.tokens.count - 1) }
  }

  private mutating func decoded(_ step: ByteStep) -> [Effect] {
    decode.byteSteps.append(step)
    if decode.byteSteps.count > DecodeState.keptSteps { decode.byteSteps.removeFirst() }
    guard let byte = step.byte, takeDecoded([byte]) else { return [] }
    return [.log(SessionEntry(.decodedBytes([byte])))]
  }

  /// Appends bytes that were decoded; not when the text would become too long.
  mutating func takeDecoded(_ new: [UInt8]) -> Bool {
    let followed = cursor >= document.tokens.count - 1
    let end = document.bytes.count
    guard document.replace(end..<end, with: new, tokenizer: model?.tokenizer) else { return false }
    let stopped = decode.stopped
    documentChanged()
    decode.stopped = stopped
    if followed { moveCursor(to: document.tokens.count - 1) }
    return true
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
