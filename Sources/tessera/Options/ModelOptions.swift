public import ArgumentParser
import Foundation
public import Inference

extension Precision: ExpressibleByArgument {}

/// Which model runs, and how.
struct ModelOptions: ParsableArguments {
  @Option(
    help: "A model that is installed, a GGUF file, or a Hugging Face folder.", completion: .file())
  var model = ModelCatalog.standard.name

  @Option(help: "How many threads run (by default one for each processor).")
  var threads: Int?

  @Option(help: "The most tokens that are evaluated (by default \(Evaluator.standardContext)).")
  var context: Int?

  @Option(help: "How activations are held: i16, or f32, which is exact and slower.")
  var precision = Precision.i16

  func validate() throws {
    guard threads.map({ 1...256 ~= $0 }) ?? true else {
      throw ValidationError("--threads is a number from 1 to 256")
    }
    guard context.map({ 1...1_048_576 ~= $0 }) ?? true else {
      throw ValidationError("--context is a number from 1 to 1048576")
    }
  }

  /// How many threads run.
  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  /// Where the model is.
  func installed() throws(CommandFault) -> ModelStore.InstalledModel {
    try ModelStore().resolve(ArgumentBytes.text(of: model))
  }

  /// Opens the model.
  func load() throws -> Model {
    let installed = try installed()
    return try Model.load(
      path: installed.path, name: installed.name, precision: precision, threads: threadCount)
  }

  /// An evaluator of a model.
  func evaluator(of model: Model) throws -> Evaluator {
    try Evaluator(model: model, threads: threadCount, context: context)
  }
}
