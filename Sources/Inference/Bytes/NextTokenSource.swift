import CKernels
import Foundation
public import Tokenization

/// A sequence of tokens: the first tokens of a text, then others.
public struct TokenContext: Hashable, Sendable {
  /// How many of the text's tokens.
  public var prefix: Int
  /// What follows them.
  public var path: [TokenID]

  /// The first `prefix` tokens of a text, and `path`.
  public init(prefix: Int, path: [TokenID] = []) {
    self.prefix = prefix
    self.path = path
  }
}

/// What gives a token model's distributions: the model, or in tests a table.
public protocol NextTokenSource: AnyObject {
  /// How many entries the vocabulary has.
  var vocabularySize: Int { get }
  /// How many tokens have been taken through the model so far.
  var modelSteps: Int { get }
  /// Sets the text that contexts refer to.
  ///
  /// - Throws: `EvaluationFault`, or `CancellationError`.
  func begin(_ ids: [TokenID]) throws
  /// The logarithm of the probability of the text's first `count` tokens, in nats.
  ///
  /// - Throws: `EvaluationFault`, or `CancellationError`.
  func logProbability(ofFirst count: Int) throws -> Double
  /// Announces contexts that will be asked for next, so that they can be evaluated together.
  ///
  /// - Throws: `EvaluationFault`, or `CancellationError`.
  func prepare(_ contexts: [TokenContext]) throws
  /// The probabilities of the next token after a context: `[vocabulary]`.
  ///
  /// - Throws: `EvaluationFault`, or `CancellationError`.
  func probabilities(after context: TokenContext) throws -> [Double]
}

/// A model as a source of distributions.
///
/// The tokens of the text are evaluated once, in the evaluator's own cache; what leaves it, in a tree.
/// The first token is drawn as the model would draw it after its beginning-of-text token (or, where
/// it has none, one that ends a text); from then on the model sees the text as it is. A text may begin
/// with that token itself, which then has probability 1.
public final class ModelSource: NextTokenSource {
  private let evaluator: Evaluator
  private var ids: [TokenID] = []
  private var tree: TokenTree?
  private var nodes: [TokenContext: Int] = [:]
  /// Logarithms of the probabilities of the text's beginnings, in nats: `[count]`.
  private var sums: [Double] = [0]
  private var start: [Double]?
  /// The number of tokens evaluated.
  public private(set) var modelSteps = 0

  /// The most tokens that leave the text.
  private static let treeCapacity = 4096

  /// A source over an evaluator, on whose thread it stays.
  public init(_ evaluator: Evaluator) { self.evaluator = evaluator }

  /// How many entries the vocabulary has.
  public var vocabularySize: Int { evaluator.model.shape.vocabularySize }

  /// Evaluates the text, from the first token that differs from the last text on.
  public func begin(_ ids: [TokenID]) throws {
    let records = try evaluator.records(of: ids)
    let kept = zip(self.ids, ids).prefix { $0 == $1 }.count
    guard kept < ids.count || kept < self.ids.count || sums.count == 1 else { return }
    modelSteps += ids.count - kept
    self.ids = ids
    tree = nil
    nodes = [:]
    sums = [0]
    for (index, record) in records.enumerated() {
      sums.append(sums[index] + (try logProbability(of: record, at: index)))
    }
  }

  private func logProbability(of record: TokenRecord, at index: Int) throws -> Double {
    if index > 0 { return Double(record.logProbability ?? 0) }
    // A text that begins with this token is given it, as nothing could draw it.
    if record.id == evaluator.model.tokenizer.vocabulary.beginOfText { return 0 }
    return log(try startProbabilities()[Int(record.id)])
  }

  /// The logarithm of the probability of the text's first `count` tokens, in nats.
  public func logProbability(ofFirst count: Int) throws -> Double { sums[count] }

  /// Evaluates what is missing of several contexts in one pass.
  public func prepare(_ contexts: [TokenContext]) throws {
    let tree = try tree(for: ids)
    var new: [(token: TokenID, parent: TokenTree.Parent)] = []
    var added: [TokenContext: Int] = [:]
    for context in contexts {
      // From the end: most of a path is there already.
      var beginning = context
      var missing: [TokenID] = []
      var parent = TokenTree.Parent.text(context.prefix)
      while let last = beginning.path.last {
        if let known = nodes[beginning] ?? added[beginning] {
          parent = .node(known)
          break
        }
        missing.append(last)
        beginning.path.removeLast()
      }
      for token in missing.reversed() {
        beginning.path.append(token)
        added[beginning] = tree.nodes.count + new.count
        new.append((token, parent))
        parent = .node(tree.nodes.count + new.count - 1)
      }
    }
    try tree.extend(by: new)
    modelSteps += new.count
    nodes.merge(added) { known, _ in known }
  }

  /// The probabilities of the next token after a context: `[vocabulary]`.
  public func probabilities(after context: TokenContext) throws -> [Double] {
    if context.path.isEmpty {
      guard context.prefix > 0 else { return try startProbabilities() }
      let record = try evaluator.records(of: ids)[context.prefix - 1]
      return evaluator.logits(after: record).withUnsafeBufferPointer(probabilities)
    }
    try prepare([context])
    guard let node = nodes[context] else { return [] }
    var result: [Double] = []
    try tree(for: ids).withTiles(of: [node]) { _, rows in result = probabilities(rows[0]) }
    return result
  }

  private func tree(for ids: [TokenID]) throws -> TokenTree {
    if let tree { return tree }
    let tree = try TokenTree(after: ids, capacity: Self.treeCapacity, with: evaluator)
    self.tree = tree
    return tree
  }

  private func startProbabilities() throws -> [Double] {
    if let start { return start }
    let vocabulary = evaluator.model.tokenizer.vocabulary
    let ends = vocabulary.endOfGeneration
    guard let first = vocabulary.beginOfText ?? vocabulary.endOfText ?? ends.min() else {
      throw EvaluationFault.notRecorded("a token that begins a text")
    }
    let tree = try TokenTree(after: [], capacity: 1, with: evaluator)
    try tree.extend(by: [(first, .text(0))])
    modelSteps += 1
    var result: [Double] = []
    tree.withTiles(of: [0]) { _, rows in result = probabilities(rows[0]) }
    start = result
    return result
  }

  private func probabilities(_ logits: UnsafeBufferPointer<Float>) -> [Double] {
    [Double](unsafeUninitializedCapacity: logits.count) { buffer, count in
      if let target = buffer.baseAddress {
        ck_probabilities(logits.baseAddress, Int32(logits.count), target)
      }
      count = logits.count
    }
  }
}
