/// Which tokens each token of a pass attends to: some at the beginning of the text, then, where the
/// text has branches, its own ancestors.
struct Batch {
  /// The position of each token, which its rotation follows.
  private(set) var positions: [Int]
  /// How many tokens of the text, from its beginning, each attends to.
  private(set) var prefixes: [Int]
  /// For each token the places in the branches' cache of its ancestors and of itself, in the order
  /// of their positions; all lists one after another.
  private(set) var slots: [Int32] = []
  /// Where each token's list begins in `slots`; one more at the end.
  private(set) var firstSlot: [Int]
  /// The segment that each token is of, where texts have several; otherwise none.
  private(set) var segments: [Int] = []

  /// Whether some of the tokens attend to others of the batch.
  let isConnected: Bool

  /// How many tokens.
  var count: Int { positions.count }

  /// Tokens that go on with a text of `start` tokens.
  init(continuing start: Int, count: Int) {
    positions = Array(start..<start + count)
    prefixes = positions.map { $0 + 1 }
    firstSlot = [Int](repeating: 0, count: count + 1)
    isConnected = count > 1
  }

  /// Where a token of a branch stands.
  struct Place {
    /// After how many tokens of the text its branch leaves it.
    var prefix: Int
    /// The places in the branches' cache of its ancestors and of itself, in order.
    var path: [Int32]
    /// Its position in the text that its branch makes.
    var position: Int { prefix + path.count - 1 }
  }

  /// Tokens of branches that leave a text.
  ///
  /// - Parameter first: the place in the branches' cache of the first of them.
  init(branching places: [Place], from first: Int) {
    isConnected = places.contains { $0.path.dropLast().contains { $0 >= first } }
    positions = places.map(\.position)
    prefixes = places.map(\.prefix)
    firstSlot = [0]
    for place in places {
      slots += place.path
      firstSlot.append(slots.count)
    }
  }

  /// Tokens of a whole text that attend to each other in both directions.
  ///
  /// - Parameter segments: the segment that each is of.
  init(everything segments: [Int]) {
    let count = segments.count
    self.segments = segments
    positions = Array(0..<count)
    prefixes = [Int](repeating: count, count: count)
    firstSlot = [Int](repeating: 0, count: count + 1)
    isConnected = count > 1
  }
}
