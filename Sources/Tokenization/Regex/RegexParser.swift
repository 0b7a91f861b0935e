/// Reads the regular expressions that tokenizers are written in; anything else is refused by name
/// and place.
struct RegexParser {
  /// Characters that an expression may have.
  static let maximumLength = 8192
  /// How deep groups may be nested.
  static let maximumDepth = 32
  /// The largest count of `{n,m}`.
  static let maximumCount = 256
  /// Characters that a lookbehind may reach back.
  static let longestLookbehind = 256

  private let pattern: [Unicode.Scalar]
  private let dialect: RegexDialect
  private var place = 0
  private var depth = 0
  private var ignoresCase = false

  private init(_ pattern: String, _ dialect: RegexDialect) {
    self.pattern = Array(pattern.unicodeScalars)
    self.dialect = dialect
  }

  /// The tree of an expression.
  static func parse(_ pattern: String, dialect: RegexDialect) throws(RegexFault) -> RegexNode {
    var parser = RegexParser(pattern, dialect)
    guard parser.pattern.count <= maximumLength else {
      throw RegexFault(what: "has more than \(maximumLength) characters", offset: maximumLength)
    }
    let node = try parser.alternatives()
    guard parser.place == parser.pattern.count else { throw parser.fault("an unopened )") }
    return node
  }

  private func fault(_ what: String, at offset: Int? = nil) -> RegexFault {
    RegexFault(what: what, offset: offset ?? place)
  }

  private func looking(at text: String) -> Bool {
    let scalars = text.unicodeScalars
    return pattern.count - place >= scalars.count
      && pattern[place..<place + scalars.count].elementsEqual(scalars)
  }

  private mutating func take(_ text: String) -> Bool {
    guard looking(at: text) else { return false }
    place += text.unicodeScalars.count
    return true
  }

  private mutating func next() throws(RegexFault) -> Unicode.Scalar {
    guard place < pattern.count else { throw fault("the pattern ends too early") }
    defer { place += 1 }
    return pattern[place]
  }

