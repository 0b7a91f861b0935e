import ArgumentParser

/// `tessera [SESSION | FILE]`: the workbench, which is what runs when no command is named.
struct WorkbenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workbench",
    abstract: "Open the workbench (also without naming it: tessera [FILE]).")

  func run() throws { throw CleanExit.helpRequest(Tessera.self) }
}
