/// What becomes of a text where a pattern matches in it, as `tokenizers` names it.
enum SplitBehavior: String, Sendable {
  /// What matches is left out.
  case removed = "Removed"
  /// Each match is a piece.
  case isolated = "Isolated"
  /// Each match ends the piece before it.
  case mergedWithPrevious = "MergedWithPrevious"
  /// Each match begins the piece after it.
  case mergedWithNext = "MergedWithNext"
  /// Matches that touch are one piece.
  case contiguous = "Contiguous"
}

/// One step of cutting: a stretch of text becomes pieces.
struct SplitStep: Sendable {
  /// What is looked for.
  enum Pattern: Sendable {
    case expression(RegexProgram)
    /// Exactly these bytes, at least one.
    case literal([UInt8])
    /// A single character of a set.
    case character(ScalarSet)
    /// What the rules call words; every piece is one.
    case rules(any WordSplitter)
  }

  var pattern: Pattern
  var behavior: SplitBehavior
  /// Whether what lies between matches is what matches.
  var isInverted = false

  /// Appends the pieces of `text[stretch]` to `pieces`; none is empty.
  func split(
    _ text: UnsafePointer<UInt8>, _ stretch: Range<Int>, into pieces: inout [Range<Int>]
  ) {
    switch pattern {
    case .rules(let rules):
      var words = WordList()
      var position = stretch.lowerBound
      while position < stretch.upperBound {
        words.removeAll()
        position = rules.cut(
          text, section: stretch, from: position, safe: stretch.upperBound, into: &words)
        pieces.append(contentsOf: words.spans)
      }
    default:
      var parts = SplitParts(behavior: behavior, isInverted: isInverted)
      var last = stretch.lowerBound
      forEachMatch(text, stretch) { match in
        parts.add(last..<match.lowerBound, isMatch: false)
        parts.add(match, isMatch: true)
        last = match.upperBound
      }
      parts.add(last..<stretch.upperBound, isMatch: false)
      pieces.append(contentsOf: parts.finished())
    }
  }

  private func forEachMatch(
    _ text: UnsafePointer<UInt8>, _ stretch: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    var position = stretch.lowerBound
    switch pattern {
    case .expression(let program):
      var matcher = RegexMatcher(program, text: text, section: stretch)
      while position < stretch.upperBound {
        if let end = matcher.match(at: position), end > position {
          body(position..<end)
          position = end
        } else {
          position += characterLength(text, position, stretch.upperBound)
        }
      }
    case .literal(let bytes):
      while position + bytes.count <= stretch.upperBound {
        let place = UnsafeBufferPointer(start: text + position, count: bytes.count)
        if place.elementsEqual(bytes) {
          body(position..<position + bytes.count)
          position += bytes.count
        } else {
          position += 1
        }
      }
    case .character(let set):
      while position < stretch.upperBound {
        let length = characterLength(text, position, stretch.upperBound)
        let scalar = UTF8Sequence.scalar(in: text, at: position, end: stretch.upperBound)
        if set.contains(scalar?.value) { body(position..<position + length) }
        position += length
      }
    case .rules: break
    }
  }

  private func characterLength(
    _ text: UnsafePointer<UInt8>, _ position: Int, _ end: Int
  ) -> Int {
    UTF8Sequence.scalar(in: text, at: position, end: end)?.length ?? 1
  }
}

/// Puts matches and what lies between them together as a behaviour asks.
private struct SplitParts {
  let behavior: SplitBehavior
  let isInverted: Bool
  private var pieces: [Range<Int>] = []
  private var lastWasMatch = false
  /// A match that waits for what follows.
  private var waiting: Range<Int>?

  init(behavior: SplitBehavior, isInverted: Bool) {
    self.behavior = behavior
    self.isInverted = isInverted
  }

  mutating func add(_ range: Range<Int>, isMatch: Bool) {
    guard !range.isEmpty else { return }
    let isMatch = isMatch != isInverted
    defer { lastWasMatch = isMatch }
    switch behavior {
    case .isolated: pieces.append(range)
    case .removed: if !isMatch { pieces.append(range) }
    case .contiguous:
      if let last = pieces.last, isMatch == lastWasMatch {
        pieces[pieces.count - 1] = last.lowerBound..<range.upperBound
      } else {
        pieces.append(range)
      }
    case .mergedWithPrevious:
      if isMatch, !lastWasMatch, let last = pieces.last {
        pieces[pieces.count - 1] = last.lowerBound..<range.upperBound
      } else {
        pieces.append(range)
      }
    case .mergedWithNext:
      if isMatch {
        if let waiting { pieces.append(waiting) }
        waiting = range
      } else {
        pieces.append((waiting?.lowerBound ?? range.lowerBound)..<range.upperBound)
        waiting = nil
      }
    }
  }

  mutating func finished() -> [Range<Int>] {
    if let waiting { pieces.append(waiting) }
    waiting = nil
    return pieces
  }
}

/// Cuts by several steps, each of which cuts the pieces of the one before: any pre-tokenizer of a
/// `tokenizer.json`. A stretch is cut whole, and no cut is certain beforehand.
struct StepSplitter: WordSplitter {
  let steps: [SplitStep]
  let lookahead = Int.max
  let keepsLettersTogether = false

  func cut(
    _ text: UnsafePointer<UInt8>, section: Range<Int>, from position: Int, safe: Int,
    into words: inout WordList
  ) -> Int {
    guard safe == section.upperBound else { return position }
    var pieces = [position..<section.upperBound]
    var next: [Range<Int>] = []
    for step in steps {
      next.removeAll(keepingCapacity: true)
      for piece in pieces { step.split(text, piece, into: &next) }
      swap(&pieces, &next)
    }
    for piece in pieces { words.append(piece.lowerBound, piece.upperBound) }
    return section.upperBound
  }

  func isCertainCut(in text: UnsafePointer<UInt8>, at position: Int, end: Int) -> Bool {
    position <= 0 || position >= end
  }
}
