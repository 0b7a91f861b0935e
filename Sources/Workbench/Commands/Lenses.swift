import Lenses

extension Command {
  /// What the text is coloured by.
  static let lenses: [Command] =
    [
      Command("lens.next", "Next lens", .lenses, keys: ["v"]) { state, _ in
        state.turnLens(by: 1)
        return []
      },
      Command("lens.previous", "Lens before", .lenses, keys: ["V"]) { state, _ in
        state.turnLens(by: -1)
        return []
      },
      Command("lens.none", "No lens: boundaries alone", .lenses) { state, _ in
        state.lens = nil
        return []
      },
    ]
    + heats.map { lens in
      Command("lens.\(lens.id)", "Lens: \(lens.title)", .lenses) { state, _ in
        state.lens = lens.id
        return []
      }
    }

  /// The lenses that give a value for each token.
  static let heats = LensCatalog.all.filter { $0.kind == .tokens }
}

extension WorkbenchState {
  fileprivate mutating func turnLens(by step: Int) {
    let choices: [String?] = Command.heats.map(\.id) + [nil]
    let place = choices.firstIndex(of: lens) ?? 0
    lens = choices[(place + step + choices.count) % choices.count]
    if let title = Command.heats.first(where: { $0.id == lens }).map({
      "\($0.title): \($0.summary)"
    }) {
      tell(title)
    } else {
      tell("no lens: boundaries alone")
    }
  }
}
