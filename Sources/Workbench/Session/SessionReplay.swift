import Cells
import Tokenization

extension WorkbenchState {
  /// Does again what a session says, up to its end; the model has to be open.
  ///
  /// Nothing is decoded or read meanwhile: tokens come from the session, readings follow afterwards.
  ///
  /// - Returns: effects of the state that it ends in.
  public mutating func replay(_ entries: [SessionEntry]) -> [Effect] {
    let size = size
    isReplaying = true
    for entry in entries {
      switch entry.event {
      case .command(let id, let input):
        // Commands of a later version, and those that only ask for something, are passed over.
        if let command = CommandTable.command(id), command.asks == nil || input != nil {
          _ = perform(id, input)
        }
      case .edit(let start, let removed, let inserted):
        let count = document.bytes.count
        let start = max(0, min(start, count))
        let end = max(start, min(start &+ max(0, removed), count))
        _ = replace(start..<end, with: inserted)
        history.joins = false
      case .decoded(let ids): replayDecoded(ids)
      case .healed(let id):
        if let tokenizer = model?.tokenizer, tokenizer.vocabulary.contains(id),
          !document.tokens.isEmpty
        {
          let followed = cursor >= document.tokens.count - 1
          document.heal(with: id, tokenizer: tokenizer)
          decode.heals = false
          if followed { moveCursor(to: document.tokens.count - 1) }
        }
      case .decodedBytes(let bytes): _ = takeDecoded(bytes)
      case .size(let size): resize(to: size)
      case .text(let bytes):
        document = Document(bytes, tokenizer: model?.tokenizer)
        documentChanged()
        moveCursor(to: document.tokens.count - 1)
      }
      _ = settle()
    }
    isReplaying = false
    self.size = size
    if decode.isRunning { _ = pause() }
    if mode != .insert { mode = .normal }
    notice = nil
    showCursor()
    return settle()
  }

  private mutating func replayDecoded(_ ids: [TokenID]) {
    guard let tokenizer = model?.tokenizer else { return }
    let followed = cursor >= document.tokens.count - 1
    for id in ids where tokenizer.vocabulary.contains(id) {
      guard document.bytes.count + tokenizer.vocabulary.byteCount(of: id) <= Document.longest
      else { return }
      document.append(id, tokenizer: tokenizer)
    }
    if followed { moveCursor(to: document.tokens.count - 1) }
  }
}
