/// A regular expression as instructions for `RegexMatcher`.
struct RegexProgram: Sendable {
  /// Instructions that an expression may come to, with its counts written out.
  static let maximumSize = 4096

  enum Instruction: Sendable {
    /// One character of the set of that number.
    case set(Int)
    /// The character of that set that ends here, before which matching goes on.
    case setBefore(Int)
    /// First `first`, and if that fails, `second`; `number` counts these instructions.
    case split(first: Int, second: Int, number: Int)
    case jump(Int)
    /// As many characters of a set as there are, at least `least`, never given back.
    case span(set: Int, least: Int, most: Int?)
    /// Whether what begins at `entry`, up to its `.match`, can (or cannot) be matched here.
    case look(entry: Int, negative: Bool)
    /// What begins at `entry`, up to its `.match`, as it matches first, and in no other way.
    case atomic(entry: Int)
    case assertion(RegexNode.Assertion)
    case match
  }

  private(set) var code: [Instruction] = []
  private(set) var sets: [ScalarSet] = []
  /// The ASCII characters of each set.
  private(set) var ascii: [(low: UInt64, high: UInt64)] = []
  /// Number of `.split`.
  private(set) var splitCount = 0
  /// Word characters, for boundaries.
  let word: ScalarSet
  /// Whether it may match no character.
  let canBeEmpty: Bool
  /// Parts of their own that are still to be compiled, with the instruction that asks.
  private var pending: [Part] = []

  private struct Part {
    var place: Int
    var node: RegexNode
    /// Whether it is read from its end.
    var isBackward = false
  }

  /// The program of an expression.
  init(_ pattern: String, dialect: RegexDialect) throws(RegexFault) {
    word = dialect == .fancy ? .word : .onigurumaWord
    let tree = try RegexParser.parse(pattern, dialect: dialect)
    canBeEmpty = tree.canBeEmpty
    try compile(tree)
    try emit(.match)
    while let part = pending.popLast() {
      switch code[part.place] {
      case .look(_, let negative):
        code[part.place] = .look(entry: code.count, negative: negative)
      default: code[part.place] = .atomic(entry: code.count)
      }
      isBackward = part.isBackward
      try compile(part.node)
      try emit(.match)
    }
    ascii = sets.map { $0.asciiBits() }
  }

  /// Whether what is compiled is read from its end: inside of lookbehinds.
  private var isBackward = false

  private mutating func emit(_ instruction: Instruction) throws(RegexFault) {
    guard code.count < Self.maximumSize else {
      throw RegexFault(
        what: "comes to more than \(Self.maximumSize) steps with its counts written out", offset: 0)
    }
    code.append(instruction)
  }

  private mutating func add(_ set: ScalarSet) -> Int {
    sets.append(set)
    return sets.count - 1
  }

  private mutating func compile(_ node: RegexNode) throws(RegexFault) {
    switch node {
    case .empty: break
    case .set(let set): try emit(isBackward ? .setBefore(add(set)) : .set(add(set)))
    case .sequence(let nodes):
      for node in isBackward ? nodes.reversed() : nodes { try compile(node) }
    case .either(let branches): try compile(branches)
    case .look(let node, let negative):
      pending.append(Part(place: code.count, node: node))
      try emit(.look(entry: 0, negative: negative))
    case .lookBehind(let node, let negative):
      pending.append(Part(place: code.count, node: node, isBackward: true))
      try emit(.look(entry: 0, negative: negative))
    case .atomic(let node):
      pending.append(Part(place: code.count, node: node))
      try emit(.atomic(entry: 0))
    case .assertion(let assertion): try emit(.assertion(assertion))
    case .repeated(.set(let set), let least, let most, .possessive):
      try emit(.span(set: add(set), least: least, most: most))
    case .repeated(let node, let least, let most, let mode):
      for _ in 0..<least { try compile(node) }
      if let most {
        try optional(node, times: most - least, lazy: mode == .lazy)
      } else {
        try loop(node, lazy: mode == .lazy)
      }
    }
  }

  private mutating func compile(_ branches: [RegexNode]) throws(RegexFault) {
    var ends: [Int] = []
    for (index, branch) in branches.enumerated() {
      guard index + 1 < branches.count else {
        try compile(branch)
        break
      }
      let split = code.count
      try emit(.match)
      try compile(branch)
      ends.append(code.count)
      try emit(.match)
      code[split] = numbered(split + 1, code.count)
    }
    for end in ends { code[end] = .jump(code.count) }
  }

  private mutating func numbered(_ first: Int, _ second: Int) -> Instruction {
    defer { splitCount += 1 }
    return .split(first: first, second: second, number: splitCount)
  }

  /// `node` at most so many times.
  private mutating func optional(
    _ node: RegexNode, times: Int, lazy: Bool
  ) throws(RegexFault) {
    var splits: [Int] = []
    for _ in 0..<times {
      splits.append(code.count)
      try emit(.match)
      try compile(node)
    }
    for split in splits {
      code[split] = lazy ? numbered(code.count, split + 1) : numbered(split + 1, code.count)
    }
  }

  /// `node` any number of times.
  private mutating func loop(_ node: RegexNode, lazy: Bool) throws(RegexFault) {
    let split = code.count
    try emit(.match)
    try compile(node)
    try emit(.jump(split))
    code[split] = lazy ? numbered(code.count, split + 1) : numbered(split + 1, code.count)
  }
}
