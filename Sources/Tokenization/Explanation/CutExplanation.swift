/// Why a token of a text begins and ends where it does.
public struct CutExplanation: Sendable, Hashable {
  /// Why there is a boundary.
  public enum Reason: Sendable, Hashable {
    /// The text begins or ends there.
    case edge
    /// An entry that is looked for in the text as a whole begins or ends there.
    case whole
    /// The text is cut into words there, before anything else.
    case word
    /// It lies within a word, between these tokens, which no merge joins.
    case noMerge(TokenID, TokenID)
    /// It lies within a word, in the way to cut it that has the largest sum of scores.
    case bestSum
    /// It lies within a word, where the longest piece that fits ends.
    case longest
    /// It lies within a word, and the tokenizer does not tell why.
    case within
  }

  /// The stretch that holds the token.
  public let stretch: ExplainedStretch
  /// Why the token begins where it does, and why it ends there.
  public let start, end: Reason
  /// How the word that holds the token became tokens; `nil` when that is not known, or the word is
  /// too long.
  public let reasons: WordReasons?
}

extension Tokenizer {
  /// Why a token of a text begins and ends where it does; `nil` for kinds of tokenizers that cannot
  /// tell, and where there is no such token.
  ///
  /// - Parameters:
  ///   - tokens: the text's tokens, as `encode` gives them.
  ///   - index: which of them.
  public func explainCut(of index: Int, in tokens: [Token], text: [UInt8]) -> CutExplanation? {
    guard tokens.indices.contains(index) else { return nil }
    return explainCuts(of: index..<index + 1, in: tokens, text: text).first ?? nil
  }

  /// The same for several tokens; one for each index.
  public func explainCuts(
    of indices: Range<Int>, in tokens: [Token], text: [UInt8]
  ) -> [CutExplanation?] {
    let indices = indices.clamped(to: tokens.indices)
    guard let model = model as? any ExplainedModel, let last = indices.last else {
      return indices.map { _ in nil }
    }
    // Cutting can begin at any stable boundary.
    var first = indices.lowerBound
    while first > 0, !isStableBoundary(tokens[first].start, in: text) { first -= 1 }
    let from = first == 0 ? 0 : max(0, min(tokens[first].start, text.count))
    let stretches = text.withUnsafeBufferPointer {
      model.stretches(of: $0, from: from, to: min(tokens[last].end, text.count))
    }
    var places = CutPlaces(text: text, tokens: tokens, model: model, stretches: stretches)
    return indices.map { places.explain($0) }
  }
}

/// The stretches of a text, and what is known of each.
private struct CutPlaces {
  let text: [UInt8]
  let tokens: [Token]
  let model: any ExplainedModel
  let stretches: [ExplainedStretch]
  private let wholeEdges: Set<Int>
  private var known: (stretch: ExplainedStretch, reasons: WordReasons?)?

  init(
    text: [UInt8], tokens: [Token], model: any ExplainedModel, stretches: [ExplainedStretch]
  ) {
    self.text = text
    self.tokens = tokens
    self.model = model
    self.stretches = stretches
    wholeEdges = stretches.reduce(into: []) { edges, stretch in
      if stretch.isWhole { edges.formUnion([stretch.range.lowerBound, stretch.range.upperBound]) }
    }
  }

  mutating func explain(_ index: Int) -> CutExplanation? {
    let token = tokens[index]
    guard token.start >= 0, token.end <= text.count, token.start < token.end,
      let stretch = stretch(holding: token.start)
    else { return nil }
    let reasons = reasons(of: stretch)
    return CutExplanation(
      stretch: stretch, start: reason(token.start, stretch, reasons, index - 1),
      end: reason(token.end, stretch, reasons, index), reasons: reasons)
  }

  private func reason(
    _ place: Int, _ stretch: ExplainedStretch, _ reasons: WordReasons?, _ left: Int
  ) -> CutExplanation.Reason {
    if place == 0 || place == text.count { return .edge }
    if wholeEdges.contains(place) { return .whole }
    if place == stretch.range.lowerBound || place == stretch.range.upperBound { return .word }
    if case .segmentations = reasons { return .bestSum }
    if case .longest = reasons { return .longest }
    guard tokens.indices.contains(left), tokens.indices.contains(left + 1), case .merges = reasons
    else { return .within }
    return .noMerge(tokens[left].id, tokens[left + 1].id)
  }

  /// The last stretch that begins at or before a place, if it reaches beyond it.
  private func stretch(holding place: Int) -> ExplainedStretch? {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].range.lowerBound <= place { low = middle + 1 } else { high = middle }
    }
    guard low > 0, stretches[low - 1].range.contains(place) else { return nil }
    return stretches[low - 1]
  }

  private mutating func reasons(of stretch: ExplainedStretch) -> WordReasons? {
    if let known, known.stretch == stretch { return known.reasons }
    let reasons =
      stretch.isWhole
      ? nil
      : model.reasons(
        of: stretch.written ?? Array(text[stretch.range]), isFirst: isFirst(stretch))
    known = (stretch, reasons)
    return reasons
  }

  /// Whether the text, or what follows a whole entry, begins with a stretch.
  private func isFirst(_ stretch: ExplainedStretch) -> Bool {
    let start = stretch.range.lowerBound
    return start == 0 || (wholeEdges.contains(start) && !stretch.isWhole)
  }
}
