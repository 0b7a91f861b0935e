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

  /// Working memory for the characters of a stretch, and a place more.
  ///
  /// A class so that it is freed; a copy of a search shares it, and is not to be used at the same time.
  private final class Memory {
    private(set) var codes: UnsafeMutablePointer<UInt32>
    /// Where each character begins, and the last ends.
    private(set) var starts: UnsafeMutablePointer<Int32>
    private(set) var steps: UnsafeMutablePointer<Step>
    private var capacity: Int

    init() {
      capacity = 256
      codes = .allocate(capacity: capacity)
      starts = .allocate(capacity: capacity)
      steps = .allocate(capacity: capacity)
    }

    deinit { free() }

    private func free() {
      codes.deallocate()
      starts.deallocate()
      steps.deallocate()
    }

    /// Makes room for `count` places; what was there is gone.
    @inline(__always)
    func reserve(_ count: Int) { if count > capacity { grow(count * 2) } }

    private func grow(_ count: Int) {
      free()
      capacity = count
      codes = .allocate(capacity: count)
      starts = .allocate(capacity: count)
      steps = .allocate(capacity: count)
    }
  }

  private let trie: PieceTrie
  private let unknownScore: Float
  /// What each token adds to a sum where it is known from the tokens alone; see ``CertainPath``.
  private let scores: FrozenArray<Float>
  private var certain: CertainPath
  private let memory = Memory()
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
  static func score(of piece: PieceTrie.Piece, bytes: Int) -> Float {
    piece.score.isFinite ? piece.score : wholeScore(bytes: bytes)
  }

  /// After which sums a normalised stretch is cut into the same pieces.
  mutating func verdict(_ text: UnsafeBufferPointer<UInt8>) -> CertainPath.Verdict {
    certain.verdict(text)
  }

  /// Begins a text.
  mutating func begin(after sum: Float = 0) { self.sum = sum }

  /// Cuts a normalised stretch into pieces, which are appended to `found`.
  mutating func encode(_ text: UnsafeBufferPointer<UInt8>, into found: inout [FoundPiece]) {
    guard let base = text.baseAddress else { return }
    memory.reserve(text.count + 1)
    let (codes, starts, steps) = (memory.codes, memory.starts, memory.steps)
    let count = Self.read(base, text.count, trie.walker.characters, codes, starts)
    for index in 0...count { steps[index] = Step(score: 0, start: -1, id: -1) }
    steps[0].score = sum
    Self.walk(codes, starts, count, steps, trie.walker, unknown: unknownScore)
    sum = steps[count].score
    Self.collect(steps, starts, count, into: &found)
  }

  /// After sums below this none within a stretch that is remembered can leave the limits: not only those
  /// of its best way, as the reference brings sums back to zero wherever one is too large.
  static let room = largestSum - 2 * Float(CertainPath.largestStretch)

  /// Goes over a stretch whose pieces are remembered.
  @inline(__always)
  mutating func skip(_ entry: UnsafePointer<SegmentCache.Entry>) {
    var total = sum
    for index in 0..<SegmentCache.mostTokens {
      let id = SegmentCache.Entry.id(index, of: entry)
      guard id >= 0 else { break }
      total += scores.base[Int(id)]
    }
    sum = total
  }

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

  /// Reads the characters of a stretch; gives how many there are.
  @inline(__always)
  private static func read(
    _ text: UnsafePointer<UInt8>, _ end: Int, _ characters: CharacterAlphabet.Reader,
    _ codes: UnsafeMutablePointer<UInt32>, _ starts: UnsafeMutablePointer<Int32>
  ) -> Int {
    var count = 0
    var position = 0
    while position < end {
      let (code, length) = characters.character(in: text, at: position, end: end)
      codes[count] = code
      starts[count] = Int32(truncatingIfNeeded: position)
      count += 1
      position += length
    }
    starts[count] = Int32(truncatingIfNeeded: end)
    return count
  }

  @inline(__always)
  private static func walk(
    _ codes: UnsafePointer<UInt32>, _ starts: UnsafePointer<Int32>, _ count: Int,
    _ steps: UnsafeMutablePointer<Step>, _ walker: PieceTrie.Walker, unknown: Float
  ) {
    var reached = 0
    for start in 0..<count {
      if abs(steps[start].score) > largestSum { rebase(steps, from: start, upTo: reached) }
      let before = steps[start].score
      var isPiece = false
      walker.forEachMatch(characters: codes, in: start..<count) { piece, end in
        reached = max(reached, end)
        let bytes = Int(starts[end] &- starts[start])
        let candidate = score(of: piece, bytes: bytes) + before
        let known = steps[end]
        if known.start < 0 || candidate > known.score {
          steps[end] = Step(
            score: candidate, start: Int32(truncatingIfNeeded: start), id: piece.id)
        }
        if end == start + 1 { isPiece = true }
      }
      if !isPiece {
        let next = start + 1
        reached = max(reached, next)
        let candidate = unknown + before
        let known = steps[next]
        if known.start < 0 || candidate > known.score {
          steps[next] = Step(
            score: candidate, start: Int32(truncatingIfNeeded: start), id: -1)
        }
      }
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
    _ steps: UnsafePointer<Step>, _ starts: UnsafePointer<Int32>, _ count: Int,
    into found: inout [FoundPiece]
  ) {
    let first = found.count
    var end = count
    while end > 0 {
      let step = steps[end]
      let start = Int(step.start)
      found.append(FoundPiece(id: step.id, length: Int(starts[end] &- starts[start])))
      end = start
    }
    found[first...].reverse()
  }
}
