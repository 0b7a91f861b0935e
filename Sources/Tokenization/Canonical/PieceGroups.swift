/// The entries of an order by their first character: what may follow a token depends for most only
/// on that.
public struct PieceGroups: Sendable {
  /// Entries that stand together in the order.
  public struct Group: Sendable {
    /// Their places.
    public let places: Range<Int>
    /// The character that all begin with; `nil` where the entries' first bytes are not a whole one.
    public let character: [UInt8]?
  }

  /// All groups, in order.
  public let groups: [Group]

  /// The groups of an order.
  public init(_ order: PieceOrder) {
    var groups: [Group] = []
    /// Entries that share `prefix`, of which the first byte tells that a character has `length`.
    func add(_ range: Range<Int>, _ prefix: [UInt8], length: Int) {
      let whole = prefix.count == length && String(validating: prefix, as: UTF8.self) != nil
      guard prefix.count < length, length > 1 else {
        return groups.append(
          Group(places: range, character: whole ? prefix : nil))
      }
      let (ending, next) = order.children(of: range, depth: prefix.count)
      if !ending.isEmpty {
        groups.append(Group(places: ending, character: nil))
      }
      for (byte, range) in next {
        if UTF8Sequence.isContinuation(byte) {
          add(range, prefix + [byte], length: length)
        } else {
          groups.append(Group(places: range, character: nil))
        }
      }
    }
    for (byte, range) in order.children(of: 0..<order.ids.count, depth: 0).next {
      add(range, [byte], length: UTF8Sequence.length(lead: byte))
    }
    self.groups = groups
  }
}
