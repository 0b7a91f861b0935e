import Foundation
public import Tokenization

/// The exact distribution of the next byte, at any byte of a text, by the canonical sequences of
/// tokens (Phan et al. 2024, "Exact Byte-Level Probabilities from Tokenized Language Models").
///
/// ## How
/// Let the text be x, of n bytes, and b the last position before which all tokens are settled. A
/// sequence that spells x is a *left* part, which ends at some p between b and n, and one more token
/// that begins with the bytes from p to n. A left part is a canonical sequence of the bytes from b
/// to p, so there is one of them for nearly every p, and they share their beginnings. So
///
///     P(x, then byte c) = Σ over left parts   P(left) · Σ over tokens   P(token | left)
///
/// where the inner sum goes over the tokens that spell the bytes from p to n and then c, and with
/// which the sequence stays canonical. A left part that ends before n matters only if there is such a
/// token at all; that is known without the model.
///
/// Going on by a byte changes no left part, so it costs the model one token at most places. Not
/// `Sendable`: it belongs to its source's thread.
public final class ByteCovers {
  /// The tokens before some position, which no sequence can have otherwise that spells what is given
  /// up to an offset, or more.
  struct Settled {
    var offset = 0
    var end = 0
    var tokens: [TokenID] = []
  }

  /// A left part.
  private struct Left {
    var memory: ContextBook.Memory
    var successors: Successors
    /// Its tokens from the last settled position on.
    var tokens: [TokenID]
    /// Where it ends, in bytes.
    var end: Int
  }

  /// The tokenizer, and which sequences it produces.
  public let rule: CanonicalRule
  let ends: [TokenID]
  let book: ContextBook
  /// The text.
  public private(set) var text: [UInt8] = []
  private let longest: Int
  /// What was settled at the last offset that was asked for.
  private var lastSettled = Settled()

  /// Left parts with a smaller share are left out, and reported as dropped. 0 leaves out none.
  public var leastShare = 0.0

  /// A share that is too small for a person to see, and spares the model most of its steps.
  public static let standardLeastShare = 1e-4

  /// Covers of a model's texts, but for shares too small to see.
  ///
  /// - Parameter rule: that of the model's tokenizer; by default one of their own.
  public convenience init(_ evaluator: Evaluator, rule: CanonicalRule? = nil) {
    self.init(
      rule: rule ?? CanonicalRule(evaluator.model.tokenizer), source: ModelSource(evaluator))
    leastShare = Self.standardLeastShare
  }

  /// Covers of a tokenizer's texts.
  public init(rule: CanonicalRule, source: any NextTokenSource) {
    let vocabulary = rule.tokenizer.vocabulary
    self.rule = rule
    book = ContextBook(source)
    longest = rule.order.ids.reduce(0) { max($0, vocabulary.byteCount(of: $1)) }
    ends = vocabulary.endOfGeneration.sorted()
  }

  /// Sets the text; special tokens written in it are those tokens.
  ///
  /// - Parameter isOpen: whether it will go on, byte by byte: then only tokens that nothing can
  ///   change are taken in as the text's own.
  /// - Throws: what the source throws.
  public func begin(_ text: [UInt8], isOpen: Bool = false) throws {
    let tokens = rule.tokenizer.encode(text)
    let end = isOpen ? settledEnd(of: text, tokens) : text.count
    try book.begin(tokens.prefix { $0.end <= end }.map(\.id))
    self.text = text
    lastSettled = Settled()
  }

  /// Takes in what has settled of a text that goes on, so that less is kept of the ways to cut it.
  ///
  /// - Throws: what the source throws.
  public func settle() throws { try begin(text, isOpen: true) }

  /// How many tokens have been taken through the model so far.
  public var modelSteps: Int { book.source.modelSteps }

