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
    /// A single character that BERT and `tokenizers` call punctuation.
    case punctuation
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
      var parts: [SplitPart] = []
      var last = stretch.lowerBound
      forEachMatch(text, stretch) { match in
        if last < match.lowerBound {
          parts.append(SplitPart(range: last..<match.lowerBound, isMatch: isInverted))
        }
        parts.append(SplitPart(range: match, isMatch: !isInverted))
        last = match.upperBound
      }
      if last < stretch.upperBound {
        parts.append(SplitPart(range: last..<stretch.upperBound, isMatch: isInverted))
      }
      for piece in behavior.pieces(of: parts) where !piece.isEmpty { pieces.append(piece) }
    }
  }

  /// Gives the matches in a stretch, in order. Those of an expression may be empty, but not right
  /// after another.
  func forEachMatch(
    _ text: UnsafePointer<UInt8>, _ stretch: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    var position = stretch.lowerBound
    switch pattern {
    case .expression(let program):
      var matcher = RegexMatcher(program, text: text, section: stretch)
      var lastEnd = -1
      while position < stretch.upperBound
        || (position == stretch.upperBound && program.canBeEmpty && !stretch.isEmpty)
      {
        if let end = matcher.match(at: position), end > position || position != lastEnd {
          body(position..<end)
          lastEnd = end
          if end > position {
            position = end
            continue
          }
        }
        guard position < stretch.upperBound else { return }
        position += characterLength(text, position, stretch.upperBound)
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
      forEachCharacter(text, stretch) { scalar, range in
        if set.contains(scalar) { body(range) }
      }
    case .punctuation:
      let kinds = BertKind.table
      forEachCharacter(text, stretch) { scalar, range in
        if let scalar, BertKind.of(scalar, in: kinds) == .punctuation { body(range) }
      }
    case .rules: break
    }
  }

  private func forEachCharacter(
    _ text: UnsafePointer<UInt8>, _ stretch: Range<Int>, _ body: (UInt32?, Range<Int>) -> Void
  ) {
    var position = stretch.lowerBound
    while position < stretch.upperBound {
      let found = UTF8Sequence.scalar(in: text, at: position, end: stretch.upperBound)
      let end = position + (found?.length ?? 1)
      body(found?.value, position..<end)
      position = end
    }
  }

  private func characterLength(
    _ text: UnsafePointer<UInt8>, _ position: Int, _ end: Int
  ) -> Int {
    UTF8Sequence.scalar(in: text, at: position, end: end)?.length ?? 1
  }
}

/// A match, or what lies between two.
private struct SplitPart {
  var range: Range<Int>
  var isMatch: Bool
}

extension SplitBehavior {
  /// Puts matches and what lies between them together. A match that ends the piece before it, or
  /// begins the one after it, stays alone where that is a match too.
  fileprivate func pieces(of parts: [SplitPart]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    pieces.reserveCapacity(parts.count)
    var lastWasMatch = false
    switch self {
    case .isolated: return parts.map(\.range)
    case .removed: return parts.filter { !$0.isMatch }.map(\.range)
    case .contiguous:
      for part in parts {
        if let last = pieces.last, part.isMatch == lastWasMatch {
          pieces[pieces.count - 1] = last.lowerBound..<part.range.upperBound
        } else {
          pieces.append(part.range)
        }
        lastWasMatch = part.isMatch
      }
    case .mergedWithPrevious:
      for part in parts {
        if part.isMatch, !lastWasMatch, let last = pieces.last {
          pieces[pieces.count - 1] = last.lowerBound..<part.range.upperBound
        } else {
          pieces.append(part.range)
        }
        lastWasMatch = part.isMatch
      }
    case .mergedWithNext:
      for part in parts.reversed() {
        if part.isMatch, !lastWasMatch, let last = pieces.last {
          pieces[pieces.count - 1] = part.range.lowerBound..<last.upperBound
        } else {
          pieces.append(part.range)
        }
        lastWasMatch = part.isMatch
      }
      pieces.reverse()
    }
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
