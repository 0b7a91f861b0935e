import ArgumentParser

/// `tessera tokenizer …`: learning tokenizers, and what they reveal.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Train tokenizers, and find out what they were trained on.",
    subcommands: [TokenizerTrainCommand.self, TokenizerMixtureCommand.self])
}
