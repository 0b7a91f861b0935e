/// Runs a regular expression over a text: at a place, what a backtracking engine would match there
/// first.
///
/// It backtracks too, but never for ever: a try that takes longer than a few steps is begun again
/// with a memory of the choices that have failed at each place (as in RE2's bit-state engine).
/// Failure at a place does not depend on how it was reached, so the memory serves all later tries
/// in the same text, and a whole text costs at most its length times the size of the program,
/// also when every try reads far ahead.
struct RegexMatcher {
  /// Steps of a try without memory.
  private static let freeSteps = 2048
  /// Bytes of memory; a try that would need more matches nothing.
  static let maximumMemory = 256 << 20

  private struct Frame {
    var code: Int
    var position: Int
    /// How many choices lead here.
    var path: Int
  }

  private let program: RegexProgram
  private let text: UnsafePointer<UInt8>
  private let section: Range<Int>
  private var stack: [Frame] = []
  /// The choices that lead to where a remembering try is: number and position.
  private var path: [(number: Int, position: Int)] = []
  private var failed = RegexMemory()
  /// Choices in lookaheads and lookbehinds that succeeded.
  private var succeeded = RegexMemory()
  /// Choices in atomic groups that succeeded, and where these then end.
  private var ends = RegexEnds()
  private var remembers = false
  private var steps = 0

  private enum Outcome: Equatable { case end(Int), none, exhausted }

  /// A matcher in `text[section]`, whose ends are the ends of the text to the expression.
  init(_ program: RegexProgram, text: UnsafePointer<UInt8>, section: Range<Int>) {
    self.program = program
    self.text = text
    self.section = section
  }

  /// The end of the match that begins at `position`. Positions must not descend from call to call.
  mutating func match(at position: Int) -> Int? {
    remembers = !failed.isEmpty
    steps = 0
    stack.removeAll(keepingCapacity: true)
    var outcome = run(0, position)
    if outcome == .exhausted, !remembers {
      remembers = true
      stack.removeAll(keepingCapacity: true)
      outcome = run(0, position)
    }
    guard case .end(let end) = outcome else { return nil }
    // The choices on the way to a match have not failed, and lie at or before its end.
    if remembers {
      failed.forget(through: end, splits: program.splitCount)
      succeeded.forget(through: position, splits: program.splitCount)
      ends.forget(before: end)
    }
    return end
  }

  /// What a run is for.
  private enum Purpose { case match, look, atomic }

  private mutating func run(
    _ entry: Int, _ start: Int, for purpose: Purpose = .match
  ) -> Outcome {
    let bottom = stack.count
    let pathBottom = path.count
    defer {
      stack.removeSubrange(bottom...)
      path.removeSubrange(pathBottom...)
    }
    var code = entry
    var position = start
    while true {
      steps += 1
      if !remembers, steps > Self.freeSteps { return .exhausted }
      var goesOn = true
      switch program.code[code] {
      case .match:
        if purpose != .match, remembers {
          for choice in path[pathBottom...] {
            if purpose == .look {
              succeeded.insert(choice.number, choice.position, splits: program.splitCount)
            } else {
              ends.insert(choice.number, choice.position, end: position)
            }
          }
        }
        return .end(position)
      case .set(let set):
        let length = lengthOfMatch(set, position)
        goesOn = length > 0
        position += length
        code += 1
      case .setBefore(let set):
        let length = lengthOfMatch(set, before: position)
        goesOn = length > 0
        position -= length
        code += 1
      case .jump(let target): code = target
      case .split(let first, let second, let number):
        if remembers {
          if purpose == .look,
            succeeded.contains(number, position, splits: program.splitCount)
          {
            return .end(position)
          }
          if purpose == .atomic, let end = ends.find(number, position) {
            return .end(end)
          }
          guard
            failed.byteCount + succeeded.byteCount + ends.byteCount <= Self.maximumMemory
          else { return .exhausted }
          goesOn = failed.insert(number, position, splits: program.splitCount)
          if goesOn { path.append((number, position)) }
        }
        if goesOn { stack.append(Frame(code: second, position: position, path: path.count)) }
        code = first
      case .span(let set, let least, let most):
        var count = 0
        while most.map({ count < $0 }) ?? true {
          let length = lengthOfMatch(set, position)
          guard length > 0 else { break }
          position += length
          count += 1
        }
        goesOn = count >= least
        code += 1
      case .look(let entry, let negative):
        switch run(entry, position, for: .look) {
        case .exhausted: return .exhausted
        case .end: goesOn = !negative
        case .none: goesOn = negative
        }
        code += 1
      case .atomic(let entry):
        switch run(entry, position, for: .atomic) {
        case .exhausted: return .exhausted
        case .end(let end): position = end
        case .none: goesOn = false
        }
        code += 1
      case .assertion(let assertion):
        goesOn = holds(assertion, position)
        code += 1
      }
      guard !goesOn else { continue }
      guard stack.count > bottom, let frame = stack.popLast() else { return .none }
      (code, position) = (frame.code, frame.position)
      path.removeSubrange(frame.path...)
    }
  }

  /// The length of the character at `position`, if it is of the set; else 0.
  @inline(__always)
  private func lengthOfMatch(_ set: Int, _ position: Int) -> Int {
    guard position < section.upperBound else { return 0 }
    let byte = text[position]
    if byte < 0x80 {
      let bits = program.ascii[set]
      let half = byte < 64 ? bits.low : bits.high
      return Int(truncatingIfNeeded: half >> UInt64(byte & 63) & 1)
    }
    guard let scalar = UTF8Sequence.scalar(in: text, at: position, end: section.upperBound) else {
      return program.sets[set].contains(nil) ? 1 : 0
    }
    return program.sets[set].contains(scalar.value) ? scalar.length : 0
  }

  /// The length of the character that ends at `position`, if it is of the set; else 0.
  private func lengthOfMatch(_ set: Int, before position: Int) -> Int {
    guard position > section.lowerBound else { return 0 }
    guard let scalar = UTF8Sequence.scalar(in: text, before: position),
      scalar.length <= position - section.lowerBound
    else { return program.sets[set].contains(nil) ? 1 : 0 }
    return program.sets[set].contains(scalar.value) ? scalar.length : 0
  }

  private func holds(_ assertion: RegexNode.Assertion, _ position: Int) -> Bool {
    switch assertion {
    case .textStart: return position == section.lowerBound
    case .textEnd: return position == section.upperBound
    case .lineStart: return position == section.lowerBound || text[position - 1] == 0x0A
    case .lineEnd: return position == section.upperBound || text[position] == 0x0A
    case .wordBoundary: return isWord(before: position) != isWord(at: position)
    case .notWordBoundary: return isWord(before: position) == isWord(at: position)
    }
  }

  private func isWord(at position: Int) -> Bool {
    guard position < section.upperBound,
      let scalar = UTF8Sequence.scalar(in: text, at: position, end: section.upperBound)
    else { return false }
    return program.word.contains(scalar.value)
  }

  private func isWord(before position: Int) -> Bool {
    guard position > section.lowerBound,
      let scalar = UTF8Sequence.scalar(in: text, before: position)
    else { return false }
    return program.word.contains(scalar.value)
  }
}
