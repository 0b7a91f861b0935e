/// Where a command's keys count.
public enum CommandScope: Sendable, Hashable {
  /// In every pane.
  case general
  /// While a pane has the focus; goes before the general keys.
  case pane(PaneID)
  /// While text is typed.
  case insert
}

/// What a command is about, for help and documentation.
public enum CommandGroup: String, Sendable, CaseIterable, Hashable {
  /// Moving the cursor.
  case movement = "Move"
  /// Changing the text.
  case editing = "Edit"
  /// Running the model on.
  case decoding = "Decode"
  /// How tokens are drawn.
  case sampling = "Sample"
  /// What the text is coloured by.
  case lenses = "Lens"
  /// What is shown where.
  case view = "View"
  /// The session and the program.
  case session = "Session"
}

/// Something that a person can do.
///
/// A command is declared once; keys, help, the palette and the README are made from it. Sessions are
/// written as commands, with the text that a command takes.
public struct Command: Sendable {
  /// What it does to the state; the text is what it takes, if anything.
  typealias Run = @Sendable (inout WorkbenchState, String?) -> [Effect]

  /// Its name in sessions and key files, as `token.next`.
  public let id: String
  /// What it does, in at most 50 columns.
  public let title: String
  /// What it is about.
  public let group: CommandGroup
  /// Where its keys count.
  public let scope: CommandScope
  /// Its keys, as key files write them.
  public let keys: [String]
  /// What to ask for when it needs a text that is not given; `nil` when it needs none.
  public let asks: String?
  /// Whether it is written into the session. Those that lead to another command, which is written,
  /// or that concern the outside, are not.
  let isLogged: Bool
  /// Whether the palette lists it.
  let isListed: Bool
  let run: Run

  init(
    _ id: String, _ title: String, _ group: CommandGroup, in scope: CommandScope = .general,
    keys: [String] = [], asks: String? = nil, isLogged: Bool = true, isListed: Bool = true,
    run: @escaping Run
  ) {
    self.id = id
    self.title = title
    self.group = group
    self.scope = scope
    self.keys = keys
    self.asks = asks
    self.isLogged = isLogged
    self.isListed = isListed
    self.run = run
  }
}

/// All commands.
public enum CommandTable {
  /// The commands, in the order of help and documentation.
  public static let all: [Command] =
    Command.movement + Command.editing + Command.insertion + Command.decoding + Command.strategies
    + Command.sampling + Command.lenses + Command.view + Command.panes + Command.bytes
    + Command.tokenizers + Command.session

  private static let byID = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }

  /// The command of a name.
  public static func command(_ id: String) -> Command? { byID[id] }

  /// The README's table of keys: a line for each command that has some.
  public static var markdown: String {
    var lines = ["| keys | what they do |", "| --- | --- |"]
    for group in CommandGroup.allCases {
      for command in all where command.group == group && !command.keys.isEmpty {
        let keys = command.keys.map { "`\($0)`" }.joined(separator: " ")
        let place =
          switch command.scope {
          case .general: ""
          case .pane(let pane): " (\(pane.title) pane)"
          case .insert: " (while typing)"
          }
        lines.append("| \(keys.replacing("|", with: "\\|")) | \(command.title)\(place) |")
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension WorkbenchState {
  /// Does what a command says, and has it written into the session.
  mutating func perform(_ id: String, _ input: String? = nil) -> [Effect] {
    guard let command = CommandTable.command(id) else {
      tell("no command is called \(id)", isError: true)
      return []
    }
    if let label = command.asks, input == nil {
      mode = .prompt(PromptState(label: label, command: id, text: ""))
      return []
    }
    notice = nil
    let log: [Effect] =
      command.isLogged && !isReplaying
      ? [.log(SessionEntry(.command(id, input)))] : []
    return log + command.run(&self, input)
  }

  /// Has the status line tell something.
  mutating func tell(_ text: String, isError: Bool = false) {
    notice = Notice(text: text, isError: isError)
  }
}
