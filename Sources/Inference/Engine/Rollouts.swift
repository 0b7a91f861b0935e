import Foundation
public import Tokenization

/// Several continuations of one text, each drawn with random numbers of its own, all decoded
/// together: a step reads the weights once.
///
/// The n-th continuation is, token for token, what a ``Decoder`` gives with the seed `n` above the
/// settings' own.
public final class Rollouts {
  /// One continuation.
  public struct Rollout: Sendable {
    /// The tokens so far.
    public fileprivate(set) var tokens: [TokenID] = []
    /// Sum of the logarithms of the probabilities with which they were drawn, in nats.
    public fileprivate(set) var logProbability = 0.0
    /// Whether it has come to an end of generation, which is then its last token.
    public fileprivate(set) var hasEnded = false
    fileprivate var generator: SeededGenerator
    /// The node of the token before its last; `nil` before the second.
    fileprivate var node: Int?
  }

  /// The continuations.
  public private(set) var rollouts: [Rollout]
  /// The longest that they get, in tokens.
  public let maxTokens: Int

  private let chain: SamplerChain
  private let tree: TokenTree
  private let evaluator: Evaluator

  /// Prepares `count` continuations of at most `maxTokens` tokens.
  ///
  /// - Parameters:
  ///   - text: what they go on with; not empty.
  ///   - settings: how they are drawn; the n-th uses the seed `n` above that of the settings.
  /// - Throws: `EvaluationFault`, or `CancellationError`.
  public init(
    after text: [TokenID], count: Int, maxTokens: Int, settings: SamplerSettings,
    with evaluator: Evaluator
  ) throws {
    guard !text.isEmpty else { throw EvaluationFault.notRecorded("a token to go on from") }
    guard text.count + maxTokens <= evaluator.contextLength else {
      throw EvaluationFault.tooLong(
        tokens: text.count + maxTokens, context: evaluator.contextLength)
    }
    self.maxTokens = maxTokens
    self.evaluator = evaluator
    chain = SamplerChain(settings)
    tree = try TokenTree(
      after: text, capacity: max(1, count * maxTokens), fills: true, with: evaluator)
    rollouts = (0..<count).map { index in
      Rollout(generator: SeededGenerator(seed: settings.seed &+ UInt64(index)))
    }
  }

  /// Whether any of them can go on.
  public var goesOn: Bool { rollouts.contains(where: canGoOn) }

  /// Evaluates the last token of each that can go on, and draws the next; the first time there is none,
  /// and the text says what comes.
  ///
  /// - Throws: `EvaluationFault`, or `CancellationError`; they are then as before the step.
  public func step() throws {
    var next = rollouts
    let active = next.indices.filter { canGoOn(next[$0]) }
    guard let first = active.first else { return }
    if next[first].tokens.isEmpty {
      guard let last = try evaluator.records(of: tree.text).last else { return }
      let logits = evaluator.logits(after: last)
      logits.withUnsafeBufferPointer { logits in draw(&next, active[...], from: { _ in logits }) }
    } else {
      let new = active.map { index in
        let rollout = next[index]
        let parent = rollout.node.map { TokenTree.Parent.node($0) } ?? .text(tree.text.count)
        return (rollout.tokens[rollout.tokens.count - 1], parent)
      }
      var place = active.startIndex
      try tree.extend(by: new) { tile, rows in
        let drawn = active[place..<place + tile.count]
        for (index, node) in zip(drawn, tile) { next[index].node = node }
        self.draw(&next, drawn, from: { rows[$0] })
        place += tile.count
      }
    }
    rollouts = next
  }

  private func canGoOn(_ rollout: Rollout) -> Bool {
    !rollout.hasEnded && rollout.tokens.count < maxTokens
  }

  /// Draws the next token of some of them, shared among the team.
  ///
  /// - Parameter logits: of the n-th of those chosen.
  private func draw(
    _ rollouts: inout [Rollout], _ chosen: ArraySlice<Int>,
    from logits: (Int) -> UnsafeBufferPointer<Float>
  ) {
    let ends = evaluator.model.tokenizer.vocabulary.endOfGeneration
    rollouts.withUnsafeMutableBufferPointer { buffer in
      // Members change different rollouts, and only read the logits.
      nonisolated(unsafe) let (shared, logits) = (buffer, logits)
      evaluator.team.run { member in
        for place in member.share(of: chosen.count) {
          let index = chosen[chosen.startIndex + place]
          let choice = chain.sample(
            logits: logits(place).span, history: tree.text + shared[index].tokens,
            generator: &shared[index].generator)
          shared[index].tokens.append(choice.id)
          shared[index].logProbability += log(Double(choice.probability))
          shared[index].hasEnded = ends.contains(choice.id)
        }
      }
    }
  }
}
