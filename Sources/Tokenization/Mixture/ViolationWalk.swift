/// Walks the steps of a history under one mixture and finds the pairs that occur more often there
/// than the pair that was joined.
///
/// A queue holds the pairs by how often they occurred when they were last looked at; counts mostly
/// fall, so an entry is looked at again only when it comes up.
struct ViolationWalk {
  /// What the present solution gives.
  struct Mixture {
    /// What one occurrence in each category counts for.
    var weights: [Double]
    /// By how much the joined pair of a step may be less frequent.
    var stepSlack: [Int: Double]
    /// By how much a pair may be too frequent.
    var pairSlack: [UInt32: Double]
  }

  /// A pair that should not have been passed over.
  struct Violation {
    var step: Int
    var pair: UInt32
    /// For each category, how often the joined pair occurs more than this one.
    var margins: [Int]
  }

  private let history: PairHistory
  /// Steps that say something.
  private let isTelling: [Bool]
  /// Pairs that may have been passed over.
  private let mayCompete: [Bool]
  private let initialCounts: [Int32]

  /// The most pairs of one step that one walk gives.
  static let perStep = 2

  /// A walk over a history.
  init(_ history: PairHistory, isTelling: [Bool], mayCompete: [Bool]) {
    self.history = history
    self.isTelling = isTelling
    self.mayCompete = mayCompete
    var counts = [Int32](repeating: 0, count: history.keys.count * history.categoryCount)
    for change in history.initial {
      counts[Int(change.pair) * history.categoryCount + Int(change.category)] += change.delta
    }
    initialCounts = counts
  }

  /// The violations beyond `tolerance` that `isKnown` does not know, at most `limit` (or a few more:
  /// a step is finished), the earliest first.
  func violations(
    under mixture: Mixture, tolerance: Double, limit: Int,
    isKnown: (_ step: Int, _ pair: UInt32) -> Bool
  ) -> [Violation] {
    var state = State(self, mixture)
    var found: [Violation] = []
    for step in 0..<history.stepCount {
      if isTelling[step] {
        let joined = history.joined[step]
        let cutoff =
          state.frequency(of: joined) + (mixture.stepSlack[step] ?? 0) + tolerance
        for pair in state.pairs(
          above: cutoff, except: joined, count: Self.perStep,
          isKnown: {
            isKnown(step, $0)
          })
        {
          found.append(
            Violation(step: step, pair: pair, margins: state.margins(of: joined, over: pair)))
        }
        if found.count >= limit { break }
      }
      state.apply(history.changes(of: step))
    }
    return found
  }

  /// The counts at one step.
  private struct State {
    private var counts: [Int32]
    private let width: Int
    private let mixture: Mixture
    private let mayCompete: [Bool]
    /// The key of the entry of each pair that counts; others of the same pair are left over.
    private var keys: [Double]
    private var queue = DoubleQueue()

    init(_ walk: ViolationWalk, _ mixture: Mixture) {
      counts = walk.initialCounts
      width = walk.history.categoryCount
      mayCompete = walk.mayCompete
      self.mixture = mixture
      keys = [Double](repeating: -.infinity, count: walk.history.keys.count)
      for change in walk.history.initial { renew(change.pair) }
    }

    @inline(__always)
    func frequency(of pair: UInt32) -> Double {
      var sum = 0.0
      let first = Int(pair) * width
      for category in 0..<width {
        sum += mixture.weights[category] * Double(counts[first + category])
      }
      return sum
    }

    func margins(of joined: UInt32, over pair: UInt32) -> [Int] {
      (0..<width).map {
        Int(counts[Int(joined) * width + $0]) - Int(counts[Int(pair) * width + $0])
      }
    }

    /// Puts a pair into the queue when it occurs more often than the queue knows.
    @inline(__always)
    private mutating func renew(_ pair: UInt32) {
      guard mayCompete[Int(pair)] else { return }
      let key = frequency(of: pair) - (mixture.pairSlack[pair] ?? 0)
      guard key > keys[Int(pair)] else { return }
      keys[Int(pair)] = key
      queue.insert(key, pair)
    }

    mutating func apply(_ changes: ArraySlice<PairHistory.Change>) {
      for change in changes {
        counts[Int(change.pair) * width + Int(change.category)] += change.delta
      }
      for change in changes where change.delta > 0 { renew(change.pair) }
    }

    mutating func pairs(
      above cutoff: Double, except joined: UInt32, count: Int, isKnown: (UInt32) -> Bool
    ) -> [UInt32] {
      var found: [UInt32] = []
      var taken: [(key: Double, pair: UInt32)] = []
      while found.count < count, let top = queue.first, top.key > cutoff {
        queue.removeFirst()
        // An entry of a pair that has another one.
        guard top.key == keys[Int(top.pair)] else { continue }
        let key = frequency(of: top.pair) - (mixture.pairSlack[top.pair] ?? 0)
        if key < top.key {
          keys[Int(top.pair)] = key
          queue.insert(key, top.pair)
          continue
        }
        taken.append(top)
        if top.pair != joined && !isKnown(top.pair) { found.append(top.pair) }
      }
      for entry in taken { queue.insert(entry.key, entry.pair) }
      return found
    }
  }
}

/// Numbers by a key, the largest first: a binary heap.
private struct DoubleQueue {
  private var heap: [(key: Double, pair: UInt32)] = []

  var first: (key: Double, pair: UInt32)? { heap.first }

  mutating func insert(_ key: Double, _ pair: UInt32) {
    heap.append((key, pair))
    var index = heap.count - 1
    while index > 0 {
      let parent = (index - 1) / 2
      guard key > heap[parent].key else { break }
      heap[index] = heap[parent]
      index = parent
    }
    heap[index] = (key, pair)
  }

  mutating func removeFirst() {
    guard let last = heap.popLast(), !heap.isEmpty else { return }
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].key > heap[child].key { child += 1 }
      guard heap[child].key > last.key else { break }
      heap[index] = heap[child]
      index = child
    }
    heap[index] = last
  }
}
