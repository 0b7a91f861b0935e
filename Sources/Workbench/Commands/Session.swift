extension Command {
  /// The session and the program.
  static let session: [Command] = [
    Command(
      "work.cancel", "Give up work, dismiss", .session, keys: ["<Esc>", "<C-c>"], isLogged: false
    ) { state, _ in
      if state.decode.isRunning { return state.pause() }
      var effects: [Effect] = []
      if state.evaluation.isRunning {
        state.evaluation.isRunning = false
        state.evaluation.generation += 1
        effects.append(.cancel(.evaluate))
        state.tell("evaluation given up at token \(state.records.count) · any edit takes it up")
      }
      effects += state.readings.giveUp().map { .cancel(.read($0)) }
      if state.bytes.giveUp() { effects.append(.cancel(.bytes)) }
      guard effects.isEmpty else { return effects }
      if state.isZoomed { return state.perform("view.zoom") }
      state.tell("q quits · ? shows the keys")
      return []
    },
    Command(
      "screen.export", "Save the screen (.svg .html .txt .ansi)", .session, keys: ["w"],
      asks: "save the screen as", isLogged: false
    ) { _, input in input.map { $0.isEmpty ? [] : [.export(path: $0)] } ?? [] },
    Command("suspend", "Stop for now (fg goes on)", .session, keys: ["<C-z>"], isLogged: false) {
      _, _ in [.suspend]
    },
    Command("quit", "Quit; the session is saved", .session, keys: ["q"], isLogged: false) {
      _, _ in [.quit]
    },
  ]
}
