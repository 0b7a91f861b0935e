public import Tokenization

/// A token that may come next and begins with what is left of the given bytes.
public struct ByteBranch: Sendable, Hashable {
  /// The place of its cover among the distribution's.
  public let cover: Int
  /// The token.
  public let id: TokenID
  /// The share that it and its cover have of the given bytes' probability.
  public let share: Double
}

extension ByteCovers {
  /// The likeliest tokens behind each next byte, best first: `[byte]`.
  ///
  /// The shares of all tokens behind a byte add up to its probability, but for the missing mass.
  ///
  /// - Parameters:
  ///   - distribution: a canonical one of the present text.
  ///   - most: how many tokens are wanted for a byte.
  ///   - least: tokens with a smaller share are left out.
  /// - Throws: what the source throws.
  public func branches(
    behind distribution: ByteDistribution, most: Int, least: Double = 0
  ) throws -> [[ByteBranch]] {
    let given = given(distribution.offset)
    let settled = settled(in: given.bytes)
    var branches = [[ByteBranch]](repeating: [], count: 256)
    for (index, cover) in distribution.covers.enumerated() {
      guard let best = cover.next.first, best.share > 0 else { continue }
      let probabilities = try book.probabilities(
        after: book.memory(of: settled.tokens + cover.tokens))
      let weight = best.share / probabilities[Int(best.id)]
      let spelled = rule.tokenizer.vocabulary.bytes(of: cover.tokens)
      let end = settled.end + spelled.count
      let range = order.range(startingWith: given.bytes[end...])
      for (byte, places) in order.children(of: range, depth: given.count - end).next {
        var found = branches[Int(byte)]
        for place in places {
          let id = order.ids[place]
          let share = weight * probabilities[Int(id)]
          // The rule is asked only of what would be among the best.
          if share < least || found.count == most && share <= found[most - 1].share { continue }
          guard rule.allows(id, after: cover.tokens, spelling: spelled) else { continue }
          let place = found.firstIndex { $0.share < share } ?? found.count
          found.insert(ByteBranch(cover: index, id: id, share: share), at: place)
          if found.count > most { found.removeLast() }
        }
        branches[Int(byte)] = found
      }
    }
    return branches
  }

  /// The logarithm of the probability that the model begins a text with these very tokens, in nats.
  ///
  /// - Throws: what the source throws.
  public func logProbability(of tokens: [TokenID]) throws -> Double {
    // What leaves the text is evaluated together rather than token by token.
    try book.prepare([Array(tokens.dropLast())])
    return try book.logWeight(of: book.memory(of: tokens)).value
  }
}

extension Vocabulary {
  /// The bytes of several entries, one after the other.
  fileprivate func bytes(of ids: [TokenID]) -> [UInt8] { ids.flatMap { bytes(of: $0) } }
}
