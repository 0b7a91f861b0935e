/// All that a tokenizer can tell about one of its entries.
public struct TokenExplanation: Sendable, Hashable {
  /// The entry.
  public let id: TokenID
  /// Its bytes.
  public let bytes: [UInt8]
  /// Its kind.
  public let kind: TokenKind
  /// The merges that build it; `nil` for entries that no merges build.
  public let tree: MergeTree?
  /// What encoding its own text gives.
  public let encoding: [TokenID]
  /// Whether encoding its own text gives it alone: `encode(decode([id])) == [id]`.
  public let isItsOwnEncoding: Bool
  /// Whether any text was found that has it as a token (`Tokenizer.isReachable`); `nil` for entries
  /// that are no whole characters.
  public let isReachable: Bool?
  /// Other entries that say the same apart from case and a leading space.
  public let variants: [TokenID]
  /// Entries just before and after it in the order of bytes.
  public let before, after: [TokenID]
  /// Some of the entries that begin with its bytes.
  public let extensions: [TokenID]
  /// How many entries begin with its bytes, itself left out.
  public let extensionCount: Int
}

extension Tokenizer {
  /// Explains an entry; `nil` when there is none of this id.
  ///
  /// - Parameter neighbours: how many entries on each side, and how many extensions, are named.
  public func explain(
    _ id: TokenID, index: VocabularyIndex, neighbours count: Int = 4
  ) -> TokenExplanation? {
    guard vocabulary.contains(id) else { return nil }
    let encoding = encode(decode([id]), parsesSpecials: true).map(\.id)
    let around = index.neighbours(of: id, count: count)
    let longer = index.extensions(of: id, limit: count)
    return TokenExplanation(
      id: id, bytes: vocabulary.bytes(of: id), kind: vocabulary.kind(of: id),
      tree: mergeTree(of: id), encoding: encoding, isItsOwnEncoding: encoding == [id],
      isReachable: isReachable(id), variants: index.variants(of: id), before: around.before,
      after: around.after, extensions: longer.first, extensionCount: longer.count)
  }

  /// The merges that build an entry; `nil` where none do.
  public func mergeTree(of id: TokenID) -> MergeTree? {
    guard let model = model as? any ExplainedModel, vocabulary.contains(id),
      let trace = model.trace(of: id), trace.trees.count == 1,
      let tree = trace.trees.first, tree.id == id
    else { return nil }
    return tree
  }

  /// Whether some text has an entry as a token: its own text alone, or after one of a few others,
  /// since tokenizers that put a space before every text say some entries only within one. Special
  /// entries are reached by being written. `nil` for entries that are no whole characters, whose
  /// neighbours in a text decide.
  ///
  /// An entry that is not reachable was never seen while the model was trained on texts that this
  /// tokenizer cut: such entries are where models misbehave.
  ///
  /// Paper: Land, Bartolo 2024, "Fishing for Magikarp".
  public func isReachable(_ id: TokenID) -> Bool? {
    let piece = vocabulary.bytes(of: id)
    guard piece.withUnsafeBufferPointer({ UTF8Sequence.isValid($0) }) else { return nil }
    guard !piece.isEmpty else { return false }
    if encode(decode([id])).map(\.id) == [id] { return true }
    return Self.contexts.contains { context in
      encode(context + piece).contains { $0.id == id && $0.start >= context.count }
    }
  }

  /// Entries that no text was found for; special ones, which steer the model, and those that are no
  /// whole characters are left out.
  ///
  /// - Parameter progress: hears how far it is, in per cent, and may throw to give up.
  public func unreachableEntries(progress: (Int) throws -> Void) rethrows -> [TokenID] {
    var found: [TokenID] = []
    for id in 0..<TokenID(vocabulary.count) {
      if id % 4096 == 0 { try progress(Int(id) * 100 / vocabulary.count) }
      switch vocabulary.kind(of: id) {
      case .normal, .userDefined, .byte: if isReachable(id) == false { found.append(id) }
      case .control, .unknown, .unused: break
      }
    }
    return found
  }

  /// Texts after which an entry is tried.
  private static let contexts: [[UInt8]] = ["\n", "a", ".", "1", "é"].map { Array($0.utf8) }
}
