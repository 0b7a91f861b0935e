/// Which token sequences a tokenizer itself would produce.
///
/// A sequence is *canonical* when it is the beginning of an encoding: when some text that begins
/// with what it spells has it as its first tokens. For most sequences that means that encoding what
/// they spell gives them back. It takes what follows to tell where they end within a character, in
/// white space (a run of it gives its last character to a word that follows), or in an English
/// ending (`'r` may become `'re`); then all kinds of what may follow are tried.
///
/// Words are cut looking forwards, and the merges within one depend on nothing beyond the two tokens
/// at a boundary, so that a text cut off anywhere in a word begins with the same tokens.
/// `CanonicalRuleTests` holds this against the definition.
///
/// Special tokens are not produced from bytes. Not `Sendable`: it remembers what it has looked up.
public final class CanonicalRule {
  /// The tokenizer, of texts as their tokens spell them.
  public let tokenizer: Tokenizer
  /// Whether what the tokens of a text say tells the text.
  public let tellsTexts: Bool
  /// The tokenizer of texts as they are, where tokens spell more than these.
  private let original: Tokenizer?
  private var completions = CharacterCompletions()
  /// Whether an entry is the encoding of its own bytes: 0 where that is not known yet, 1 yes, 2 no.
  private var reachable: [UInt8]
  /// For the last character of a text, by its bytes: which groups are cut off from it.
  private var cuts: [[UInt8]: [Bool]] = [:]
  private var successorBook = SuccessorBook()
  private let pairs: PairRule?
  /// Whether an entry is made of lower-case ASCII letters alone, where that matters: `[vocabulary]`.
  private let isLetters: [Bool]

  /// The entries in the order of their bytes.
  public let order: PieceOrder
  /// The entries by their first character.
  public let groups: [PieceGroups.Group]
  /// The groups whose characters can undo a token before them.
  private let undoing: [Int]
  /// The group of the entry at each place of the order.
  let groupOfPlace: [Int32]

  /// The rule of a tokenizer.
  public init(_ tokenizer: Tokenizer) {
    switch tokenizer.model.spelling {
    case .same: (self.tokenizer, original, tellsTexts) = (tokenizer, nil, true)
    case .changed: (self.tokenizer, original, tellsTexts) = (tokenizer, nil, false)
    case .afterSpaces(let writing):
      var spelled = Tokenizer(
        name: tokenizer.name, model: writing(), affixes: tokenizer.affixes)
      spelled.vocabulary = tokenizer.vocabulary
      (self.tokenizer, original, tellsTexts) = (spelled, tokenizer, true)
    }
    reachable = [UInt8](repeating: 0, count: tokenizer.vocabulary.count)
    pairs = self.tokenizer.model.pairRule()
    let wordsOnly = pairs.map { !$0.holdsAnywhere } ?? false
    isLetters = (0..<TokenID(wordsOnly ? tokenizer.vocabulary.count : 0)).map { id in
      let bytes = tokenizer.vocabulary.bytes(of: id)
      return !bytes.isEmpty && bytes.allSatisfy(Self.isLetter)
    }
    order = PieceOrder(tokenizer.vocabulary)
    let groups = PieceGroups(order).groups
    self.groups = groups
    var groupOfPlace = [Int32](repeating: 0, count: order.ids.count)
    for (index, group) in groups.enumerated() {
      for place in group.places { groupOfPlace[place] = Int32(index) }
    }
    self.groupOfPlace = groupOfPlace
    let characters = pairs?.undoing ?? []
    undoing = groups.indices.filter { groups[$0].character.map(characters.contains) ?? false }
  }

  /// A text as its tokens spell it; special tokens written in it are those tokens.
  public func spelled(_ text: [UInt8]) -> SpelledText {
    guard let original else { return SpelledText(text) }
    let specials = original.encode(text).filter { original.vocabulary.isSpecial($0.id) }
    return SpelledText(text, specials: specials.map { $0.start..<$0.end })
  }

  /// Where a space is put before texts: whether a text whose first token is this one begins with what
  /// the token says after a space.
  public func bringsSpace(_ id: TokenID) -> Bool { tokenizer.model.bringsSpace(id) }

  /// The last position of a text from which on its beginning no longer matters: every text that
  /// begins with these bytes has a token boundary there, and the tokens before it are known.
  public func lastStableBoundary(in text: [UInt8]) -> Int {
    let tail = CharacterCompletions.tail(of: text)
    // The character after a boundary must be whole.
    var position = text.count - tail.count - 1
    while position > 0 {
      if tokenizer.isStableBoundary(position, in: text) { return position }
      position -= 1
    }
    return 0
  }

  /// The canonical sequences that spell `bytes[..<end]`, which begin at a stable boundary.
  ///
  /// - Parameter bytes: also what is known of the text after `end`.
  /// - Returns: one; several where it takes what follows to tell.
  public func encodings(of bytes: [UInt8], upTo end: Int) -> [[TokenID]] {
    var found: [[TokenID]] = []
    for rest in continuations(of: bytes) {
      let tokens = tokenizer.encode(bytes + rest, upTo: end).map(\.id)
      if !found.contains(tokens) { found.append(tokens) }
    }
    return found
  }

