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

  private let trie: PieceTrie
  private let unknownScore: Float
  /// What each token adds to a sum where it is known from the tokens alone; see ``CertainPath``.
  private let scores: FrozenArray<Float>
  private var certain: CertainPath
  private var steps: [Step] = []
  /// The best sum of all stretches so far.
  private(set) var sum: Float = 0

  /// A search over the tables of a vocabulary.
  init(pieces: SentencePieces, trie: PieceTrie) {
    self.trie = trie
    var lowest = Float.greatestFiniteMagnitude
    for id in 0..<pieces.kinds.count
    where pieces.kinds[id] == UInt8(TokenKind.normal.rawValue) {
      lowest = min(lowest, pieces.scores[id])
    }
    unknownScore = lowest - Self.unknownPenalty
    scores = Self.scores(pieces, unknown: unknownScore)
    certain = CertainPath(trie: trie, unknown: unknownScore)
  }

  private static func scores(_ pieces: SentencePieces, unknown: Float) -> FrozenArray<Float> {
    FrozenArray(
      (0..<pieces.kinds.count).map { id in
        switch pieces.kinds[id] {
        case UInt8(TokenKind.userDefined.rawValue):
          return wholeScore(bytes: pieces.written.length(of: id))
        case UInt8(TokenKind.byte.rawValue):
          // The bytes of an unknown character are one step, which is counted at the first.
          let byte = SentencePieces.byte(named: pieces.written.bytes(of: id)) ?? 0
          return UTF8Sequence.isContinuation(byte) ? 0 : unknown
        default: return TokenID(id) == pieces.unknown ? unknown : pieces.scores[id]
        }
      })
  }

  /// What a user-defined piece scores.
  private static func wholeScore(bytes: Int) -> Float { Float(Double(bytes - 1) * wholeBonus) }

  /// What a piece of the tree scores.
  @inline(__always)
  static func score(of piece: PieceTrie.Node, bytes: Int) -> Float {
    piece.score.isFinite ? piece.score : wholeScore(bytes: bytes)
  }

  /// After which sums a normalised stretch is cut into the same pieces.
  mutating func verdict(_ text: [UInt8]) -> CertainPath.Verdict { certain.verdict(text) }

  /// Begins a text.
  mutating func begin(after sum: Float = 0) { self.sum = sum }

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

  /// After sums below this none within a stretch that is remembered can leave the limits: not only those
  /// of its best way, as the reference brings sums back to zero wherever one is too large.
  static let room = largestSum - 2 * Float(CertainPath.largestStretch)

  /// Goes over a stretch whose pieces are known.
  @inline(__always)
  mutating func skip(_ id: TokenID) { sum += scores.base[Int(id)] }

  /// Adds up the scores of tokens of a text in which they stand `shift` bytes further, as long as it is
  /// known that their stretches are cut so after the sums that they come after.
  ///
  /// - Returns: the index of the first that it is not known of, at the beginning of its stretch, or that
  ///   has no room.
  mutating func follow(
    _ tokens: UnsafeBufferPointer<Token>, _ range: Range<Int>, in text: UnsafePointer<UInt8>,
    shift: Int
  ) -> Int {
    var total = sum
    var index = range.lowerBound
    // Where tokens began that are so after sums of one span only, and the sum before them.
    var run: (index: Int, sum: Float)?
    while index < range.upperBound {
      let token = tokens[index]
      run = token.span == .any ? nil : run ?? (index, total)
      guard token.span.holds(after: total) else {
        (index, total) = run ?? (index, total)
        break
      }
      total = self.total(total, after: token, in: text, shift: shift)
      index += 1
    }
    sum = total
    return index
  }

  /// Adds up the score of a token in the midst of a stretch, whatever the sum is.
  mutating func add(_ token: Token, in text: UnsafePointer<UInt8>, shift: Int) {
    sum = total(sum, after: token, in: text, shift: shift)
  }

  @inline(__always)
  private func total(
    _ sum: Float, after token: Token, in text: UnsafePointer<UInt8>, shift: Int
  ) -> Float {
    guard token.isUnknownRun else { return sum + scores.base[Int(token.id)] }
    var sum = sum
    let bytes = token.start + shift..<token.end + shift
    for _ in 0..<UTF8Sequence.count(in: text, bytes) { sum += unknownScore }
    return sum
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
      PieceTrie.forEachMatch(nodes, text, in: start..<count) { piece, end in
        reached = max(reached, end)
        let candidate = score(of: piece, bytes: end - start) + before
        let known = steps[end]
        if known.start < 0 || candidate > known.score {
          steps[end] = Step(
            score: candidate, start: Int32(truncatingIfNeeded: start), id: piece.id)
        }
        if end - start == length { isPiece = true }
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
