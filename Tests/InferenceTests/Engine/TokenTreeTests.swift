import Foundation
import ModelFiles
import Synchronization
import TestSupport
import Testing
import Tokenization

@testable import Inference

@Suite("Trees of tokens")
struct TokenTreeTests {
  private func evaluator(
    _ family: TinyFamily = .llama, precision: Precision = .i16, threads: Int = 2,
    context: Int? = nil
  ) throws -> Evaluator {
    let folder = try TemporaryFolder()
    let tiny = TinyModel(seed: 21, layers: 7, type: .q8_0, family: family)
    let model = try Model.load(path: tiny.write(to: folder), name: "tiny", precision: precision)
    return try Evaluator(model: model, threads: threads, context: context)
  }

  private let text: [TokenID] = [72, 101, 108, 108, 111, 32, 72, 101, 108, 7, 250, 12]

  /// A tree of branches that leave the text in many places, in one call and in several.
  private func grow(_ tree: TokenTree, nodes: Int, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    while tree.nodes.count < nodes {
      var new: [(token: TokenID, parent: TokenTree.Parent)] = []
      for _ in 0..<Int.random(in: 1...90, using: &generator) {
        let known = tree.nodes.count + new.count
        let parent: TokenTree.Parent =
          known == 0 || Int.random(in: 0..<6, using: &generator) == 0
          ? .text(Int.random(in: 0...tree.text.count, using: &generator))
          : .node(Int.random(in: max(0, known - 8)..<known, using: &generator))
        new.append((TokenID.random(in: 0..<256, using: &generator), parent))
      }
      let added = try tree.extend(by: new)
      #expect(added.count == new.count)
    }
  }

  @Test(
    "a node gives, bit for bit, what evaluating its path alone gives",
    arguments: TinyFamily.all, Precision.allCases)
  func alone(family: TinyFamily, precision: Precision) throws {
    let evaluator = try evaluator(family, precision: precision)
    let fresh = try self.evaluator(family, precision: precision)
    let tree = try TokenTree(after: text, capacity: 400, with: evaluator)
    try grow(tree, nodes: 150, seed: 3)
    let chosen = stride(from: 0, to: tree.nodes.count, by: 7)
    try tree.withTiles(of: Array(chosen)) { tile, rows in
      for (index, logits) in zip(tile, rows) {
        let node = tree.nodes[index]
        let path = tree.path(to: index)
        #expect(path.count == node.depth + 1 && path.last == node.token)
        let trace = try fresh.evaluate(Array(text[..<node.prefix]) + path)
        let last = try #require(trace.records.last)
        #expect(Array(logits) == fresh.logits(after: last))
      }
    }
  }

  @Test("a tree grows on after its evaluator has seen other texts, and leaves a longer text alone")
  func interleaved() throws {
    let (evaluator, fresh) = (try evaluator(), try evaluator())
    let longer = text + [5, 6, 7]
    let whole = try evaluator.evaluate(longer)
    let tree = try TokenTree(after: text, capacity: 10, with: evaluator)
    try tree.extend(by: [(1, .text(12)), (2, .node(0))])
    let again = try evaluator.evaluate(longer)
    #expect(zip(whole.records, again.records).allSatisfy { $0 === $1 })
    _ = try evaluator.evaluate([9, 9, 9])
    try tree.extend(by: [(3, .node(1))])
    let trace = try fresh.evaluate(text + [1, 2, 3])
    tree.withTiles(of: [2]) { _, rows in
      #expect(Array(rows[0]) == fresh.logits(after: trace.records[14]))
    }
  }