  private mutating func alternatives() throws(RegexFault) -> RegexNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else {
      throw fault("is nested more than \(Self.maximumDepth) deep")
    }
    let outerCase = ignoresCase
    defer { ignoresCase = outerCase }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .either(branches)
  }

  private mutating func sequence() throws(RegexFault) -> RegexNode {
    var nodes: [RegexNode] = []
    while place < pattern.count, !looking(at: "|"), !looking(at: ")") {
      guard let atom = try atom() else { continue }
      nodes.append(try quantified(atom))
    }
    return nodes.isEmpty ? .empty : nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  private mutating func quantified(_ atom: RegexNode) throws(RegexFault) -> RegexNode {
    var node = atom
    var rounds = 0
    while let (least, most, counted) = try quantifier() {
      rounds += 1
      guard rounds <= 4 else { throw fault("too many repetitions of repetitions") }
      if case .assertion = node { throw fault("a repetition of a place") }
      switch node {
      case .look, .lookBehind: throw fault("a repetition of a place")
      default: break
      }
      // Engines differ in what they do with a round that matched nothing.
      if most == nil, node.canBeEmpty {
        throw fault("an endless repetition of what may be empty")
      }
      var mode = RegexNode.Mode.greedy
      if looking(at: "?"), !(counted && dialect == .oniguruma && least == most) {
        place += 1
        mode = .lazy
      } else if looking(at: "+"), !(counted && dialect == .oniguruma) {
        place += 1
        mode = .possessive
      }
      if mode == .possessive, case .set = node {
        node = .repeated(node, min: least, max: most, mode: mode)
      } else if mode == .possessive {
        node = .atomic(.repeated(node, min: least, max: most, mode: .greedy))
      } else {
        node = .repeated(node, min: least, max: most, mode: mode)
      }
    }
    return node
  }

  private mutating func quantifier() throws(RegexFault) -> (Int, Int?, counted: Bool)? {
    if take("*") { return (0, nil, false) }
    if take("+") { return (1, nil, false) }
    if take("?") { return (0, 1, false) }
    guard looking(at: "{") else { return nil }
    let start = place
    place += 1
    let least = try count()
    var most = least
    if take(",") { most = looking(at: "}") ? nil : try count() }
    guard let least, take("}"), most.map({ $0 >= least }) ?? true else {
      throw fault("a count that is not {n}, {n,} or {n,m}", at: start)
    }
    return (least, most, true)
  }

  private mutating func count() throws(RegexFault) -> Int? {
    var value: Int?
    while place < pattern.count, let digit = Int(String(pattern[place])), pattern[place].isASCII {
      let sum = (value ?? 0) * 10 + digit
      guard sum <= Self.maximumCount else {
        throw fault("a count above \(Self.maximumCount)")
      }
      value = sum
      place += 1
    }
    return value
  }

  /// The next part; `nil` for one that only sets an option.
  private mutating func atom() throws(RegexFault) -> RegexNode? {
    let start = place
    let scalar = try next()
    switch scalar {
    case "(": return try group(start)
    case "[":
      let set = try set(start)
      return .set(try cased(set, start))
    case ".": return .set(.notLineFeed)
    case "^": return .assertion(dialect == .fancy ? .textStart : .lineStart)
    case "$": return .assertion(dialect == .fancy ? .textEnd : .lineEnd)
    case "\\":
      switch try peek() {
      case "b", "B":
        return .assertion(try next() == "b" ? .wordBoundary : .notWordBoundary)
      case "A", "z":
        return .assertion(try next() == "A" ? .textStart : .textEnd)
      default: return .set(try cased(try escape(start), start))
      }
    case "*", "+", "?": throw fault("a repetition of nothing", at: start)
    case "{" where dialect == .fancy: throw fault("a repetition of nothing", at: start)
    default: return .set(try cased(.single(scalar.value), start))
    }
  }

  private func peek() throws(RegexFault) -> Unicode.Scalar {
    guard place < pattern.count else { throw fault("the pattern ends too early") }
    return pattern[place]
  }

  /// The set with both cases, where case is ignored.
  private func cased(_ set: ScalarSet, _ start: Int) throws(RegexFault) -> ScalarSet {
    guard ignoresCase else { return set }
    guard let both = set.ignoringCase() else {
      throw fault("a class beyond ASCII where case is ignored", at: start)
    }
    return both
  }

  private mutating func group(_ start: Int) throws(RegexFault) -> RegexNode? {
    if take("?") {
      if take("=") { return .look(try closed(start), negative: false) }
      if take("!") { return .look(try closed(start), negative: true) }
      if take("<=") { return .lookBehind(try bounded(start), negative: false) }
      if take("<!") { return .lookBehind(try bounded(start), negative: true) }
      if take(">") { return .atomic(try closed(start)) }
      if take("i)") {
        ignoresCase = true
        return nil
      }
      if take("i:") {
        let outer = ignoresCase
        ignoresCase = true
        defer { ignoresCase = outer }
        return try closed(start)
      }
      guard take(":") else { throw fault("a group of an unknown kind", at: start) }
    }
    return try closed(start)
  }

  /// The inside of a lookbehind.
  private mutating func bounded(_ start: Int) throws(RegexFault) -> RegexNode {
    let node = try closed(start)
    guard let most = node.mostCharacters, most <= Self.longestLookbehind else {
      throw fault(
        "a lookbehind over more than \(Self.longestLookbehind) characters or parts that never give "
          + "back", at: start)
    }
    return node
  }

  private mutating func closed(_ start: Int) throws(RegexFault) -> RegexNode {
    let node = try alternatives()
    guard take(")") else { throw fault("an unclosed (", at: start) }
    return node
  }
}

extension RegexParser {
  /// A class, whose `[` has been read.
  private mutating func set(_ start: Int) throws(RegexFault) -> ScalarSet {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else {
      throw fault("is nested more than \(Self.maximumDepth) deep")
    }
    var set = ScalarSet()
    let isNegated = take("^")
    var isFirst = true
    while true {
      guard place < pattern.count else { throw fault("an unclosed [", at: start) }
      if looking(at: "]"), !isFirst { break }
      isFirst = false
      if take("&&") {
        set = try narrowed(set, start)
        break
      }
      try member(of: &set)
    }
    place += 1
    guard isNegated else { return set }
    return ScalarSet(parts: [set], isNegated: true)
  }

