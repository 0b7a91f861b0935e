/// Cuts a text into the words that merges may not cross.
///
/// Every cut depends only on what follows it, up to `lookahead` bytes beyond the end of its word, and
/// never on what stands before: so cutting can begin again at any cut.
protocol WordSplitter: Sendable {
  /// Bytes beyond the end of a word that the rules may read; `Int.max` for rules that want the whole
  /// stretch at once.
  var lookahead: Int { get }

  /// Appends to `words` the words of `text[position..<section.upperBound]`, in order, until `words`
  /// is full, or until a word would read bytes at `safe` or beyond, and gives the place after the
  /// last of them. `safe` is at most the end of the section, and when it is that end, cutting goes
  /// on to it.
  ///
  /// - Parameter section: the stretch between special tokens; its end is an end of the text to the
  ///   rules. `position` is a cut in it.
  func cut(
    _ text: UnsafePointer<UInt8>, section: Range<Int>, from position: Int, safe: Int,
    into words: inout WordList
  ) -> Int

  /// Whether the characters around `position` alone make it a cut, whatever else the text holds. At
  /// the beginning and the end of a text it is a cut too.
  func isCertainCut(in text: UnsafePointer<UInt8>, at position: Int, end: Int) -> Bool

  /// Whether a run of lower-case ASCII letters is never cut, unless an apostrophe stands before it,
  /// and a space between two letters is in the word of the second.
  var keepsLettersTogether: Bool { get }
}

/// Words found in a text, by place: the working list between cutting and encoding, small enough to
/// stay in the processor's cache.
struct WordList {
  /// Words that are cut before they are encoded.
  static let capacity = 512

  private(set) var spans: [Range<Int>] = []

  /// An empty list.
  init() { spans.reserveCapacity(Self.capacity) }

  /// Whether it is time to encode what is there.
  @inline(__always)
  var isFull: Bool { spans.count >= Self.capacity }

  /// Whether nothing is there.
  var isEmpty: Bool { spans.isEmpty }

  /// Adds a word, which must not be empty.
  @inline(__always)
  mutating func append(_ start: Int, _ end: Int) {
    spans.append(Range(uncheckedBounds: (start, end)))
  }

  /// Adds words.
  mutating func append(_ words: ArraySlice<Range<Int>>) { spans.append(contentsOf: words) }

  /// Forgets what lies at `end` or beyond, of a word that lies across its rest.
  mutating func cutOff(at end: Int) {
    while let last = spans.last, last.upperBound > end {
      spans.removeLast()
      if last.lowerBound < end { spans.append(last.lowerBound..<end) }
    }
  }

  /// Words for which memory is kept when all are forgotten.
  private static let mostKept = 1 << 16

  /// Forgets all words.
  mutating func removeAll() { spans.removeAll(keepingCapacity: spans.capacity <= Self.mostKept) }
}