  /// Whether a canonical sequence stays canonical when one more token follows.
  ///
  /// - Parameters:
  ///   - left: the sequence, which begins at a stable boundary.
  ///   - bytes: what it spells.
  public func allows(_ id: TokenID, after left: [TokenID], spelling bytes: [UInt8]) -> Bool {
    if let pairs, let last = left.last,
      pairs.holdsAnywhere || isLetters[Int(id)] && Self.goesOnWithLetters(bytes),
      let staysApart = pairs.staysApart(last, id)
    {
      return staysApart
    }
    let piece = tokenizer.vocabulary.bytes(of: id)
    guard !piece.isEmpty else { return false }
    let text = bytes + piece
    let beginsWhole =
      CharacterCompletions.tail(of: bytes).isEmpty
      && CharacterCompletions.tail(of: piece.prefix(4)).count < piece.count
    if beginsWhole, bytes.isEmpty || tokenizer.isStableBoundary(bytes.count, in: text) {
      return isReachable(id)
    }
    return isBeginning(left + [id], spelling: text)
  }

  /// Which tokens may follow a canonical sequence; what was asked before is remembered.
  ///
  /// - Parameters:
  ///   - left: the sequence, which begins at a stable boundary.
  ///   - bytes: what it spells.
  public func successors(of left: [TokenID], spelling bytes: [UInt8]) -> Successors {
    let tail = left.suffix(tokenizer.model.tail(of: left))
    let count = tail.reduce(0) { $0 + tokenizer.vocabulary.byteCount(of: $1) }
    return successorBook.successors(of: Array(tail), spelling: bytes.suffix(count), self)
  }

  /// For each group, whether all texts that spell `bytes` and then one of its entries are cut
  /// between the two, so that each entry may follow that is the encoding of its own bytes.
  ///
  /// - Parameter bytes: what a sequence spells that begins at a stable boundary.
  func cutGroups(after bytes: [UInt8]) -> [Bool] {
    let last = Self.lastCharacter(of: bytes)
    if let found = cuts[last] { return found }
    let isWhole = CharacterCompletions.tail(of: bytes).isEmpty
    let found = groups.map { group in
      guard isWhole, let character = group.character else { return false }
      return bytes.isEmpty || tokenizer.isStableBoundary(last.count, in: last + character)
    }
    cuts[last] = found
    return found
  }

  /// The groups of which no entry may follow a sequence whose last token is this one.
  func barredGroups(after last: TokenID?) -> [Int] {
    guard let pairs, let last else { return [] }
    return undoing.filter { group in
      groups[group].character.map { pairs.isUndone(last, by: $0) } ?? false
    }
  }

  private static func lastCharacter(of bytes: [UInt8]) -> [UInt8] {
    let end = bytes.suffix(4)
    let begin = end.lastIndex { !UTF8Sequence.isContinuation($0) } ?? end.startIndex
    return Array(bytes[begin...])
  }

  /// Whether an entry is the encoding of its own bytes, or the beginning of one that starts so.
  func isReachable(_ id: TokenID) -> Bool {
    if reachable[Int(id)] == 0 {
      let piece = tokenizer.vocabulary.bytes(of: id)
      reachable[Int(id)] = isBeginning([id], spelling: piece) ? 1 : 2
    }
    return reachable[Int(id)] == 1
  }

  private func isBeginning(_ tokens: [TokenID], spelling text: [UInt8]) -> Bool {
    continuations(of: text).contains { rest in
      tokenizer.encode(text + rest, upTo: text.count).lazy.map(\.id).elementsEqual(tokens)
    }
  }

  /// What may follow a text, as far as its own tokens can depend on it: one of each kind.
  private func continuations(of text: [UInt8]) -> [[UInt8]] {
    guard tokenizer.looksAhead else { return [[]] }
    let tail = CharacterCompletions.tail(of: text)
    if !tail.isEmpty {
      return completions.completions(of: tail).flatMap { [$0, $0 + [UInt8(ascii: "a")]] }
        + Self.breaking
    }
    if Self.endsInSpace(text) { return Self.afterSpace }
    if text.suffix(3).contains(where: Self.apostrophes.contains) { return Self.afterApostrophe }
    return [[]]
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
  }

  /// Whether lower-case ASCII letters after a text are in the word that its last token belongs to:
  /// after such letters without an apostrophe before them, or after a space between letters.
  private static func goesOnWithLetters(_ text: [UInt8]) -> Bool {
    guard let last = text.last else { return false }
    if last == UInt8(ascii: " ") { return text.dropLast().last.map(isLetter) ?? false }
    guard isLetter(last) else { return false }
    let before = text.last { !isLetter($0) }
    return before.map { !apostrophes.contains($0) } ?? true
  }

  private static func endsInSpace(_ text: [UInt8]) -> Bool {
    text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress,
        let last = UTF8Sequence.scalar(in: base, before: bytes.count),
        let scalar = Unicode.Scalar(last.value)
      else { return false }
      return scalar.properties.isWhitespace
    }
  }

  /// What makes the bytes before it no character.
  private static let breaking: [[UInt8]] = [[UInt8(ascii: "a")], [UInt8(ascii: " ")]]
  private static let apostrophes: Set<UInt8> = [UInt8(ascii: "'"), 0x99]
  private static let afterSpace: [[UInt8]] = ["", "a", "A", "1", "!", "'", " ", "\n", "\n\n", "今"]
    .map { Array($0.utf8) }
  private static let afterApostrophe: [[UInt8]] = [[]] + "stmdrevlSTMDREVLa ".utf8.map { [$0] }
}
