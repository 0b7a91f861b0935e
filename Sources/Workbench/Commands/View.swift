import Cells
import Inference

extension Command {
  /// What is shown where.
  static let view: [Command] =
    [
      Command("focus.next", "To the next pane", .view, keys: ["<Tab>"]) { state, _ in
        state.turnFocus(by: 1)
        return []
      },
      Command("focus.previous", "To the pane before", .view, keys: ["<BackTab>"]) { state, _ in
        state.turnFocus(by: -1)
        return []
      },
      Command("view.zoom", "This pane alone, or all again", .view, keys: ["z"]) { state, _ in
        state.isZoomed.toggle()
        state.showCursor()
        return []
      },
    ]
    + PaneID.allCases.map { pane in
      Command("pane.\(pane.rawValue)", "\(pane.title) pane", .view, keys: ["\(pane.number)"]) {
        state, _ in
        state.show(pane)
        return []
      }
    } + [
      Command("theme.next", "Next theme", .view, keys: ["e"], isLogged: false) { state, _ in
        let names = state.look.themeNames
        guard !names.isEmpty else { return [] }
        let place = names.firstIndex(of: state.look.theme.name) ?? -1
        let name = names[(place + 1) % names.count]
        state.tell("theme \(name)")
        return [.useTheme(name)]
      },
      Command("help", "The keys of this pane", .view, keys: ["?", "<F1>"], isLogged: false) {
        state, _ in
        state.mode = .help(scroll: 0)
        return []
      },
      Command("palette", "All commands", .view, keys: [":"], isLogged: false, isListed: false) {
        state, _ in
        state.mode = .palette(PaletteState())
        return []
      },
      Command("screen.redraw", "Draw the screen again", .view, keys: ["<C-l>"], isLogged: false) {
        _, _ in [.redraw]
      },
    ]

  /// Keys of single panes.
  static let panes: [Command] = [
    Command(
      "next.down", "Next candidate", .movement, in: .pane(.next), keys: ["j", "<Down>"]
    ) { state, _ in
      state.candidate = min(state.candidate + 1, max(0, state.candidates.count - 1))
      return []
    },
    Command(
      "next.up", "Candidate before", .movement, in: .pane(.next), keys: ["k", "<Up>"]
    ) { state, _ in
      state.candidate = max(0, state.candidate - 1)
      return []
    },
    Command(
      "next.choose", "Take the chosen candidate", .decoding, in: .pane(.next), keys: ["<Enter>"],
      isLogged: false
    ) { state, _ in
      guard let candidate = state.candidates[safe: state.candidate] else { return [] }
      return state.perform("decode.take", "\(candidate.id)")
    },
    Command(
      "next.ban", "Never draw the candidate (again: allow)", .decoding, in: .pane(.next),
      keys: ["x"], isLogged: false
    ) { state, _ in
      guard let candidate = state.candidates[safe: state.candidate] else { return [] }
      return state.perform("decode.ban", "\(candidate.id)")
    },
    Command(
      "next.stage", "Next stage of the sampler", .sampling, in: .pane(.next), keys: ["o"]
    ) { state, _ in
      let count = state.samplerStages.count
      guard count > 0 else { return [] }
      state.stage = (state.stage + 1) % count
      state.candidate = 0
      return []
    },
    Command(
      "head.left", "A head to the left", .movement, in: .pane(.attention), keys: ["h", "<Left>"]
    ) { state, _ in state.moveHead(rows: 0, columns: -1) },
    Command(
      "head.right", "A head to the right", .movement, in: .pane(.attention), keys: ["l", "<Right>"]
    ) { state, _ in state.moveHead(rows: 0, columns: 1) },
    Command(
      "head.up", "A head up", .movement, in: .pane(.attention), keys: ["k", "<Up>"]
    ) { state, _ in state.moveHead(rows: -1, columns: 0) },
    Command(
      "head.down", "A head down", .movement, in: .pane(.attention), keys: ["j", "<Down>"]
    ) { state, _ in state.moveHead(rows: 1, columns: 0) },
    Command(
      "head.go", "Choose a head, as 14.5", .view, asks: "layer.head", isListed: true
    ) { state, input in
      let parts = (input ?? "").split(separator: ".").map { Int($0) }
      guard let shape = state.model?.shape, parts.count == 2, let layer = parts[0],
        let head = parts[1], 0..<shape.layers ~= layer, 0..<shape.heads ~= head
      else {
        state.tell("a head is LAYER.HEAD, as 14.5", isError: true)
        return []
      }
      state.attention.head = .init(layer: layer, head: head)
      return []
    },
    Command(
      "head.map", "The head's map, or all heads", .view, in: .pane(.attention),
      keys: ["<Enter>", "m"]
    ) { state, _ in
      if state.attention.head == nil { state.attention.head = .init(layer: 0, head: 0) }
      state.attention.showsMap.toggle()
      return []
    },
    Command(
      "head.all", "The mean over all heads", .view, in: .pane(.attention), keys: ["0"]
    ) { state, _ in
      state.attention.head = nil
      state.attention.showsMap = false
      return []
    },
    Command(
      "head.score", "What the glance measures", .view, in: .pane(.attention), keys: ["o"]
    ) { state, _ in
      let scores = AttentionPane.scores
      let place = scores.firstIndex(of: state.attention.score) ?? 0
      state.attention.score = scores[(place + 1) % scores.count]
      return []
    },
    Command(
      "head.heat", "Where the token looks, as heat on the text", .lenses, in: .pane(.attention),
      keys: ["a"]
    ) { state, _ in
      state.lens = "attention-from"
      return []
    },
    Command(
      "layers.down", "Deeper layers", .movement, in: .pane(.layers), keys: ["j", "<Down>"]
    ) { state, _ in
      state.layerScroll = max(0, state.layerScroll - 1)
      return []
    },
    Command(
      "layers.up", "Earlier layers", .movement, in: .pane(.layers), keys: ["k", "<Up>"]
    ) { state, _ in
      state.layerScroll = min((state.model?.shape.layers ?? 1) - 1, state.layerScroll + 1)
      return []
    },
    Command(
      "decode.down", "Next branch", .movement, in: .pane(.decode), keys: ["j", "<Down>"]
    ) { state, _ in
      state.chosenBranch = min(state.chosenBranch + 1, state.branches.all.count - 1)
      return []
    },
    Command(
      "decode.up", "Branch before", .movement, in: .pane(.decode), keys: ["k", "<Up>"]
    ) { state, _ in
      state.chosenBranch = max(0, state.chosenBranch - 1)
      return []
    },
    Command(
      "decode.choose", "To the chosen branch", .decoding, in: .pane(.decode), keys: ["<Enter>"],
      isLogged: false
    ) { state, _ in state.perform("branch.go", "\(state.chosenBranch + 1)") },
  ]
}

