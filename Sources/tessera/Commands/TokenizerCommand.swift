import ArgumentParser

/// `tessera tokenizer …`: tokenizers themselves.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Compare, inspect and train tokenizers.",
    subcommands: [TokenizerCompareCommand.self, TokenizerInspectCommand.self])
}
