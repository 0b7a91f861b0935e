/// Which tokens may follow a canonical sequence, as far as that has been asked.
///
/// It depends on the tokens since the last stable boundary and on nothing before, so what was found
/// out for an indentation or a common word holds wherever it stands. Not `Sendable`: it belongs to
/// its rule.
public final class Successors {
  private unowned let rule: CanonicalRule
  private let tokens: [TokenID]
  private let spelled: [UInt8]
  /// For each group of the rule, whether it is cut off from what the sequence spells.
  private let cuts: [Bool]
  /// The groups, few if any, of which no entry may follow.
  private let barred: [Int]
  /// For each place of the order: 0 where not known, 1 where the token may follow, 2 where not; empty
  /// as long as nothing is known.
  private var known: [UInt8] = []

  init(of tokens: [TokenID], spelling spelled: [UInt8], _ rule: CanonicalRule) {
    self.rule = rule
    self.tokens = tokens
    self.spelled = spelled
    cuts = rule.cutGroups(after: spelled)
    barred = rule.barredGroups(after: tokens.last)
  }

  /// Whether the token at a place of the rule's order may follow.
  public func allow(_ place: Int) -> Bool {
    let group = Int(rule.groupOfPlace[place])
    guard barred.isEmpty || !barred.contains(group) else { return false }
    let id = rule.order.ids[place]
    if cuts[group] { return rule.isReachable(id) }
    if known.isEmpty { known = [UInt8](repeating: 0, count: rule.order.ids.count) }
    if known[place] == 0 {
      known[place] = rule.allows(id, after: tokens, spelling: spelled) ? 1 : 2
    }
    return known[place] == 1
  }
}

/// The successors of the sequences that were asked for lately.
struct SuccessorBook {
  private var known: [[TokenID]: Successors] = [:]
  private var latest: [[TokenID]] = []

  /// Bytes that all together take at most.
  private static let mostBytes = 32 << 20

  /// The successors of a sequence.
  mutating func successors(
    of tokens: [TokenID], spelling spelled: some Sequence<UInt8>, _ rule: CanonicalRule
  ) -> Successors {
    if let found = known[tokens] { return found }
    let most = max(16, Self.mostBytes / max(1, rule.order.ids.count))
    if latest.count >= most {
      for old in latest.prefix(most / 2) { known[old] = nil }
      latest.removeFirst(most / 2)
    }
    let found = Successors(of: tokens, spelling: Array(spelled), rule)
    known[tokens] = found
    latest.append(tokens)
    return found
  }
}
