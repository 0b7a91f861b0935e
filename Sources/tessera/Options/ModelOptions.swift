public import ArgumentParser
import Foundation
public import Inference
public import ModelFiles

extension Precision: ExpressibleByArgument {}

extension BlockType: ExpressibleByArgument {
  /// A type by its name, in capitals or not.
  public init?(argument: String) {
    guard let type = Self.allCases.first(where: { $0.name == argument.uppercased() }) else {
      return nil
    }
    self = type
  }

  /// The names that are understood.
  public static var allValueStrings: [String] { allCases.map(\.name) }
}

/// How models run.
struct RunOptions: ParsableArguments {
  @Option(help: "How many threads run (by default one for each processor).")
  var threads: Int?

  @Option(help: "The most tokens that are evaluated (by default \(Evaluator.standardContext)).")
  var context: Int?

  @Option(
    help: "How activations, keys and values are held: i16, or f32, which is exact and slower.")
  var precision = Precision.i16

  @Option(help: "Rounds the weights to another type in memory, for instance Q4_0 or Q2_K.")
  var requantise: BlockType?

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

  /// Where a model is that was named on the command line.
  func installed(_ name: String) throws(CommandFault) -> ModelStore.InstalledModel {
    try ModelStore().resolve(ArgumentBytes.text(of: name))
  }

  /// Opens a model that was named on the command line.
  func load(_ name: String) throws -> Model {
    let installed = try installed(name)
    return try Model.load(
      path: installed.path, name: installed.name, precision: precision, requantise: requantise,
      threads: threadCount)
  }

  /// An evaluator of a model.
  func evaluator(of model: Model) throws -> Evaluator {
    try Evaluator(model: model, threads: threadCount, context: context)
  }
}

/// Which model runs, and how.
struct ModelOptions: ParsableArguments {
  @Option(
    help: "The name of a model that is here, a GGUF file, or a Hugging Face folder.",
    completion: .file())
  var model = ModelCatalog.standard.name

  @OptionGroup var run: RunOptions

  /// How activations are held.
  var precision: Precision { run.precision }

  /// How many threads run.
  var threadCount: Int { run.threadCount }

  /// Where the model is.
  func installed() throws(CommandFault) -> ModelStore.InstalledModel { try run.installed(model) }

  /// Opens the model.
  func load() throws -> Model { try run.load(model) }

  /// An evaluator of a model.
  func evaluator(of model: Model) throws -> Evaluator { try run.evaluator(of: model) }
}
