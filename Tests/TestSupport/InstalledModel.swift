import Foundation
public import ModelFiles
public import Tokenization

/// The default model, SmolLM2-135M-Instruct (Q4_1), as it is installed on this machine.
public enum InstalledModel {
  /// The model file: `TESSERA_TEST_MODEL`, else where `tessera models pull` puts it.
  ///
  /// - Throws: `SetupMissing` when there is none.
  public static func path() throws -> String {
    let environment = ProcessInfo.processInfo.environment
    let data = environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    let path =
      environment["TESSERA_TEST_MODEL"]
      ?? (data ?? NSHomeDirectory() + "/.local/share") + "/tessera/models/smollm2-135m.gguf"
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw SetupMissing("the default model at \(path)")
    }
    return path
  }

  /// The model file, opened once for all tests.
  public static func file() throws -> GGUFFile { try opened.get() }

  /// The model's tokenizer, built once for all tests.
  public static func tokenizer() throws -> Tokenizer { try built.get() }

  private static let opened = Result { try GGUFFile.open(path: path()) }
  private static let built = Result { try Tokenizer(gguf: file()) }
}
