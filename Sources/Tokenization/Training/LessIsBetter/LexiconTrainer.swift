import Foundation

/// Learns a lexicon by the principle of least effort: fewer tokens for a text, and fewer types. It
/// may hold parts of words, words and several words together, since a text is not cut before.
///
/// Paper: Yang 2024, "Rethinking Tokenization: Crafting Better Tokenizers for Large Language Models"
/// (arXiv 2403.00417); the learning is that of Yang, Frank, van den Bosch 2020, "Less is Better".
///
/// The text is read in batches of lines, the batches of each pass in a random order. A line is cut
/// from its beginning on, always by the longest entry that matches.
/// - Memoriser: two neighbouring chunks together become a candidate with some probability, and an
///   entry, at the end of the list, when the same two are met again in the batch.
/// - Evaluation: a chunk is compared with the next shorter entry at its place, by going on from both
///   until they meet. When the shorter one leads to fewer chunks, or to as many that stand further
///   ahead in the list, the chunk was bad and the shorter one good; else the chunk was good.
/// - Forgetter: at the end of a batch each entry moves by a fraction of its place for each good or
///   bad evaluation, forwards or back. Entries beyond the size, and those not used for long, go,
///   except new ones.
///
/// Single characters stay, and bytes have entries of their own, so that any text can be said. Chunks
/// that are not UTF-8 are never joined.
struct LexiconTrainer {
  private let settings: LexiconSettings
  /// The lexicon; its first entries were the characters.
  private(set) var lexicon = Lexicon()
  private var generator: LexiconGenerator
  /// Entries below this number are characters.
  private let characterCount: Int
  /// By entry: the batch in which it was last used and that in which it came.
  private var lastUse: [Int] = []
  private var birth: [Int] = []
  /// By entry: good less bad evaluations of this batch.
  private var balance: [Int] = []
  private var batch = 0
  private var candidates = WordTable()

  /// A trainer with `characters` as its first entries.
  init(characters: [[UInt8]], _ settings: LexiconSettings) {
    self.settings = settings
    generator = LexiconGenerator(seed: settings.seed)
    characterCount = characters.count
    for character in characters { add(character) }
  }

  private mutating func add(_ string: [UInt8]) {
    let number = lexicon.append(string)
    if number == lastUse.count {
      lastUse.append(batch)
      birth.append(batch)
      balance.append(0)
    } else {
      lastUse[number] = batch
      birth[number] = batch
      balance[number] = 0
    }
  }

  /// The order of `count` batches in the next pass.
  mutating func shuffled(_ count: Int) -> [Int] { (0..<count).shuffled(using: &generator) }

  /// Ends a batch: entries are moved and forgotten.
  mutating func endBatch() {
    settle()
    candidates = WordTable()
    batch += 1
  }

  /// Reads a line and learns from it.
  mutating func read(_ line: UnsafeBufferPointer<UInt8>) {
    guard let base = line.baseAddress else { return }
    var position = 0
    var previous = 0..<0
    while position < line.count {
      let match = lexicon.match(in: line, at: position)
      guard match.length > 0 else {
        // A byte that no entry says.
        previous = 0..<0
        position += 1
        continue
      }
      let chunk = position..<(position + match.length)
      lastUse[match.entry] = batch
      if !previous.isEmpty, generator.next(below: 1) < settings.admission {
        memorise(line, base, previous.lowerBound..<chunk.upperBound)
      }
      if match.secondLength > 0 { evaluate(line, match, at: position) }
      previous = chunk
      position = chunk.upperBound
    }
  }

  private mutating func memorise(
    _ line: UnsafeBufferPointer<UInt8>, _ base: UnsafePointer<UInt8>, _ range: Range<Int>
  ) {
    let characters = range.count { !UTF8Sequence.isContinuation(line[$0]) }
    guard characters <= settings.longestEntry else { return }
    guard candidates.add(base + range.lowerBound, count: range.count) == 2 else { return }
    let string = Array(line[range])
    if !lexicon.contains(string) { add(string) }
  }

  /// Judges a chunk by going on with it and with the next shorter entry until both meet.
  private mutating func evaluate(
    _ line: UnsafeBufferPointer<UInt8>, _ match: Lexicon.Match, at position: Int
  ) {
    var longer = Path(end: position + match.length, place: Int(lexicon.places[match.entry]))
    var shorter = Path(
      end: position + match.secondLength, place: Int(lexicon.places[match.secondEntry]))
    while longer.end != shorter.end {
      if longer.end < shorter.end {
        longer.goOn(line, lexicon)
      } else {
        shorter.goOn(line, lexicon)
      }
    }
    let isBad =
      longer.unknown > shorter.unknown
      || (longer.unknown == shorter.unknown
        && (longer.chunks, longer.places) > (shorter.chunks, shorter.places))
    balance[match.entry] += isBad ? -1 : 1
    if isBad { balance[match.secondEntry] += 1 }
  }

  /// A way on through a line.
  private struct Path {
    var end: Int
    var chunks = 1
    var places: Int
    var unknown = 0

    init(end: Int, place: Int) {
      self.end = end
      places = place
    }

    mutating func goOn(_ line: UnsafeBufferPointer<UInt8>, _ lexicon: Lexicon) {
      let match = lexicon.match(in: line, at: end)
      chunks += 1
      if match.length > 0 {
        end += match.length
        places += Int(lexicon.places[match.entry])
      } else {
        end += 1
        unknown += 1
      }
    }
  }

  /// Moves entries by how they did, and forgets.
  private mutating func settle() {
    var keys = [Double](repeating: 0, count: lexicon.strings.count)
    for number in lexicon.order {
      let index = Int(number)
      // A place moves by a fraction of itself for each evaluation.
      let good = Double(balance[index])
      let factor =
        good >= 0
        ? pow(1 - settings.step, good) : pow(1 + settings.step, -good)
      keys[index] = Double(lexicon.places[index] + 1) * factor
      balance[index] = 0
    }
    lexicon.reorder(by: keys)
    if settings.forgets { forget(keepingNew: true) }
  }

  /// Leaves the entries that stay in the end.
  mutating func finish() {
    if settings.forgets { forget(keepingNew: false) }
  }

  private mutating func forget(keepingNew: Bool) {
    var gone: Set<Int32> = []
    var left = lexicon.count
    for number in lexicon.order.reversed() where number >= characterCount {
      let index = Int(number)
      if keepingNew, batch - birth[index] < settings.grace { continue }
      if left > settings.size || batch - lastUse[index] >= settings.lifespan {
        gone.insert(number)
        left -= 1
      }
    }
    lexicon.remove(gone)
  }
}

/// How a lexicon is learned.
struct LexiconSettings: Sendable, Equatable {
  /// Entries in the end, characters among them.
  var size = 32_000
  /// How often the text is read.
  var passes = 10
  /// Bytes of text after which entries are moved and forgotten.
  var batchBytes = 1 << 15
  /// How likely two neighbouring chunks are noted.
  var admission = 0.25
  /// The fraction of its place by which an entry moves for one evaluation.
  var step = 0.2
  /// Batches without a use after which an entry goes.
  var lifespan = 1000
  /// Batches for which a new entry stays whatever happens.
  var grace = 10
  /// Characters of the longest entry.
  var longestEntry = 32
  /// Whether anything is forgotten.
  var forgets = true
  /// Where randomness begins.
  var seed: UInt64 = 1
}

/// Random numbers that are the same wherever they begin at the same seed (SplitMix64).
struct LexiconGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// A number from 0 up to `bound`.
  mutating func next(below bound: Double) -> Double {
    Double(next() >> 11) * 0x1p-53 * bound
  }
}
