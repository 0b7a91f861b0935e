import Foundation
import Tokenization

/// A byte that was drawn.
public struct ByteStep: Sendable {
  /// The byte; `nil` where the text ends.
  public let byte: UInt8?
  /// Its probability after all stages of the sampler.
  public let probability: Float
  /// How many outcomes it was drawn from.
  public let kept: Int
  /// What each model makes of it: its probability before the sampler.
  public let opinions: [Double]
  /// What all models together make of it.
  public let combined: Double
  /// How long the step took, in seconds.
  public let seconds: Double
}

/// Decoding byte by byte, from a prompt that may stop anywhere: the text does not depend on where the
/// prompt's last token ended (Phan et al. 2024).
///
/// Several models decode together whatever their vocabularies, since all of them can say what byte
/// comes next: their distributions are averaged, or multiplied.
public final class ByteDecoder {
  /// How the distributions of several models become one.
  public enum Combination: String, Sendable, CaseIterable {
    /// The weighted sum of probabilities.
    case mixture
    /// The product of their powers, made to sum to one.
    case product
  }

  /// The prompt, and what was generated after it.
  public private(set) var text: [UInt8]

  private let models: [ByteCovers]
  private let weights: [Double]
  private let combination: Combination
  private let chain: SamplerChain
  private var generator: SeededGenerator
  /// The number of bytes that the models have taken in as tokens.
  private var taken: Int

  /// How many bytes may follow before they are taken in as tokens.
  private static let horizon = 64
  /// The outcome after the 256 bytes: the end of the text.
  private static let end = TokenID(256)

  /// A decoder that goes on with a prompt.
  ///
  /// - Parameters:
  ///   - weights: one for each model, not negative, not all zero; divided by their sum.
  ///   - settings: stages of the sampler work on bytes.
  /// - Throws: what the models' sources throw.
  public init(
    _ prompt: [UInt8], models: [ByteCovers], weights: [Double], combination: Combination = .mixture,
    settings: SamplerSettings
  ) throws {
    precondition(!models.isEmpty && weights.count == models.count)
    let sum = weights.reduce(0, +)
    self.models = models
    self.weights = weights.map { $0 / sum }
    self.combination = combination
    text = prompt
    taken = prompt.count
    chain = SamplerChain(settings)
    generator = SeededGenerator(seed: settings.seed)
    for model in models { try model.begin(prompt) }
  }

  /// The bytes of the prompt are followed by what has this distribution: `[257]`, the last the end.
  ///
  /// - Throws: `ByteFault`, and what the sources throw.
  public func distribution() throws -> (combined: [Double], opinions: [[Double]]) {
    let opinions = try models.map { model in
      let found = try model.canonical(at: text.count)
      return found.probabilities + [found.end]
    }
    return (Self.combine(opinions, weights, combination), opinions)
  }

  /// Draws a byte, and adds it to the text.
  ///
  /// - Throws: `ByteFault`, and what the sources throw; the text is then as before.
  public func step() throws -> ByteStep {
    let begin = ContinuousClock.now
    let (combined, opinions) = try distribution()
    let choice = chain.sample(
      logits: combined.map { Float(log($0)) }, history: text.map { TokenID($0) },
      generator: &generator)
    if choice.id != Self.end {
      let byte = UInt8(choice.id)
      text.append(byte)
      let renews = text.count - taken >= Self.horizon
      for model in models {
        if renews { try model.begin(text) } else { model.append(byte) }
      }
      if renews { taken = text.count }
    }
    return ByteStep(
      byte: choice.id == Self.end ? nil : UInt8(choice.id), probability: choice.probability,
      kept: choice.kept, opinions: opinions.map { $0[Int(choice.id)] },
      combined: combined[Int(choice.id)], seconds: (ContinuousClock.now - begin) / .seconds(1))
  }

  /// One distribution out of several over the same outcomes.
  static func combine(
    _ opinions: [[Double]], _ weights: [Double], _ combination: Combination
  ) -> [Double] {
    guard let first = opinions.first, opinions.count > 1 else { return opinions.first ?? [] }
    let outcomes = first.indices.map { outcome in
      let pairs = zip(opinions, weights)
      return switch combination {
      case .mixture: pairs.reduce(0) { $0 + $1.1 * $1.0[outcome] }
      case .product: exp(pairs.reduce(0) { $1.1 == 0 ? $0 : $0 + $1.1 * log($1.0[outcome]) })
      }
    }
    let sum = outcomes.reduce(0, +)
    // Models that agree on nothing multiply to nothing: then their average is all there is.
    guard sum > 0 else { return combine(opinions, weights, .mixture) }
    return outcomes.map { $0 / sum }
  }
}
