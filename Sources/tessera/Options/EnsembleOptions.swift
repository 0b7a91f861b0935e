public import ArgumentParser
public import Inference

extension ByteDecoder.Combination: ExpressibleByArgument {}

/// Which models run, how, and how several of them become one.
struct EnsembleOptions: ParsableArguments {
  @Option(
    help: """
      The name of a model that is here, a GGUF file, or a Hugging Face folder; given several times, \
      the models decode together, byte by byte.
      """,
    completion: .file())
  var model = [ModelCatalog.standard.name]

  @Option(
    help: """
      How several models become one: mixture (the weighted sum of their probabilities) or product \
      (of the powers of them).
      """)
  var ensemble: ByteDecoder.Combination?

  @Option(help: "The weight of a model, in the order of --model (by default all weigh the same).")
  var weight: [Double] = []

  @OptionGroup var run: RunOptions

  /// The most models that decode together.
  static let most = 8

  func validate() throws {
    guard model.count <= Self.most else {
      throw ValidationError("--model can be given at most \(Self.most) times")
    }
    guard model.count > 1 || (ensemble == nil && weight.isEmpty) else {
      throw ValidationError("--ensemble and --weight need two models or more: --model A --model B")
    }
    guard weight.isEmpty || weight.count == model.count else {
      throw ValidationError("there are \(model.count) models and \(weight.count) times --weight")
    }
    guard weight.allSatisfy({ $0 >= 0 && $0.isFinite }), weight.isEmpty || weight.max() ?? 0 > 0
    else { throw ValidationError("a --weight is a number from 0, and one of them is above 0") }
  }

  /// The weight of each model; they sum to one.
  var weights: [Double] {
    guard !weight.isEmpty else { return model.map { _ in 1 / Double(model.count) } }
    let sum = weight.reduce(0, +)
    return weight.map { $0 / sum }
  }

  /// How the models become one.
  var combination: ByteDecoder.Combination { ensemble ?? .mixture }

  /// Opens the models.
  func load() throws -> [Model] { try model.map { try run.load($0) } }
}
