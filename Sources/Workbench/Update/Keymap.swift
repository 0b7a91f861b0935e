import Cells

/// Which key means which command.
enum Keymap {
  private static let table: [CommandScope: [Key: String]] = {
    var table: [CommandScope: [Key: String]] = [:]
    for command in CommandTable.all {
      for key in command.keys.compactMap({ Key(parsing: $0) }) {
        table[command.scope, default: [:]][key] = command.id
      }
    }
    return table
  }()

  /// The command of a key: the pane's own goes first.
  static func command(for key: Key, in state: WorkbenchState) -> String? {
    if state.mode == .insert { return table[.insert]?[key] }
    return table[.pane(state.focus)]?[key] ?? table[.general]?[key]
  }
}
