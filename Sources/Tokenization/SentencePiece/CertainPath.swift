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

  /// After which sums a normalised stretch is cut into the same pieces.
  func verdict(_ text: [UInt8]) -> Verdict {
    var places = [Place](repeating: Place(), count: text.count + 1)
    places[0].best = 0
    var hasMiddle = false
    var isSmall = true
    let known = forEachStep(of: text) { start, end, score in
      if SumSpan.isInMiddle(score) { hasMiddle = true }
      let sum = places[start].best + score
      guard sum > places[end].best else { return }
      places[end].best = sum
      places[end].start = start
      if abs(sum) >= Self.largestStretch { isSmall = false }
    }
    guard known, isSmall else { return .unknown }
    var end = text.count
    places[end].isOnPath = true
    while end > 0 {
      end = places[end].start
      places[end].isOnPath = true
    }
    places[0].bound = 0
    _ = forEachStep(of: text) { start, end, score in
      // All steps to a place come before those from it.
      let bound = places[start].bound
      if places[end].isOnPath, places[end].start == start, places[start].isOnPath {
        places[end].bound = bound + score - Self.largestError
      } else if places[end].isOnPath {
        places[end].rival = max(places[end].rival, bound + score + Self.largestError)
      } else {
        places[end].bound = max(places[end].bound, bound + score + Self.largestError)
      }
    }
    if places.allSatisfy({ !$0.isOnPath || $0.bound > $0.rival + Self.slack }) { return .any }
    return hasMiddle ? .unknown : .sameSpan
  }

  /// Gives all pieces in a text, and characters that are none, by where they begin.
  ///
  /// - Returns: whether all of it are characters; the tokens of single bytes do not tell that they are no
  ///   character.
  private func forEachStep(
    of text: [UInt8],
    _ body: (_ start: Int, _ end: Int, _ score: Double) -> Void
  ) -> Bool {
    var start = 0
    while start < text.count {
      let character = text.withUnsafeBufferPointer { bytes in
        bytes.baseAddress.flatMap {
          UTF8Sequence.scalar(in: $0, at: start, end: bytes.count)?.length
        }
      }
      guard let length = character else { return false }
      var isPiece = false
      var node = PieceTrie.root
      for position in start..<text.count {
        let child = trie.nodes[Int(node)].base &+ UInt32(text[position])
        let found = trie.nodes[Int(child)]
        guard found.parent == node else { break }
        node = child
        guard found.id >= 0 else { continue }
        let end = position + 1
        let score = found.score.isFinite ? found.score : BestPath.wholeScore(bytes: end - start)
        body(start, end, Double(score))
        if end - start == length { isPiece = true }
      }
      if !isPiece { body(start, start + length, unknown) }
      start += length
    }
    return true
  }
}
