/// The pieces of a stretch whose scores have the largest sum (Viterbi's algorithm), with the
/// arithmetic of the reference: sums are of 32 bits, from the beginning of the text on, brought back
/// to zero when they grow large, and a sum equal to one found before does not replace it. So the
/// rounding of a long text decides between ways that are nearly equal, as it does in the reference.
///
/// Paper: Kudo 2018, "Subword Regularization", section 3.1.
struct BestPath {
  /// What an unknown character scores below the lowest score of a piece.
  private static let unknownPenalty: Float = 10
  /// What a user-defined piece scores for each byte but the first; so it is always chosen.
  private static let wholeBonus = 0.1
  /// A sum beyond this becomes the new zero.
  private static let largestSum: Float = 100_000

  /// The best way to a place of the stretch.
  private struct Step {
    var score: Float
    /// Where its last piece begins; -1 as long as no way is known.
    var start: Int32
    /// Its last piece; -1 for a character that is none.
    var id: TokenID
  }

  /// The largest error of adding a score to a sum, which is below ``largestSum``.
  private static let largestError = 0.004
  /// What the sums to the places of a stretch that is remembered can differ by from that before it;
  /// rounding adds less than that once more.
  private static let largestStretch: Float = 500

  private let trie: PieceTrie
  private let pieces: SentencePieces
  private let unknownScore: Float
  private var steps: [Step] = []
  /// The best sum of all stretches so far.
  private var sum: Float = 0

  /// A search over the tables of a vocabulary.
  init(pieces: SentencePieces, trie: PieceTrie) {
    self.trie = trie
    self.pieces = pieces
    var lowest = Float.greatestFiniteMagnitude
    for id in 0..<pieces.kinds.count
    where pieces.kinds[id] == UInt8(TokenKind.normal.rawValue) {
      lowest = min(lowest, pieces.scores[id])
    }
    unknownScore = lowest - Self.unknownPenalty
  }

  /// Begins a text.
  mutating func begin() { sum = 0 }

  /// Cuts a normalised stretch into pieces, which are appended to `found`.
  mutating func encode(_ text: [UInt8], into found: inout [FoundPiece]) {
    let count = text.count
    guard count > 0 else { return }
    if steps.count <= count {
      steps = [Step](repeating: Step(score: 0, start: -1, id: -1), count: count * 2 + 64)
    }
    let trie = trie
    let unknownScore = unknownScore
    var total = sum
    text.withUnsafeBufferPointer { text in
      steps.withUnsafeMutableBufferPointer { steps in
        guard let text = text.baseAddress, let steps = steps.baseAddress else { return }
        for index in 0...count { steps[index] = Step(score: 0, start: -1, id: -1) }
        steps[0].score = total
        Self.walk(
          text, count, steps, trie.nodes.base, unknown: unknownScore)
        total = steps[count].score
        Self.collect(steps, count, into: &found)
      }
    }
    sum = total
  }

  /// Whether no sum within a stretch that is remembered can leave the limits: not only those of its
  /// best way, as the reference brings sums back to zero wherever one is too large.
  var hasRoom: Bool { abs(sum) < Self.largestSum - 2 * Self.largestStretch }

  /// Goes over a stretch whose pieces are known.
  @inline(__always)
  mutating func skip(_ id: TokenID) { sum += pieces.scores[Int(id)] }

  /// Whether a normalised stretch is cut into the same pieces whatever stands before it.
  ///
  /// Adding a score to a sum can be off by ``largestError``. The best way wins at every place if,
  /// with all its errors against it, it is still better than any other with all errors in favour; so
  /// the two best are looked for with errors in favour.
  func isCertain(_ text: [UInt8]) -> Bool {
    /// The two best sums to each place, and how many pieces the best has.
    var ways = [(best: Double, pieces: Int, second: Double)](
      repeating: (-.infinity, 0, -.infinity), count: text.count + 1)
    ways[0].best = 0
    var start = 0
    while start < text.count {
      let before = ways[start]
      let length = text.withUnsafeBufferPointer { bytes in
        bytes.baseAddress.flatMap {
          UTF8Sequence.scalar(in: $0, at: start, end: bytes.count)?.length
        } ?? 1
      }
      var isPiece = false
      var node = PieceTrie.root
      for position in start..<text.count {
        let child = trie.nodes[Int(node)].base &+ UInt32(text[position])
        let found = trie.nodes[Int(child)]
        guard found.parent == node else { break }
        node = child
        guard found.id >= 0 else { continue }
        // User-defined pieces have scores of their own.
        guard found.score.isFinite else { return false }
        let score = Double(found.score) + Self.largestError
        let known = ways[position + 1]
        let (best, second) = (before.best + score, before.second + score)
        if best > known.best {
          ways[position + 1] = (best, before.pieces + 1, max(known.best, second))
        } else {
          ways[position + 1].second = max(known.second, best)
        }
        if position + 1 - start == length { isPiece = true }
      }
      guard isPiece, abs(before.best) < Double(Self.largestStretch) else { return false }
      start += length
    }
    let last = ways[text.count]
    // What is added here in doubles is off by far less than a thousandth of an error.
    return last.best - last.second > 2 * Self.largestError * (Double(last.pieces) + 0.001)
  }

  @inline(__always)
  private static func walk(
    _ text: UnsafePointer<UInt8>, _ count: Int, _ steps: UnsafeMutablePointer<Step>,
    _ nodes: UnsafePointer<PieceTrie.Node>, unknown: Float
  ) {
    var start = 0
    var reached = 0
    while start < count {
      if abs(steps[start].score) > largestSum { rebase(steps, from: start, upTo: reached) }
      let before = steps[start].score
      let byte = text[start]
      let length =
        byte < 0x80 ? 1 : UTF8Sequence.scalar(in: text, at: start, end: count)?.length ?? 1
      var isPiece = false
      var node = PieceTrie.root
      var position = start
      while position < count {
        // A base has at least 256 places from it on.
        let child = nodes[Int(node)].base &+ UInt32(text[position])
        let found = nodes[Int(child)]
        guard found.parent == node else { break }
        node = child
        position += 1
        guard found.id >= 0 else { continue }
        reached = max(reached, position)
        let score =
          found.score.isFinite
          ? found.score : Float(Double(position - start - 1) * wholeBonus)
        let candidate = score + before
        let known = steps[position]
        if known.start < 0 || candidate > known.score {
          steps[position] = Step(
            score: candidate, start: Int32(truncatingIfNeeded: start), id: found.id)
        }
        if position - start == length { isPiece = true }
      }
      if !isPiece {
        reached = max(reached, start + length)
        let candidate = unknown + before
        let known = steps[start + length]
        if known.start < 0 || candidate > known.score {
          steps[start + length] = Step(
            score: candidate, start: Int32(truncatingIfNeeded: start), id: -1)
        }
      }
      start += length
    }
  }

  /// Takes the sum at `start` off all sums from there up to `reached`, so that sums stay small.
  private static func rebase(
    _ steps: UnsafeMutablePointer<Step>, from start: Int, upTo reached: Int
  ) {
    let shift = steps[start].score
    for index in start...max(start, reached) where index == start || steps[index].start >= 0 {
      steps[index].score -= shift
    }
  }

  /// Appends the pieces of the best way to the end.
  private static func collect(
    _ steps: UnsafeMutablePointer<Step>, _ count: Int, into found: inout [FoundPiece]
  ) {
    let first = found.count
    var end = count
    while end > 0 {
      let step = steps[end]
      found.append(FoundPiece(id: step.id, length: end - Int(step.start)))
      end = Int(step.start)
    }
    found[first...].reverse()
  }
}
