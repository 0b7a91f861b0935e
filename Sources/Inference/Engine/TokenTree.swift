import CKernels
public import Tokenization

/// Continuations of a text, evaluated together: a tree of tokens, each of which attends to the text
/// up to where its branch leaves it, and to its own ancestors.
///
/// One evaluation takes many nodes through the layers, so that weights are read once for all of
/// them: rollouts, drafts, texts with a token left out, covers of bytes. What a node gives equals,
/// bit for bit, what evaluating its path alone gives.
///
/// A tree belongs to its evaluator's thread. The evaluator may evaluate other texts in between; the
/// tree's own text is then evaluated again when the tree grows.
public final class TokenTree {
  /// What a node goes on with.
  public enum Parent: Sendable, Hashable {
    /// The first tokens of the text, this many.
    case text(Int)
    /// The path to a node, by its index. In one call of ``extend(by:)`` it may be a node that the
    /// same call adds before.
    case node(Int)
  }

  /// A token of the tree.
  public struct Node: Sendable {
    /// Which token.
    public let token: TokenID
    /// What it goes on with.
    public let parent: Parent
    /// After how many tokens of the text its branch leaves it.
    public let prefix: Int
    /// Which token of its branch it is, from 0.
    public let depth: Int
  }

  /// The text that branches leave.
  public let text: [TokenID]
  /// The tokens, in the order in which they were added; parents stand before their children.
  public private(set) var nodes: [Node] = []
  /// How many nodes fit.
  public var capacity: Int { cache.capacity }

  let evaluator: Evaluator
  private let cache: KVCache
  /// The stream after the final norm at each node: `[node][width]`.
  private var hidden: [[Float]] = []

  /// A tree without nodes.
  ///
  /// - Parameters:
  ///   - text: the tokens that branches leave; evaluated when it has not been.
  ///   - capacity: how many nodes fit. Memory becomes real as nodes are added.
  ///   - fills: whether most of them will be added.
  /// - Throws: `EvaluationFault`, or `CancellationError`.
  public init(
    after text: [TokenID], capacity: Int, fills: Bool = false, with evaluator: Evaluator
  ) throws {
    self.text = text
    self.evaluator = evaluator
    cache = try KVCache(
      shape: evaluator.model.shape, precision: evaluator.model.precision,
      capacity: max(1, capacity), fills: fills)
    _ = try evaluator.records(of: text)
  }

  /// Adds nodes and evaluates them, as many at once as one pass takes.
  ///
  /// - Returns: the indices of the new nodes.
  /// - Throws: `EvaluationFault` when they do not fit the tree or the context, or name a token or a
  ///   parent that does not exist; `CancellationError`. The tree is then as before.
  @discardableResult
  public func extend(by new: [(token: TokenID, parent: Parent)]) throws -> Range<Int> {
    try extend(by: new, reading: nil)
  }

  /// Adds nodes as ``extend(by:)`` does, and gives the logits after them tile by tile, as
  /// ``withTiles(of:_:)`` does; where one tile is all of a pass, the pass itself computes them.
  ///
  /// - Throws: as ``extend(by:)``, or what `reading` throws. The tree is then as before.
  @discardableResult
  func extend(
    by new: [(token: TokenID, parent: Parent)], reading: TileReader?
  ) throws -> Range<Int> {
    let first = nodes.count
    guard first + new.count <= capacity else {
      throw EvaluationFault.tooManyBranches(tokens: first + new.count, capacity: capacity)
    }
    try evaluator.checkTokens(new.lazy.map(\.token))
    var added: [Node] = []
    for (token, parent) in new {
      let node = try node(token, parent, beside: added)
      guard node.prefix + node.depth < evaluator.contextLength else {
        throw EvaluationFault.tooLong(
          tokens: node.prefix + node.depth + 1, context: evaluator.contextLength)
      }
      added.append(node)
    }
    do {
      for start in stride(from: 0, to: added.count, by: ForwardPass.chunk) {
        try evaluate(added[start..<min(start + ForwardPass.chunk, added.count)], reading: reading)
      }
    } catch {
      nodes.removeSubrange(first...)
      hidden.removeSubrange(first...)
      cache.cut(to: first)
      throw error
    }
    return first..<nodes.count
  }

  /// Takes some nodes through the layers, and gives the logits after them where someone reads them.
  private func evaluate(_ part: ArraySlice<Node>, reading: TileReader?) throws {
    try evaluator.checkCancellation()
    // Other work may have been let in, with another text.
    _ = try evaluator.records(of: text)
    let new = nodes.count..<nodes.count + part.count
    nodes += part
    let isOneTile = reading != nil && part.count <= Evaluator.logitTile
    let target = ForwardPass.LogitTarget(tokens: 0..<part.count, logits: evaluator.logitRows)
    try evaluator.pass.run(
      part.map(\.token)[...], at: new.map(place), branches: cache, of: evaluator.cache,
      target: isOneTile ? target : nil, isCancelled: evaluator.isCancelled)
    for token in 0..<part.count { hidden.append(evaluator.pass.hidden(token: token)) }
    guard let reading else { return }
    if isOneTile {
      try reading(Array(new)[...], logitRows(part.count))
    } else {
      try withTiles(of: new, reading)
    }
  }

  /// Takes some nodes, and the logits after each: `[vocabulary]`, in memory that the next tile is written
  /// to.
  typealias TileReader = (_ tile: ArraySlice<Int>, _ rows: [UnsafeBufferPointer<Float>]) throws ->
    Void

  /// The first rows of logits that are held.
  private func logitRows(_ count: Int) -> [UnsafeBufferPointer<Float>] {
    let size = evaluator.model.shape.vocabularySize
    return (0..<count).map {
      UnsafeBufferPointer(start: evaluator.logitRows + $0 * size, count: size)
    }
  }

  /// Gives the logits after some nodes tile by tile; weights are read once for a tile.
  func withTiles(of chosen: some Collection<Int>, _ body: TileReader) rethrows {
    var rest = Array(chosen)[...]
    while !rest.isEmpty {
      let tile = rest.prefix(Evaluator.logitTile)
      rest = rest.dropFirst(tile.count)
      evaluator.pass.logits(ofHidden: tile.map { hidden[$0] }, into: evaluator.logitRows)
      try body(tile, logitRows(tile.count))
    }
  }

  /// The tokens from where a node's branch leaves the text up to the node.
  public func path(to node: Int) -> [TokenID] { indices(to: node).map { nodes[$0].token } }

  private func indices(to node: Int) -> [Int] {
    var path = [node]
    while case .node(let parent) = nodes[path[path.count - 1]].parent { path.append(parent) }
    return path.reversed()
  }

  private func place(of node: Int) -> Batch.Place {
    Batch.Place(prefix: nodes[node].prefix, path: indices(to: node).map { Int32($0) })
  }

  private func node(
    _ token: TokenID, _ parent: Parent, beside added: [Node]
  ) throws(EvaluationFault) -> Node {
    switch parent {
    case .text(let prefix):
      guard 0...text.count ~= prefix else {
        throw .notRecorded("the text's first \(prefix) of \(text.count) tokens")
      }
      return Node(token: token, parent: parent, prefix: prefix, depth: 0)
    case .node(let index):
      guard 0..<nodes.count + added.count ~= index else {
        throw .notRecorded("node \(index) of \(nodes.count + added.count)")
      }
      let above = index < nodes.count ? nodes[index] : added[index - nodes.count]
      return Node(token: token, parent: parent, prefix: above.prefix, depth: above.depth + 1)
    }
  }
}
