import ArgumentParser

/// `tessera tokenizer …`: tokenizers side by side, learning them, and what they reveal.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Compare, inspect and train tokenizers, and find out what they were trained on.",
    subcommands: [
      TokenizerCompareCommand.self, TokenizerInspectCommand.self, TokenizerTrainCommand.self,
      TokenizerMixtureCommand.self,
    ])
}
