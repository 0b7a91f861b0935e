/// Unigram as the word model of a pipeline: a word is cut into the pieces whose scores have the largest
/// sum, with the arithmetic of `tokenizers`: sums of 64 bits, of which one equal to another found before
/// does not replace it.
///
/// Paper: Kudo 2018, "Subword Regularization", section 3.1.
struct UnigramWords: WordModel {
  /// What a character that is no piece scores below the lowest score of a piece.
  private static let unknownPenalty = 10.0
  /// How many ways to cut a word are told.
  private static let ways = 3

  /// The entries as the file writes them.
  private let pieces: PieceBytes
  private let table: PieceTable
  private let trie: PieceTrie
  private let scores: [Double]
  private let unknownScore: Double
  /// Stands for what is no piece; without it such characters are left out.
  private let unknown: TokenID?
  /// The entries of single bytes, -1 where there is none, if unknown text falls back to them.
  private let byteEntries: [TokenID]?

  /// The best way to a place of a word.
  private struct Step {
    var score: Double
    /// Where its last piece begins; -1 as long as no way is known.
    var start: Int
    /// Its last piece; -1 for a character that is none.
    var id: TokenID
  }

  /// A model of those of `pieces` that `table` finds; each has a score.
  init(
    _ pieces: PieceBytes, _ table: PieceTable, scores: [Double], unknown: TokenID?,
    byteEntries: [TokenID]?
  ) {
    self.pieces = pieces
    self.table = table
    self.scores = scores
    self.unknown = unknown
    self.byteEntries = byteEntries
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    trie = PieceTrie(pieces, ids: table.ids) { _ in 0 }
  }

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, words: [Range<Int>], into tokens: inout [Token]
  ) {
    guard let base = text.baseAddress else { return }
    var steps: [Step] = []
    var found: [(id: TokenID, start: Int, end: Int)] = []
    for word in words {
      if steps.count <= word.count {
        steps = [Step](
          repeating: Step(score: 0, start: -1, id: -1), count: word.count * 2 + 64)
      }
      steps.withUnsafeMutableBufferPointer { steps in
        if let steps = steps.baseAddress { walk(base + word.lowerBound, word.count, steps) }
      }
      found.removeAll(keepingCapacity: true)
      var end = word.count
      while end > 0 {
        let step = steps[end]
        let place = word.lowerBound
        // What is unknown side by side is one piece.
        if step.id == unknown || step.id < 0, let last = found.last, last.id == step.id {
          found[found.count - 1].start = place + step.start
        } else {
          found.append((step.id, place + step.start, place + end))
        }
        end = step.start
      }
      for piece in found.reversed() {
        append(piece.id, text, piece.start..<piece.end, into: &tokens)
      }
    }
  }

  private func walk(_ text: UnsafePointer<UInt8>, _ count: Int, _ steps: UnsafeMutablePointer<Step>)
  {
    for index in 0...count { steps[index] = Step(score: 0, start: -1, id: -1) }
    let walker = trie.walker
    var start = 0
    while start < count {
      let before = steps[start].score
      let length = UTF8Sequence.scalar(in: text, at: start, end: count)?.length ?? 1
      var isPiece = false
      walker.forEachMatch(text, in: start..<count) { piece, end in
        let candidate = scores[Int(piece.id)] + before
        if steps[end].start < 0 || candidate > steps[end].score {
          steps[end] = Step(score: candidate, start: start, id: piece.id)
        }
        if end - start == length { isPiece = true }
      }
      if !isPiece {
        let candidate = unknownScore + before
        let end = start + length
        if steps[end].start < 0 || candidate > steps[end].score {
          steps[end] = Step(score: candidate, start: start, id: unknown ?? -1)
        }
      }
      start += length
    }
  }

  /// Appends the token of a piece, or what stands for it.
  private func append(
    _ id: TokenID, _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    into tokens: inout [Token]
  ) {
    let bytes = UnsafeBufferPointer(rebasing: text[range])
    if id >= 0, id != unknown {
      tokens.append(Token(id: id, start: range.lowerBound, end: range.upperBound))
    } else if let id = table.find(bytes, in: pieces) {
      tokens.append(Token(id: id, start: range.lowerBound, end: range.upperBound))
    } else if let byteEntries, bytes.allSatisfy({ byteEntries[Int($0)] >= 0 }) {
      for byte in bytes {
        tokens.append(
          Token(id: byteEntries[Int(byte)], start: range.lowerBound, end: range.upperBound))
      }
    } else if let unknown {
      tokens.append(Token(id: unknown, start: range.lowerBound, end: range.upperBound))
    }
  }

  func reasons(of word: [UInt8]) -> WordReasons? {
    guard !word.isEmpty, word.count <= BestSegmentations.longestWord else { return nil }
    let best = BestSegmentations.best(word.count, limit: Self.ways) { start in
      var found: [(id: TokenID, length: Int, score: Double)] = []
      for (id, length) in trie.matches(word, from: start) {
        found.append((id, length, scores[Int(id)]))
      }
      let length = word.withUnsafeBufferPointer { bytes in
        bytes.baseAddress.flatMap {
          UTF8Sequence.scalar(in: $0, at: start, end: bytes.count)?.length
        } ?? 1
      }
      if !found.contains(where: { $0.length == length }) {
        found.append((-1, length, unknownScore))
      }
      return found
    }
    return best.isEmpty ? nil : .segmentations(best)
  }
}
