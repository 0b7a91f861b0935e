public import Cells

/// Which key means which command: as the commands declare it, but for what a key file changes.
public struct Keymap: Sendable {
  private var table: [CommandScope: [Key: String]] = [:]

  /// The keys that the commands declare.
  public init() {
    for command in CommandTable.all {
      for key in command.keys.compactMap({ Key(parsing: $0) }) {
        table[command.scope, default: [:]][key] = command.id
      }
    }
  }

  /// The declared keys with those of a file.
  ///
  /// - Returns: the keymap, and a line for each entry that means nothing.
  public static func reading(_ file: KeyFile) -> (keymap: Keymap, warnings: [String]) {
    var keymap = Keymap()
    var warnings: [String] = []
    for entry in file.entries {
      let name = "\(file.file): \(entry.place).\(entry.key)"
      guard let scope = CommandScope(name: entry.place) else {
        warnings.append("\(name): there is no place \(entry.place), ignored")
        continue
      }
      guard entry.command.isEmpty || CommandTable.command(entry.command) != nil else {
        warnings.append("\(name): no command is called \(entry.command), ignored")
        continue
      }
      keymap.table[scope, default: [:]][entry.key] = entry.command
    }
    return (keymap, warnings.map { VisibleText.safe($0) })
  }

  /// The command of a key in a state: the focused pane's own goes before the general one.
  func command(for key: Key, in state: WorkbenchState) -> String? {
    let scopes: [CommandScope] =
      state.mode == .insert ? [.insert] : [.pane(state.focus), .general]
    let found = scopes.lazy.compactMap { table[$0]?[key] }.first
    return found.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The keys of a command, as people read them: those it declares first.
  func names(of command: Command) -> [String] {
    let bound = table.flatMap { scope, keys in
      keys.filter { $0.value == command.id }.map(\.key.description)
    }
    let declared = command.keys.filter(bound.contains)
    let added = Set(bound).subtracting(declared).sorted()
    return (declared + added).map { $0 == "<Space>" ? "space" : $0 }
  }
}

extension CommandScope {
  /// The scope of a name in a key file.
  init?(name: String) {
    switch name {
    case "general": self = .general
    case "insert": self = .insert
    default:
      guard let pane = PaneID(rawValue: name) else { return nil }
      self = .pane(pane)
    }
  }
}