  @Test("what does not fit or does not exist is refused, and changes nothing")
  func refusals() throws {
    let evaluator = try evaluator(context: 14)
    let tree = try TokenTree(after: text, capacity: 3, with: evaluator)
    #expect(throws: EvaluationFault.tooManyBranches(tokens: 4, capacity: 3)) {
      try tree.extend(by: [(1, .text(0)), (1, .text(0)), (1, .text(0)), (1, .text(0))])
    }
    #expect(throws: EvaluationFault.tooLong(tokens: 15, context: 14)) {
      try tree.extend(by: [(1, .text(12)), (1, .node(0)), (1, .node(1))])
    }
    #expect(throws: EvaluationFault.noSuchToken(id: 300, vocabulary: 300)) {
      try tree.extend(by: [(300, .text(0))])
    }
    #expect(throws: EvaluationFault.self) { try tree.extend(by: [(1, .text(13))]) }
    #expect(throws: EvaluationFault.self) { try tree.extend(by: [(1, .node(0))]) }
    evaluator.isCancelled = { true }
    #expect(throws: CancellationError.self) { try tree.extend(by: [(1, .text(1))]) }
    #expect(tree.nodes.isEmpty)
    evaluator.isCancelled = { false }
    #expect(try tree.extend(by: [(1, .text(1))]) == 0..<1)
  }

  @Test(
    "rollouts are, token for token, what decoding each alone with its seed gives",
    arguments: [5, 8, 20])
  func rollouts(count: Int) throws {
    let (evaluator, fresh) = (try evaluator(), try evaluator())
    for temperature in [Float(0), 1.3] {
      let settings = SamplerSettings(temperature: temperature, topP: 0.98, seed: 11)
      let together = try Rollouts(
        after: text, count: count, maxTokens: 15, settings: settings, with: evaluator)
      while together.goesOn { try together.step() }
      let ends = fresh.model.tokenizer.vocabulary.endOfGeneration
      for (index, rollout) in together.rollouts.enumerated() {
        var alone = settings
        alone.seed += UInt64(index)
        var decoder = Decoder(alone)
        var trace = try fresh.evaluate(text)
        var probability = 0.0
        while trace.ids.count < text.count + 15, trace.ids.last.map({ !ends.contains($0) }) ?? true
        {
          let step: DecodeStep
          (step, trace) = try decoder.step(after: trace, with: fresh)
          probability += log(Double(step.probability))
        }
        #expect(rollout.tokens == Array(trace.ids[text.count...]))
        #expect(rollout.hasEnded == (rollout.tokens.last.map(ends.contains) ?? false))
        #expect(abs(rollout.logProbability - probability) < 1e-9)
      }
      if temperature > 0 { #expect(Set(together.rollouts.map(\.tokens)).count > count / 2) }
    }
  }

  @Test(
    "rollouts that are cancelled anywhere end on every thread, and go on as if they had not been",
    arguments: [(1, 8), (2, 8), (2, 20), (3, 18)])
  func cancelledRollouts(threads: Int, count: Int) throws {
    let settings = SamplerSettings(temperature: 1.3, seed: 12)
    let evaluator = try evaluator(threads: threads)
    let undisturbed = try Rollouts(
      after: text, count: count, maxTokens: 6, settings: settings, with: evaluator)
    while undisturbed.goesOn { try undisturbed.step() }
    let disturbed = try Rollouts(
      after: text, count: count, maxTokens: 6, settings: settings, with: evaluator)
    var cancellations = 0
    while disturbed.goesOn {
      // Asked a few times before a pass, and at each of its layers: later each time, until the step ends.
      var limit = 0
      var isDone = false
      while !isDone {
        let before = disturbed.rollouts.map(\.tokens)
        let asked = Mutex(0)
        let most = limit
        evaluator.isCancelled = {
          asked.withLock {
            $0 += 1
            return $0 > most
          }
        }
        do {
          try disturbed.step()
          isDone = true
        } catch is CancellationError {
          cancellations += 1
          #expect(disturbed.rollouts.map(\.tokens) == before)
        }
        limit += 1
      }
    }
    evaluator.isCancelled = { false }
    #expect(cancellations > 20)
    #expect(disturbed.rollouts.map(\.tokens) == undisturbed.rollouts.map(\.tokens))
    #expect(
      disturbed.rollouts.map(\.logProbability) == undisturbed.rollouts.map(\.logProbability))
  }
}