  /// The logarithm of the probability of the text's own encoding, in nats.
  ///
  /// - Throws: what the source throws.
  public func logProbabilityByTokens() throws -> Double {
    try book.logWeight(of: book.memory(of: rule.tokenizer.encode(text).map(\.id))).value
  }

  /// Adds a byte to the text.
  public func append(_ byte: UInt8) { text.append(byte) }

  /// What could follow the first `offset` bytes of the text.
  ///
  /// - Throws: `ByteFault`, and what the source throws.
  public func canonical(at offset: Int) throws -> ByteDistribution {
    let before = book.source.modelSteps
    var sums = ByteSums(leastShare: leastShare)
    for left in leftParts(at: offset) { try add(left, at: offset, to: &sums) }
    return try sums.distribution(
      .canonical, offset: offset, modelSteps: book.source.modelSteps - before)
  }

  /// The next-token probabilities after the encoding of the first `offset` bytes, summed by first
  /// byte.
  ///
  /// - Throws: what the source throws.
  public func naive(at offset: Int) throws -> ByteDistribution {
    let before = book.source.modelSteps
    let memory = book.memory(of: rule.tokenizer.encode(Array(text[..<offset])).map(\.id))
    let probabilities = try book.probabilities(after: memory)
    var sums = ByteSums(leastShare: 0)
    sums.beginCover(logWeight: try book.logWeight(of: memory, floor: -.infinity).value)
    for (byte, range) in order.children(of: 0..<order.ids.count, depth: 0).next {
      sums.add(range.reduce(0) { $0 + probabilities[Int(order.ids[$1])] }, to: byte)
    }
    sums.addEnd(ends.reduce(0) { $0 + probabilities[Int($1)] })
    sums.endCover(tokens: [], end: offset, mass: 1, next: [])
    return try sums.distribution(
      .naive, offset: offset, modelSteps: book.source.modelSteps - before)
  }

  // MARK: Left parts

  /// The left parts of what is given, those that end first before the others.
  private func leftParts(at offset: Int) -> [Left] {
    let settled = settled(at: offset)
    let open = Array(text[settled.end..<offset])
    let trunk = book.memory(of: settled.tokens)
    var lefts: [Left] = []
    for end in max(settled.end, offset - longest + 1)...offset {
      let depth = offset - end
      let successors = order.range(startingWith: text[end..<offset])
      guard depth == 0 || successors.contains(where: { order.length(at: $0) > depth }) else {
        continue
      }
      for tokens in rule.encodings(of: open, upTo: end - settled.end) {
        let spelled = Array(open[..<(end - settled.end)])
        let left = Left(
          memory: book.memory(of: tokens, after: trunk),
          successors: rule.successors(of: tokens, spelling: spelled), tokens: tokens,
          end: end)
        // The model is not asked where nothing could follow.
        if depth == 0
          || successors.contains(where: {
            order.length(at: $0) > depth && left.successors.allow($0)
          })
        {
          lefts.append(left)
        }
      }
    }
    return lefts
  }

  /// The tokens before the last position at which all sequences agree.
  func settled(at offset: Int) -> Settled {
    let known = lastSettled.offset <= offset ? lastSettled : Settled()
    let open = Array(text[known.end..<offset])
    let tokens = rule.tokenizer.encode(open)
    let position = settledEnd(of: open, tokens)
    let settled = tokens.prefix { $0.end <= position }
    lastSettled = Settled(
      offset: offset, end: known.end + (settled.last?.end ?? 0),
      tokens: known.tokens + settled.map(\.id))
    return lastSettled
  }

  /// The last place of a text, with these tokens, at which all sequences agree. Nothing is settled
  /// within a special token, but after it everything is.
  private func settledEnd(of text: [UInt8], _ tokens: [Token]) -> Int {
    max(rule.lastStableBoundary(in: text), lastSpecialEnd(of: tokens))
  }

