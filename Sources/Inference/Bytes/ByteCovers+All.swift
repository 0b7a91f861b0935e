import Foundation
import Tokenization

extension ByteCovers {
  /// A sequence of tokens that spells the text up to some place.
  private struct Sequence {
    var tokens: [TokenID]
    var logWeight: Double
    var beginning = Beginning.within
  }

  /// Where a space is put before texts, a sequence may have it or not: its text is the same.
  private enum Beginning {
    case within
    /// The next token brings the space.
    case withSpace
    /// The next token does not.
    case withoutSpace
  }

  /// What could follow the first `offset` bytes of the text, by all sequences of tokens that spell
  /// them, whether the tokenizer would produce them or not.
  ///
  /// There are exponentially many, so where a sequence ends it is dropped if its share of all that
  /// are then open is below `leastShare`; `droppedMass` adds these shares up. With 0 nothing is
  /// dropped, and the sum is exact.
  ///
  /// - Parameters:
  ///   - leastShare: must be above 0 for texts of more than some twenty bytes.
  ///   - reach: only sequences count that agree with the encoding up to so many bytes before
  ///     `offset`; `nil` for no such limit.
  /// - Throws: `ByteFault`, and what the source throws.
  public func all(
    at offset: Int, leastShare: Double, reach: Int? = nil
  ) throws -> ByteDistribution {
    let before = book.source.modelSteps
    let given = given(offset)
    let special = lastSpecialEnd(of: rule.tokenizer.encode(Array(given.bytes)))
    let from = max(special, reach.map { given.end - $0 } ?? 0)
    let known = settled(in: given.bytes[..<from])
    let (settled, start) = (known.tokens, known.end)
    let first = try book.logWeight(of: book.memory(of: settled)).value
    // Of the sequences found so far, those that end at each place, and how heavy the others are.
    var ending = [[Sequence]](repeating: [], count: given.count - start + 1)
    let opens = spelled.opensWithSpace(at: start, given: offset)
    ending[0] = [
      Sequence(tokens: [], logWeight: first, beginning: opens ? .withSpace : .within)
    ]
    if opens {
      ending[1] = [Sequence(tokens: [], logWeight: first, beginning: .withoutSpace)]
    }
    var across = [Double](repeating: 0, count: given.count - start + 2)
    var sums = ByteSums(leastShare: 0)
    var dropped = 0.0
    for place in 0..<ending.count {
      let weights = ending[place].map { exp($0.logWeight - first) }
      let total = weights.reduce(across[place], +)
      let kept = zip(ending[place], weights).filter { $1 >= leastShare * total }.map(\.0)
      dropped += zip(ending[place], weights).reduce(0) {
        $1.1 >= leastShare * total ? $0 : $0 + $1.1 / total
      }
      ending[place] = []
      try book.prepare(kept.map { settled + $0.tokens })
      for sequence in kept {
        let memory = book.memory(of: settled + sequence.tokens)
        let probabilities = try book.probabilities(after: memory)
        let end = start + place
        var range = 0..<order.ids.count
        for depth in 0..<(given.count - end) where !range.isEmpty {
          range = order.child(given.bytes[end + depth], of: range, depth: depth)
          for successor in order.children(of: range, depth: depth + 1).ending {
            let id = order.ids[successor]
            guard mayFollow(id, sequence.beginning) else { continue }
            let weight = sequence.logWeight + log(probabilities[Int(id)])
            ending[place + depth + 1].append(
              Sequence(tokens: sequence.tokens + [id], logWeight: weight))
            for between in place + 1..<place + depth + 1 { across[between] += exp(weight - first) }
          }
        }
        let depth = given.count - end
        let over = order.children(of: range, depth: depth).next
        if depth == 0 || !over.isEmpty {
          let spaced = sequence.beginning == .withoutSpace ? spaced(probabilities) : 0
          let mass = add(
            sequence.tokens, sequence.logWeight, end: end, probabilities, over, to: &sums,
            ends: depth == 0, mass: depth == 0 ? 1 - spaced : nil
          ) { mayFollow(order.ids[$0], sequence.beginning) }
          for between in place + 1..<ending.count + 1 {
            across[between] += mass * exp(sequence.logWeight - first)
          }
        }
      }
    }
    return try sums.distribution(
      .all, offset: offset, droppedMass: dropped, modelSteps: book.source.modelSteps - before)
  }

  private func mayFollow(_ id: TokenID, _ beginning: Beginning) -> Bool {
    switch beginning {
    case .within: true
    case .withSpace: rule.bringsSpace(id)
    case .withoutSpace: !rule.bringsSpace(id)
    }
  }

  /// The probability of all tokens that bring the space.
  private func spaced(_ probabilities: [Double]) -> Double {
    order.range(startingWith: [UInt8(ascii: " ")]).map { order.ids[$0] }.filter(rule.bringsSpace)
      .reduce(0) { $0 + probabilities[Int($1)] }
  }
}
