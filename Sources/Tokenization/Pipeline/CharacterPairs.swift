/// BPE whose symbols are characters rather than bytes, as in `tokenizer.json` files made of
/// SentencePiece models: what is no entry falls back to bytes or to the unknown entry.
///
/// A word of n characters costs O(n log n) time.
struct CharacterPairs: WordModel {
  let entries: WrittenEntries
  let merges: MergeTable
  var settings = Settings()

  /// What a file may ask for.
  struct Settings: Sendable {
    var unknown: TokenID?
    /// Whether neighbouring unknown characters are one token.
    var fusesUnknown = false
    /// The entries of single bytes, -1 where there is none, if characters fall back to them.
    var byteEntries: [TokenID]?
    /// Put before every character but a word's first.
    var continuing: [UInt8] = []
    /// Put after a word's last character.
    var ending: [UInt8] = []
    var ignoresMerges = false
  }

  private struct Symbol {
    var id: TokenID
    var start: Int
    var end: Int
    var previous: Int
    var next: Int
  }

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, words: [Range<Int>], into tokens: inout [Token]
  ) {
    for word in words {
      if settings.ignoresMerges, let id = entries.find(Array(text[word])) {
        tokens.append(Token(id: id, start: word.lowerBound, end: word.upperBound))
        continue
      }
      var symbols = symbols(text, word)
      merge(&symbols)
      for symbol in symbols where symbol.id >= 0 {
        tokens.append(Token(id: symbol.id, start: symbol.start, end: symbol.end))
      }
    }
  }

  private func symbols(_ text: UnsafeBufferPointer<UInt8>, _ word: Range<Int>) -> [Symbol] {
    var symbols: [Symbol] = []
    guard let base = text.baseAddress else { return symbols }
    var unknownEnd: Int?
    func add(_ id: TokenID, _ start: Int, _ end: Int) {
      symbols.append(
        Symbol(
          id: id, start: start, end: end, previous: symbols.count - 1, next: symbols.count + 1))
    }
    var position = word.lowerBound
    var piece: [UInt8] = []
    while position < word.upperBound {
      let length = UTF8Sequence.scalar(in: base, at: position, end: word.upperBound)?.length ?? 1
      let end = position + length
      piece.removeAll(keepingCapacity: true)
      if position > word.lowerBound { piece += settings.continuing }
      piece += text[position..<end]
      if end == word.upperBound { piece += settings.ending }
      if let id = entries.find(piece) {
        add(id, position, end)
        unknownEnd = nil
      } else if let bytes = settings.byteEntries, piece.allSatisfy({ bytes[Int($0)] >= 0 }) {
        for (index, byte) in piece.enumerated() {
          let place = min(position + index, end - 1)
          add(bytes[Int(byte)], place, place + 1)
        }
        unknownEnd = nil
      } else if let unknown = settings.unknown {
        if settings.fusesUnknown, unknownEnd == position {
          symbols[symbols.count - 1].end = end
        } else {
          add(unknown, position, end)
        }
        unknownEnd = end
      }
      position = end
    }
    return symbols
  }

  private func merge(_ symbols: inout [Symbol]) {
    guard symbols.count > 1 else { return }
    var queue = MergeQueue(capacity: symbols.count)
    for place in 0..<symbols.count - 1 {
      queue.collect(merges.merge(symbols[place].id, symbols[place + 1].id), at: place)
    }
    queue.order()
    while let (merge, place) = queue.popFirst() {
      let next = symbols[place].next
      guard symbols[place].id >= 0, next < symbols.count,
        merges.merge(symbols[place].id, symbols[next].id) == merge
      else { continue }
      symbols[place].id = MergeTable.joined(merge)
      symbols[place].end = symbols[next].end
      symbols[place].next = symbols[next].next
      symbols[next].id = -1
      let after = symbols[place].next
      if after < symbols.count {
        symbols[after].previous = place
        queue.insert(merges.merge(symbols[place].id, symbols[after].id), at: place)
      }
      let before = symbols[place].previous
      if before >= 0 {
        queue.insert(merges.merge(symbols[before].id, symbols[place].id), at: before)
      }
    }
  }

  func reasons(of word: [UInt8]) -> WordReasons? {
    if settings.ignoresMerges, let id = entries.find(word) { return .entry(id) }
    return trace(of: word).map { .merges($0) }
  }

  func trace(of word: [UInt8]) -> MergeTrace? {
    guard !word.isEmpty, word.count <= MergeTrace.longestWord else { return nil }
    let symbols = word.withUnsafeBufferPointer { self.symbols($0, 0..<word.count) }
    return MergeTrace(symbols.map { ($0.id, $0.start) }) { left, right in
      let merge = merges.merge(left, right)
      return merge == MergeTable.none ? nil : (Int(merge >> 32), MergeTable.joined(merge))
    }
  }
}
