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
  /// up to some place, or more.
  struct Settled {
    var given = 0
    var end = 0
    var tokens: [TokenID] = []
  }

  /// A left part.
  private struct Left {
    var memory: ContextBook.Memory
    var successors: Successors
    /// Its tokens from the last settled position on.
    var tokens: [TokenID]
    /// Where it ends, in what is spelled.
    var end: Int
  }

  /// What is given of a text.
  struct Given {
    /// What it spells, with the space that comes before what goes on, if one does.
    var bytes: ArraySlice<UInt8>
    /// Where its own bytes end, and the text may end.
    var end: Int

    var count: Int { bytes.count }
  }

  /// The tokenizer, and which sequences it produces.
  public let rule: CanonicalRule
  let ends: [TokenID]
  let book: ContextBook
  /// The text.
  public var text: [UInt8] { spelled.text }
  /// The text as its tokens spell it.
  public private(set) var spelled = SpelledText()
  private let longest: Int
  /// The canonical sequences from a place on that end at others, where what follows is of no matter.
  private var knownEncodings: (start: Int, byEnd: [Int: [[TokenID]]]) = (0, [:])
  /// What was settled of what was given last.
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
  /// - Throws: `ByteFault.changed`, and what the source throws.
  public func begin(_ text: [UInt8], isOpen: Bool = false) throws {
    guard rule.tellsTexts else { throw ByteFault.changed }
    let spelled = rule.spelled(text)
    let tokens = rule.tokenizer.encode(spelled.bytes)
    let end = isOpen ? settledEnd(of: spelled.bytes, tokens) : spelled.bytes.count
    try book.begin(tokens.prefix { $0.end <= end }.map(\.id))
    self.spelled = spelled
    lastSettled = Settled()
    knownEncodings = (0, [:])
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
    try book.logWeight(of: book.memory(of: rule.tokenizer.encode(spelled.bytes).map(\.id))).value
  }

  /// Adds a byte to the text.
  public func append(_ byte: UInt8) { spelled.append(byte) }

  /// The first `offset` bytes of the text.
  func given(_ offset: Int) -> Given {
    Given(bytes: spelled.given(offset), end: spelled.place(of: offset))
  }

  /// What could follow the first `offset` bytes of the text.
  ///
  /// - Throws: `ByteFault`, and what the source throws.
  public func canonical(at offset: Int) throws -> ByteDistribution {
    let before = book.source.modelSteps
    var sums = ByteSums(leastShare: leastShare)
    let given = given(offset)
    let lefts = leftParts(of: given)
    for left in lefts { try add(left, given, among: lefts, to: &sums) }
    return try sums.distribution(
      .canonical, offset: offset, modelSteps: book.source.modelSteps - before)
  }

  /// The next-token probabilities after the encoding of the first `offset` bytes, summed by first
  /// byte.
  ///
  /// - Throws: what the source throws.
  public func naive(at offset: Int) throws -> ByteDistribution {
    let before = book.source.modelSteps
    let given = given(offset)
    let own = Array(given.bytes[..<given.end])
    let memory = book.memory(of: rule.tokenizer.encode(own).map(\.id))
    let probabilities = try book.probabilities(after: memory)
    var sums = ByteSums(leastShare: 0)
    sums.beginCover(logWeight: try book.logWeight(of: memory, floor: -.infinity).value)
    let opening = order.range(startingWith: given.bytes[given.end...])
    for (byte, range) in order.children(of: opening, depth: given.count - given.end).next {
      sums.add(range.reduce(0) { $0 + probabilities[Int(order.ids[$1])] }, to: byte)
    }
    sums.addEnd(ends.reduce(0) { $0 + probabilities[Int($1)] })
    sums.endCover(tokens: [], end: offset, mass: 1, next: [])
    return try sums.distribution(
      .naive, offset: offset, modelSteps: book.source.modelSteps - before)
  }

  // MARK: Left parts

  /// The left parts of what is given, those that end first before the others.
  private func leftParts(of given: Given) -> [Left] {
    let settled = settled(in: given.bytes)
    let open = Array(given.bytes[settled.end...])
    let trunk = book.memory(of: settled.tokens)
    var lefts: [Left] = []
    for end in max(settled.end, given.count - longest + 1)...given.count {
      let depth = given.count - end
      let successors = order.range(startingWith: given.bytes[end...])
      guard end >= given.end || successors.contains(where: { order.length(at: $0) > depth }) else {
        continue
      }
      for tokens in encodings(of: open, from: settled.end, upTo: end, given) {
        let spelled = Array(open[..<(end - settled.end)])
        let left = Left(
          memory: book.memory(of: tokens, after: trunk),
          successors: rule.successors(of: tokens, spelling: spelled), tokens: tokens,
          end: end)
        // The model is not asked where nothing could follow.
        if end >= given.end
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

  /// The canonical sequences of some bytes from a settled place up to another.
  private func encodings(
    of open: [UInt8], from start: Int, upTo end: Int, _ given: Given
  ) -> [[TokenID]] {
    guard !rule.tokenizer.looksAhead else { return rule.encodings(of: open, upTo: end - start) }
    if knownEncodings.start != start { knownEncodings = (start, [:]) }
    if let found = knownEncodings.byEnd[end] { return found }
    let found = rule.encodings(of: open, upTo: end - start)
    // A space after the text's own bytes is not theirs yet.
    if end <= given.end { knownEncodings.byEnd[end] = found }
    return found
  }

  /// The tokens before the last position at which all sequences agree.
  func settled(in given: ArraySlice<UInt8>) -> Settled {
    let known = lastSettled.given <= given.count ? lastSettled : Settled()
    let open = Array(given[known.end...])
    let tokens = rule.tokenizer.encode(open)
    let position = settledEnd(of: open, tokens)
    let settled = tokens.prefix { $0.end <= position }
    lastSettled = Settled(
      given: given.count, end: known.end + (settled.last?.end ?? 0),
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
  private func add(
    _ left: Left, _ given: Given, among lefts: [Left], to sums: inout ByteSums
  ) throws {
    let weight = try book.logWeight(of: left.memory, floor: sums.floor)
    guard weight.isExact, weight.value >= sums.floor else { return sums.drop(weight.value) }
    let probabilities = try book.probabilities(after: left.memory)
    if left.end == given.count {
      return addExact(left, given, weight.value, probabilities, to: &sums)
    }
    let range = order.range(startingWith: given.bytes[left.end...])
    // All that can follow a text that may end belongs to it; but what follows the space that comes
    // next is told by the left part that has it.
    let mass =
      left.end == given.end
      ? lefts.reduce(1) {
        $1.end > left.end ? $0 - probabilities[Int($1.tokens[left.tokens.count])] : $0
      } : nil
    add(
      left.tokens, weight.value, end: left.end, probabilities,
      order.children(of: range, depth: given.count - left.end).next, to: &sums,
      ends: left.end == given.end, mass: mass
    ) { left.successors.allow($0) }
  }

  /// Adds what a left part contributes that spells all that is given: any token may be next that
  /// leaves the sequence canonical.
  private func addExact(
    _ left: Left, _ given: Given, _ logWeight: Double, _ probabilities: [Double],
    to sums: inout ByteSums
  ) {
    var best = BestTokens()
    sums.beginCover(logWeight: logWeight)
    // Whether a token counts is not worth finding out where it hardly weighs.
    let least = sums.leastProbability
    var byByte = [Double](repeating: 0, count: Int(PieceOrder.noByte) + 1)
    var untested = 0.0
    for id in 0..<min(probabilities.count, order.places.count) {
      let byte = Int(order.firstBytes[id])
      let probability = probabilities[id]
      if probability < least {
        byByte[byte] += probability
        if byte < PieceOrder.noByte { untested += probability }
      } else if byte < PieceOrder.noByte, left.successors.allow(Int(order.places[id])) {
        byByte[byte] += probability
        best.insert(TokenID(id), probability)
      }
    }
    sums.leaveUntested(untested)
    sums.add(byByte.dropLast())
    if left.end == given.end { sums.addEnd(ends.reduce(0) { $0 + probabilities[Int($1)] }) }
    // All that can follow belongs to the given bytes, whether it counts or not.
    sums.endCover(
      tokens: left.tokens, end: spelled.offset(of: left.end), mass: 1, next: best.tokens)
  }

  /// Adds what a sequence of tokens contributes, given the tokens that may come next by their next
  /// byte.
  ///
  /// - Parameters:
  ///   - ends: whether it ends where the given bytes end, so that the text may end with it.
  ///   - mass: what it gives to the given bytes, of its weight; by default the tokens' part.
  ///   - counts: whether the token at a place counts.
  /// - Returns: what it gives to the given bytes, of its weight.
  @discardableResult
  func add(
    _ tokens: [TokenID], _ logWeight: Double, end: Int, _ probabilities: [Double],
    _ next: [(byte: UInt8, range: Range<Int>)], to sums: inout ByteSums, ends: Bool,
    mass: Double? = nil, counts: (Int) -> Bool = { _ in true }
  ) -> Double {
    var counted = 0.0
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
      counted += sum
    }
    if ends { sums.addEnd(self.ends.reduce(0) { $0 + probabilities[Int($1)] }) }
    sums.endCover(
      tokens: tokens, end: spelled.offset(of: end), mass: mass ?? counted, next: best.tokens)
    return mass ?? counted
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