  /// Where the last special token of a text ends: other tokens do not spell it.
  func lastSpecialEnd(of tokens: [Token]) -> Int {
    tokens.last { rule.tokenizer.vocabulary.isSpecial($0.id) }?.end ?? 0
  }

  /// Adds what a left part contributes.
  private func add(_ left: Left, at offset: Int, to sums: inout ByteSums) throws {
    let weight = try book.logWeight(of: left.memory, floor: sums.floor)
    guard weight.isExact, weight.value >= sums.floor else { return sums.drop(weight.value) }
    let probabilities = try book.probabilities(after: left.memory)
    if left.end == offset { return addExact(left, weight.value, probabilities, to: &sums) }
    let range = order.range(startingWith: text[left.end..<offset])
    add(
      left.tokens, weight.value, end: left.end, probabilities,
      order.children(of: range, depth: offset - left.end).next, to: &sums, ends: false
    ) { left.successors.allow($0) }
  }

  /// Adds what a left part contributes that spells all that is given: any token may be next that
  /// leaves the sequence canonical.
  private func addExact(
    _ left: Left, _ logWeight: Double, _ probabilities: [Double], to sums: inout ByteSums
  ) {
    var best = BestTokens()
    sums.beginCover(logWeight: logWeight)
    // Whether a token counts is not worth finding out where it hardly weighs.
    let least = sums.leastProbability
    for group in rule.groups {
      var sum = 0.0
      for place in group.places {
        let id = order.ids[place]
        let probability = probabilities[Int(id)]
        if probability < least {
          sums.leaveUntested(probability)
        } else if !left.successors.allow(place) {
          continue
        }
        sum += probability
        best.insert(id, probability)
      }
      sums.add(sum, to: group.byte)
    }
    sums.addEnd(ends.reduce(0) { $0 + probabilities[Int($1)] })
    // All that can follow belongs to the given bytes, whether it counts or not.
    sums.endCover(tokens: left.tokens, end: left.end, mass: 1, next: best.tokens)
  }

  /// Adds what a sequence of tokens contributes, given the tokens that may come next by their next
  /// byte.
  ///
  /// - Parameters:
  ///   - ends: whether it ends where the given bytes end, so that the text may end with it.
  ///   - counts: whether the token at a place counts.
  /// - Returns: what it gives to the given bytes, of its weight.
  @discardableResult
  func add(
    _ tokens: [TokenID], _ logWeight: Double, end: Int, _ probabilities: [Double],
    _ next: [(byte: UInt8, range: Range<Int>)], to sums: inout ByteSums, ends: Bool,
    counts: (Int) -> Bool = { _ in true }
  ) -> Double {
    var mass = 0.0
    var best = BestTokens()
    sums.beginCover(logWeight: logWeight)
    for (byte, places) in next {
      var sum = 0.0
      for place in places where counts(place) {
        let probability = probabilities[Int(order.ids[place])]
        sum += probability
        best.insert(order.ids[place], probability)
      }
      sums.add(sum, to: byte)
      mass += sum
    }
    if ends {
      sums.addEnd(self.ends.reduce(0) { $0 + probabilities[Int($1)] })
      mass = 1
    }
    sums.endCover(tokens: tokens, end: end, mass: mass, next: best.tokens)
    return mass
  }

  var order: PieceOrder { rule.order }
}

/// The likeliest of some tokens, best first.
private struct BestTokens {
  private(set) var tokens: [(id: TokenID, share: Double)] = []
  private var least = 0.0

  /// How many are kept.
  private static let count = 8

  @inline(__always)
  mutating func insert(_ id: TokenID, _ share: Double) {
    if share > least { place(id, share) }
  }

  private mutating func place(_ id: TokenID, _ share: Double) {
    let place = tokens.firstIndex { $0.share < share } ?? tokens.count
    tokens.insert((id, share), at: place)
    if tokens.count > Self.count { tokens.removeLast() }
    if tokens.count == Self.count { least = tokens[Self.count - 1].share }
  }
}
