public import Cells

/// A picture of the state.
public struct Scene: Sendable {
  /// The screen.
  public let grid: CellGrid
  /// Where the terminal's cursor stands; `nil` hides it.
  public let cursor: Point?

  /// Draws a state.
  public init(_ state: WorkbenchState) {
    var canvas = Canvas(size: state.size, look: state.look)
    let layout = state.layout
    var cursor: Point?
    Chrome.drawTitle(state, into: &canvas, area: layout.title)
    for pane in state.visible {
      guard let area = state.area(of: pane) else { continue }
      switch pane {
      case .text: cursor = TextPane.draw(state, into: &canvas, area: area)
      case .next: NextPane.draw(state, into: &canvas, area: area)
      case .attention: AttentionPane.draw(state, into: &canvas, area: area)
      case .layers: LayersPane.draw(state, into: &canvas, area: area)
      case .decode: DecodePane.draw(state, into: &canvas, area: area)
      case .bytes: BytesPane.draw(state, into: &canvas, area: area)
      case .compare: ComparePane.draw(state, into: &canvas, area: area)
      case .tokenizer: TokenizerPane.draw(state, into: &canvas, area: area)
      }
    }
    Chrome.drawTimeline(state, into: &canvas, area: layout.timeline)
    let typing = Chrome.drawStatus(state, into: &canvas, area: layout.status)
    switch state.mode {
    case .help(let scroll):
      HelpPane.draw(state, scroll: scroll, into: &canvas)
      cursor = nil
    case .palette(let palette):
      cursor = PalettePane.draw(state, palette, into: &canvas)
    case .prompt: cursor = typing
    case .normal, .insert: break
    }
    grid = canvas.grid
    self.cursor = cursor
  }
}
