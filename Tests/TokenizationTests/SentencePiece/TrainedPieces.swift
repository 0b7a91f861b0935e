import Foundation
import TestSupport

@testable import Tokenization

/// The small models that `Tests/Setup/sentencepiece.sh` trains.
enum TrainedPieces {
  static let folder = RepositoryFolder.path(".build/reference-sentencepiece")

  /// A file of the set-up.
  static func path(_ name: String) throws -> String {
    guard FileManager.default.fileExists(atPath: folder + "/state") else {
      throw SetupMissing("the results of sentencepiece in .build/reference-sentencepiece")
    }
    return folder + "/" + name
  }

  static func tokenizer(_ name: String) throws -> Tokenizer {
    try Tokenizer(sentencePiece: path(name + ".model"))
  }
}
