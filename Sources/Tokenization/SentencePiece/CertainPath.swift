/// Tells of a stretch whether the best way through it is the same after any sum, so that its tokens can
/// be remembered, and added up without a look at the text.
///
/// Sums are of 32 bits, so adding a score to one can be off by ``largestError``. Two ways to a place
/// that part at another have the same sum there, and then only the errors of their own steps: the best
/// way is certain if wherever another one leaves it and comes back it is the better one with all errors
/// against it and all in favour of the other.
///
/// Between two powers of two all sums are multiples of the same number, and so is what rounding makes of
/// a score that is added: it is the same for all of them, unless it lies in the middle between two. So
/// there even a way that is best by rounding alone is the same after any sum.
struct CertainPath {
  /// After which sums a stretch is cut in the same way.
  enum Verdict {
    case any
    /// Those between the same two powers of two; see ``SumSpan``.
    case sameSpan
    case unknown
  }

  /// The largest error of adding a score to a sum, which is below 100,000.
  private static let largestError = 0.004
  /// What is added here in doubles is off by far less than this.
  private static let slack = 1e-6
  /// What the sums to the places of a stretch that is certain can differ by from that before it;
  /// rounding adds less than that once more.
  static let largestStretch = 500.0

  private let trie: PieceTrie
  private let unknown: Double

  /// - Parameters:
  ///   - unknown: what a character scores that is no piece.
  init(trie: PieceTrie, unknown: Float) {
    self.trie = trie
    self.unknown = Double(unknown)
  }

  /// A place of the stretch.
  private struct Place {
    /// The best sum to it, without errors.
    var best = -Double.infinity
    /// Where the last step of the best way begins.
    var start = 0
    /// Whether the best way to the end goes through here.
    var isOnPath = false
    /// The sum of the best way with all errors against it where it goes through here; elsewhere that of
    /// the way from it to here that is best with all errors in its favour.
    var bound = -Double.infinity
    /// The best bound of a way that comes back to the best one here.
    var rival = -Double.infinity
  }

  /// A piece of the stretch, or a character that is none.
  private struct Step {
    var start, end: Int
    var score: Double
  }

  private var places: [Place] = []
  /// All steps, by where they begin.
  private var steps: [Step] = []

  /// After which sums a normalised stretch is cut into the same pieces.
  mutating func verdict(_ text: UnsafeBufferPointer<UInt8>) -> Verdict {
    guard findSteps(of: text) else { return .unknown }
    places.removeAll(keepingCapacity: true)
    places.append(contentsOf: repeatElement(Place(), count: text.count + 1))
    places[0].best = 0
    var hasMiddle = false
    for step in steps {
      if SumSpan.isInMiddle(step.score) { hasMiddle = true }
      let sum = places[step.start].best + step.score
      guard sum > places[step.end].best else { continue }
      guard abs(sum) < Self.largestStretch else { return .unknown }
      places[step.end].best = sum
      places[step.end].start = step.start
    }
    var end = text.count
    places[end].isOnPath = true
    while end > 0 {
      end = places[end].start
      places[end].isOnPath = true
    }
    places[0].bound = 0
    for step in steps {
      // All steps to a place come before those from it.
      let bound = places[step.start].bound + step.score
      let end = step.end
      if places[end].isOnPath, places[end].start == step.start, places[step.start].isOnPath {
        places[end].bound = bound - Self.largestError
      } else if places[end].isOnPath {
        places[end].rival = max(places[end].rival, bound + Self.largestError)
      } else {
        places[end].bound = max(places[end].bound, bound + Self.largestError)
      }
    }
    if places.allSatisfy({ !$0.isOnPath || $0.bound > $0.rival + Self.slack }) { return .any }
    return hasMiddle ? .unknown : .sameSpan
  }

  /// Finds all pieces in a text, and characters that are none.
  ///
  /// - Returns: whether all of it are characters; the tokens of single bytes do not tell that they are no
  ///   character.
  private mutating func findSteps(of bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    steps.removeAll(keepingCapacity: true)
    let walker = trie.walker
    guard let text = bytes.baseAddress else { return true }
    var start = 0
    while start < bytes.count {
      guard let character = UTF8Sequence.scalar(in: text, at: start, end: bytes.count) else {
        return false
      }
      let next = start + character.length
      var isPiece = false
      walker.forEachMatch(text, in: start..<bytes.count) { piece, end in
        let score = BestPath.score(of: piece, bytes: end - start)
        steps.append(Step(start: start, end: end, score: Double(score)))
        if end == next { isPiece = true }
      }
      if !isPiece { steps.append(Step(start: start, end: next, score: unknown)) }
      start = next
    }
    return true
  }
}
