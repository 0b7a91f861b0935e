/// Unicode's four normal forms (Unicode Standard Annex 15), each character of the result with what
/// it stands for: characters that come of one stand for it, those that were composed for the first.
enum NormalForm: Sendable {
  case nfc, nfd, nfkc, nfkd

  private var composes: Bool { self == .nfc || self == .nfkc }

  private var rules: NormalRules {
    self == .nfkc || self == .nfkd ? .compatible : .canonical
  }

  /// The text in this form.
  func applied(to text: AlignedText) -> AlignedText {
    // Below, nothing decomposes, and nothing composes without a mark.
    let least: UInt8 = self == .nfc ? 0xCC : 0xC2
    guard text.bytes.contains(where: { $0 >= least }) else { return text }
    let changes = decomposed(text)
    return text.transformed(composes ? Self.composed(changes) : changes)
  }

  private func decomposed(_ text: AlignedText) -> [AlignedText.Change] {
    let rules = rules
    var changes: [AlignedText.Change] = []
    changes.reserveCapacity(text.bytes.count)
    // Where a run of marks begins that is not yet in order.
    var pending = 0
    func add(_ unit: UInt32, _ shift: Int) {
      let isStarter = NormalRules.combiningClass(unit) == 0
      if isStarter { Self.order(&changes, from: pending) }
      changes.append(AlignedText.Change(unit: unit, shift: shift))
      if isStarter { pending = changes.count }
    }
    text.forEachScalar { scalar, range in
      guard let scalar else {
        return add(AlignedText.strayByte + UInt32(text.bytes[range.lowerBound]), 0)
      }
      guard scalar.value >= 0xA0, let parts = rules.decomposition(of: scalar.value) else {
        return add(scalar.value, 0)
      }
      for (index, part) in parts.enumerated() { add(part, index == 0 ? 0 : 1) }
    }
    Self.order(&changes, from: pending)
    return changes
  }

  /// Puts a run of marks into canonical order.
  private static func order(_ changes: inout [AlignedText.Change], from start: Int) {
    guard changes.count - start > 1 else { return }
    let marks = changes[start...].enumerated().map {
      (mark: $1, order: (NormalRules.combiningClass($1.unit), $0))
    }
    changes.replaceSubrange(start..., with: marks.sorted { $0.order < $1.order }.map(\.mark))
  }

  private static func composed(_ parts: [AlignedText.Change]) -> [AlignedText.Change] {
    var result: [AlignedText.Change] = []
    result.reserveCapacity(parts.count)
    var starter: AlignedText.Change?
    // Marks between the starter and what is looked at, and the class of the last of them.
    var between: [AlignedText.Change] = []
    var lastClass: UInt8?
    for part in parts {
      let ownClass = NormalRules.combiningClass(part.unit)
      guard let first = starter else {
        if ownClass == 0 { starter = part } else { result.append(part) }
        continue
      }
      let isBlocked = lastClass.map { $0 >= ownClass } ?? false
      if !isBlocked, let whole = NormalRules.composition(of: first.unit, part.unit) {
        starter = AlignedText.Change(unit: whole, shift: first.shift + part.shift - 1)
      } else if ownClass == 0 {
        result.append(first)
        result += between
        between.removeAll(keepingCapacity: true)
        lastClass = nil
        starter = part
      } else {
        between.append(part)
        lastClass = ownClass
      }
    }
    if let starter { result.append(starter) }
    return result + between
  }
}