  /// `set` and what follows `&&`, up to the end of the class.
  private mutating func narrowed(
    _ set: ScalarSet, _ start: Int
  ) throws(RegexFault) -> ScalarSet {
    var sets: [ScalarSet] = []
    var last = ScalarSet()
    while true {
      guard place < pattern.count else { throw fault("an unclosed [", at: start) }
      if looking(at: "]") { break }
      if take("&&") {
        sets.append(last)
        last = ScalarSet()
      } else {
        try member(of: &last)
      }
    }
    return ScalarSet(parts: [set], narrowed: sets + [last])
  }

  private mutating func member(of set: inout ScalarSet) throws(RegexFault) {
    let start = place
    if looking(at: "[:") { throw fault("a POSIX class") }
    if take("[") {
      set.parts.append(try self.set(start))
      return
    }
    let low = try single(orAddTo: &set)
    guard let low else { return }
    guard looking(at: "-"), place + 1 < pattern.count, pattern[place + 1] != "]" else {
      set.ranges.append(low...low)
      return
    }
    place += 1
    var none = ScalarSet()
    guard !looking(at: "["), let high = try single(orAddTo: &none), high >= low else {
      throw fault("a range that does not ascend", at: start)
    }
    set.ranges.append(low...high)
  }

  /// The character that stands here; `nil` when it is a set, which is added.
  private mutating func single(orAddTo set: inout ScalarSet) throws(RegexFault) -> UInt32? {
    let start = place
    let scalar = try next()
    guard scalar == "\\" else { return scalar.value }
    let found = try escape(start)
    let isSingle =
      !found.isNegated && found.parts.isEmpty && found.categories == 0 && found.properties == 0
      && found.narrowed.isEmpty && found.ranges.count == 1
    if isSingle, let range = found.ranges.first, range.count == 1 { return range.lowerBound }
    set.parts.append(found)
    return nil
  }

  /// What a backslash, which has been read, begins.
  private mutating func escape(_ start: Int) throws(RegexFault) -> ScalarSet {
    let scalar = try next()
    let word = dialect == .fancy ? ScalarSet.word : .onigurumaWord
    switch scalar {
    case "s": return .space
    case "S": return ScalarSet.space.inverted()
    case "d": return .digit
    case "D": return ScalarSet.digit.inverted()
    case "w": return word
    case "W": return word.inverted()
    case "p": return try property(start)
    case "P": return try property(start).inverted()
    case "r": return .single(0x0D)
    case "n": return .single(0x0A)
    case "t": return .single(0x09)
    case "f": return .single(0x0C)
    case "v": return .single(0x0B)
    case "x": return .single(try hexadecimal(start, digits: 2))
    case "u": return .single(try hexadecimal(start, digits: 4))
    default:
      let isPlain = !scalar.properties.isAlphabetic && scalar.properties.numericType == nil
      guard isPlain else { throw fault("an unknown escape \\\(scalar)", at: start) }
      return .single(scalar.value)
    }
  }

  /// The number in braces, or of so many digits.
  private mutating func hexadecimal(_ start: Int, digits: Int) throws(RegexFault) -> UInt32 {
    let braced = take("{")
    var text = ""
    while place < pattern.count, pattern[place].properties.isASCIIHexDigit,
      text.unicodeScalars.count < (braced ? 8 : digits)
    {
      text.unicodeScalars.append(try next())
    }
    guard let value = UInt32(text, radix: 16), !braced || take("}"), Unicode.Scalar(value) != nil
    else { throw fault("an escape that names no character", at: start) }
    return value
  }

  /// A property, whose `\p` has been read.
  private mutating func property(_ start: Int) throws(RegexFault) -> ScalarSet {
    var name = ""
    if take("{") {
      while !looking(at: "}") { name.unicodeScalars.append(try next()) }
      place += 1
    } else {
      name.unicodeScalars.append(try next())
    }
    let isNegated = name.hasPrefix("^")
    if isNegated { name.removeFirst() }
    let set: ScalarSet
    switch name {
    case "White_Space", "Space": set = .space
    case "Han": set = .han
    default:
      let known = UnicodeTable.categoryNames.contains {
        $0 == name || $0.first.map(String.init) == name
      }
      guard known, name.unicodeScalars.count <= 2 else {
        throw fault("an unknown property \\p{\(name)}", at: start)
      }
      set = ScalarSet(categories: UnicodeTable.mask(name))
    }
    return isNegated ? set.inverted() : set
  }
}