extension WorkbenchState {
  fileprivate mutating func turnFocus(by step: Int) {
    if isZoomed {
      let all = PaneID.allCases
      let place = all.firstIndex(of: focus) ?? 0
      show(all[(place + step + all.count) % all.count])
      return
    }
    let panes = visible
    let place = panes.firstIndex(of: focus) ?? 0
    focus = panes[(place + step + panes.count) % panes.count]
    // On a screen with room for one pane only, all of them take turns.
    if panes.count == 1 { show(step > 0 ? .next : PaneID.allCases.last ?? .decode) }
  }

  /// Takes another size. Who works in a pane keeps it, also where there is room for fewer.
  mutating func resize(to size: Size) {
    self.size = size
    if Layout.sideCount(size) > 0, !visible.contains(focus) { show(focus) }
  }

  /// Gives a pane the focus, and brings it onto the screen if it is not there.
  mutating func show(_ pane: PaneID) {
    focus = pane
    guard pane != .text else {
      if Layout.sideCount(size) == 0 { isZoomed = false }
      showCursor()
      return
    }
    let room = Layout.sideCount(size)
    guard room > 0 else {
      isZoomed = true
      return
    }
    guard !visibleSide.contains(pane) else { return }
    side.removeAll { $0 == pane }
    side.insert(pane, at: min(room - 1, side.count))
  }

  /// Moves the choice of a head as it looks on the screen.
  fileprivate mutating func moveHead(rows: Int, columns: Int) -> [Effect] {
    guard let shape = model?.shape else { return [] }
    guard var place = attention.head else {
      attention.head = .init(layer: shape.layers / 2, head: 0)
      return []
    }
    let (layers, heads) =
      AttentionPane.hasLayersAsColumns(self) ? (columns, rows) : (rows, columns)
    place.layer = max(0, min(shape.layers - 1, place.layer + layers))
    place.head = max(0, min(shape.heads - 1, place.head + heads))
    attention.head = place
    return []
  }
}
