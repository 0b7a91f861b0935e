import Foundation
import Tokenization

/// What is known of the contexts of one text: their probabilities, and what may come after them.
final class ContextBook {
  /// What is known of a context.
  final class Memory {
    let context: TokenContext
    fileprivate(set) var logWeight: Double?
    fileprivate var probabilities: [Double]?

    fileprivate init(_ context: TokenContext) { self.context = context }
  }

  let source: any NextTokenSource
  /// The tokens that the source has evaluated.
  private var trunk: [TokenID] = []
  private var memories: [TokenContext: Memory] = [:]
  /// The contexts whose distributions are remembered, the latest last.
  private var recent: [Memory] = []

  /// How many contexts are remembered with their distributions.
  private static let rememberedContexts = 32

  /// An empty book over a source.
  init(_ source: any NextTokenSource) { self.source = source }

  /// Sets the text that contexts refer to.
  func begin(_ ids: [TokenID]) throws {
    try source.begin(ids)
    if trunk != ids { (memories, recent) = ([:], []) }
    trunk = ids
  }

  /// The context of a sequence of tokens.
  func memory(of tokens: [TokenID]) -> Memory {
    let shared = zip(tokens, trunk).prefix { $0 == $1 }.count
    return memory(TokenContext(prefix: shared, path: Array(tokens[shared...])))
  }

  /// The context of a sequence that goes on from another.
  func memory(of tokens: [TokenID], after beginning: Memory) -> Memory {
    var context = beginning.context
    if context.path.isEmpty {
      context.prefix += zip(tokens, trunk[context.prefix...]).prefix { $0 == $1 }.count
    }
    context.path += tokens[(context.prefix - beginning.context.prefix)...]
    return memory(context)
  }

  private func memory(_ context: TokenContext) -> Memory {
    if let known = memories[context] { return known }
    let memory = Memory(context)
    memories[context] = memory
    return memory
  }

  /// Has the distributions after several sequences computed together.
  func prepare(_ sequences: [[TokenID]]) throws {
    let missing = sequences.map { memory(of: $0) }.filter { $0.probabilities == nil }
    try source.prepare(missing.map(\.context))
  }

  /// The logarithm of a context's probability, in nats; or, where that of a beginning is already
  /// below `floor`, that of the beginning, which is a bound.
  func logWeight(
    of memory: Memory, floor: Double = -.infinity
  ) throws -> (value: Double, isExact: Bool) {
    if let weight = memory.logWeight { return (weight, true) }
    let context = memory.context
    guard let last = context.path.last else {
      let weight = try source.logProbability(ofFirst: context.prefix)
      memory.logWeight = weight
      return (weight, true)
    }
    let parent = self.memory(
      TokenContext(prefix: context.prefix, path: context.path.dropLast()))
    let above = try logWeight(of: parent, floor: floor)
    guard above.isExact, above.value >= floor else { return (above.value, false) }
    let weight = above.value + log(try probabilities(after: parent)[Int(last)])
    memory.logWeight = weight
    return (weight, true)
  }

  /// The probabilities of the next token after a context: `[vocabulary]`.
  func probabilities(after memory: Memory) throws -> [Double] {
    if let found = memory.probabilities { return found }
    let found = try source.probabilities(after: memory.context)
    if recent.count == Self.rememberedContexts {
      // They come back without a step of the model.
      let oldest = recent.removeFirst()
      oldest.probabilities = nil
    }
    memory.probabilities = found
    recent.append(memory)
    return found
  }
}
