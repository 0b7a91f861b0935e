import ArgumentParser
import Foundation

/// The root of the command line. It is a plain, synchronous command on purpose: the workbench
/// must run on the process's main thread, which an `async` root would not give it.
struct Tessera: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tessera",
    abstract: "A workbench for looking inside language models, token by token.",
    version: "tessera 0.1.0",
    subcommands: [
      WorkbenchCommand.self, TokenizeCommand.self, TokenizerCommand.self, GenerateCommand.self,
      LensCommand.self, BytesCommand.self, ModelsCommand.self, BenchCommand.self,
    ],
    defaultSubcommand: WorkbenchCommand.self)
}

@main
enum Entry {
  static func main() {
    // A reader that goes away (`tessera … | head`) is met where we write, and is no fault.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try Tessera.parseAsRoot(ArgumentBytes.parsableArguments())
      try command.run()
    } catch {
      leave(after: error)
    }
  }

  /// Says what went wrong in one line, or prints the help that was asked for, and exits.
  private static func leave(after error: any Error) -> Never {
    if Tessera.exitCode(for: error) == .success {
      try? StandardOutput().write(text: Tessera.fullMessage(for: error) + "\n")
      exit(0)
    }
    let fault = CommandFault(describing: error)
    if let message = fault.message { ErrorOutput.write(line: "tessera: " + message) }
    exit(fault.status.code)
  }
}
