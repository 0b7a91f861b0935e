import Cells
import Lenses

extension WorkbenchState {
  /// Takes what was done with the mouse.
  mutating func handle(_ mouse: Mouse) -> [Effect] {
    switch mode {
    case .help, .palette:
      if mouse.kind == .press { mode = .normal }
      return []
    case .prompt: return []
    case .normal, .insert: break
    }
    guard let pane = visible.first(where: { area(of: $0)?.contains(mouse.point) ?? false }),
      let area = area(of: pane)
    else { return [] }
    let inner = area.inset(by: 1)
    let place = Point(row: mouse.point.row - inner.row, column: mouse.point.column - inner.column)
    switch mouse.kind {
    case .wheelUp: return scroll(pane, by: -3)
    case .wheelDown: return scroll(pane, by: 3)
    case .press, .doublePress:
      var effects: [Effect] = []
      if pane != .text, mode == .insert { effects += perform("insert.end") }
      if focus != pane { effects += perform("pane.\(pane.rawValue)") }
      guard inner.contains(mouse.point) else { return effects }
      return effects + press(pane, at: place, twice: mouse.kind == .doublePress)
    case .drag, .release: return []
    }
  }

  private mutating func press(_ pane: PaneID, at place: Point, twice: Bool) -> [Effect] {
    switch pane {
    case .text:
      let rows = textFlow.rows(from: textTop, limit: place.row + 1)
      let offset = rows[safe: place.row]?.offset(nearColumn: place.column)
      return perform("edit.at", "\(offset ?? document.bytes.count)")
    case .next:
      guard let chosen = NextPane.candidate(at: place, self) else { return [] }
      let again = chosen == candidate
      candidate = chosen
      return twice || again ? perform("next.choose") : []
    case .attention:
      guard let head = AttentionPane.head(at: place, self) else { return [] }
      let effects = perform("head.go", "\(head.layer).\(head.head)")
      return twice ? effects + perform("head.map") : effects
    case .layers: return []
    case .bytes:
      guard let chosen = BytesPane.outcome(at: place, self) else { return [] }
      let again = chosen == bytes.choice
      bytes.choice = chosen
      return twice || again ? perform("bytes.choose") : []
    case .decode:
      guard let branch = DecodePane.branch(at: place, self) else { return [] }
      return perform("branch.go", "\(branch + 1)")
    case .compare:
      guard let offset = ComparePane.offset(at: place, self),
        let token = document.token(at: offset)
      else { return [] }
      return perform("token.go", "\(token)")
    case .tokenizer:
      guard let id = TokenizerPane.entry(at: place, self) else { return [] }
      return perform("vocabulary.go", "\(id)")
    }
  }

  private mutating func scroll(_ pane: PaneID, by rows: Int) -> [Effect] {
    switch pane {
    case .text:
      textTop = textFlow.top(from: textTop, movedBy: rows)
      return []
    case .next:
      candidate = max(0, min(candidate + rows, candidates.count - 1))
      return []
    case .attention:
      let saved = focus
      focus = .attention
      let effects = perform(rows > 0 ? "head.down" : "head.up")
      focus = saved
      return effects
    case .layers: return perform(rows > 0 ? "layers.down" : "layers.up")
    case .bytes:
      bytes.choice = max(0, min(bytes.choice + rows, (bytes.current?.rows.count ?? 1) - 1))
      return []
    case .decode: return perform(rows > 0 ? "decode.down" : "decode.up")
    case .compare: return perform(rows > 0 ? "row.down" : "row.up")
    case .tokenizer: return perform(rows > 0 ? "vocabulary.down" : "vocabulary.up")
    }
  }
}
