/// Expressions, with the precedence of Jinja: `if else`, `or`, `and`, `not`, comparisons, `+ -`, `~`,
/// `* / // %`, `**`, signs, then what follows a value.
extension TemplateParser {
  /// Names that are constants.
  static let constants: Set<String> = ["true", "false", "none", "True", "False", "None"]

  /// An expression with its place; refuses what is too deep.
  func node(
    _ form: TemplateExpression.Form, at offset: Int, over parts: [TemplateExpression] = []
  ) throws(TemplateFault) -> TemplateExpression {
    let depth = 1 + (parts.map(\.depth).max() ?? 0)
    guard depth <= TemplateLimit.nesting else {
      throw TemplateFault(
        .limit, "more than \(TemplateLimit.nesting) expressions inside of each other", at: offset)
    }
    return TemplateExpression(form: form, offset: offset, depth: depth)
  }

  /// Notes that a macro uses a name.
  mutating func note(_ name: String) {
    if let last = namesOfMacros.indices.last { namesOfMacros[last].insert(name) }
  }

  // MARK: Tuples and conditions

  /// One expression, or several with commas between: a tuple.
  mutating func tuple(
    conditional: Bool = true, end: String? = nil, allowsEmpty: Bool = false
  ) throws(TemplateFault) -> TemplateExpression {
    let offset = current.offset
    var parts: [TemplateExpression] = []
    var isTuple = false
    while true {
      let ends = [.printEnd, .blockEnd, .mark(")")].contains(current.form)
      if ends || end.map(isName) == true { break }
      parts.append(try conditional ? expression() : disjunction())
      guard skipMark(",") else { break }
      isTuple = true
    }
    if isTuple || parts.isEmpty && allowsEmpty {
      return try node(.tuple(parts), at: offset, over: parts)
    }
    guard let only = parts.first else { throw unexpected("an expression") }
    return only
  }

  mutating func expression() throws(TemplateFault) -> TemplateExpression {
    try enter()
    defer { leave() }
    var value = try disjunction()
    while isName("if") {
      let offset = current.offset
      advance()
      let condition = try disjunction()
      let otherwise = skipName("else") ? try expression() : nil
      value = try node(
        .conditional(value, if: condition, else: otherwise), at: offset,
        over: [value, condition] + (otherwise.map { [$0] } ?? []))
    }
    return value
  }

  private mutating func disjunction() throws(TemplateFault) -> TemplateExpression {
    var left = try conjunction()
    while isName("or") {
      let offset = current.offset
      advance()
      let right = try conjunction()
      left = try node(.or(left, right), at: offset, over: [left, right])
    }
    return left
  }

  private mutating func conjunction() throws(TemplateFault) -> TemplateExpression {
    var left = try negation()
    while isName("and") {
      let offset = current.offset
      advance()
      let right = try negation()
      left = try node(.and(left, right), at: offset, over: [left, right])
    }
    return left
  }

  private mutating func negation() throws(TemplateFault) -> TemplateExpression {
    guard isName("not") else { return try comparison() }
    try enter()
    defer { leave() }
    let offset = current.offset
    advance()
    let value = try negation()
    return try node(.not(value), at: offset, over: [value])
  }

  // MARK: Operators

  private mutating func comparison() throws(TemplateFault) -> TemplateExpression {
    let offset = current.offset
    let left = try sum()
    var rest: [(TemplateExpression.Comparison, TemplateExpression)] = []
    while let comparison = comparisonMark() { rest.append((comparison, try sum())) }
    guard !rest.isEmpty else { return left }
    return try node(.comparison(left, rest), at: offset, over: [left] + rest.map(\.1))
  }

  private mutating func comparisonMark() -> TemplateExpression.Comparison? {
    switch current.form {
    case .mark(let mark):
      guard let comparison = TemplateExpression.Comparison(rawValue: mark) else { return nil }
      advance()
      return comparison
    case .name("in"):
      advance()
      return .contained
    case .name("not") where next.form == .name("in"):
      advance()
      advance()
      return .notContained
    default: return nil
    }
  }

  private mutating func arithmetic(
    _ marks: Set<String>,
    _ operand: (inout TemplateParser) throws(TemplateFault) -> TemplateExpression
  ) throws(TemplateFault) -> TemplateExpression {
    var left = try operand(&self)
    while case .mark(let mark) = current.form, marks.contains(mark),
      let operation = TemplateExpression.Arithmetic(rawValue: mark)
    {
      let offset = current.offset
      advance()
      let right = try operand(&self)
      left = try node(.arithmetic(operation, left, right), at: offset, over: [left, right])
    }
    return left
  }

  private mutating func sum() throws(TemplateFault) -> TemplateExpression {
    try arithmetic(["+", "-"]) { parser throws(TemplateFault) in try parser.concatenation() }
  }

  private mutating func concatenation() throws(TemplateFault) -> TemplateExpression {
    let offset = current.offset
    var parts = [try product()]
    while skipMark("~") { parts.append(try product()) }
    return parts.count == 1 ? parts[0] : try node(.concatenation(parts), at: offset, over: parts)
  }

  private mutating func product() throws(TemplateFault) -> TemplateExpression {
    try arithmetic(["*", "/", "//", "%"]) { parser throws(TemplateFault) in
      // Powers go from left to right in Jinja.
      try parser.arithmetic(["**"]) { parser throws(TemplateFault) in
        try parser.signed(filters: true)
      }
    }
  }

  private mutating func signed(filters: Bool) throws(TemplateFault) -> TemplateExpression {
    try enter()
    defer { leave() }
    let offset = current.offset
    var value: TemplateExpression
    if skipMark("-") {
      let operand = try signed(filters: false)
      value = try node(.negative(operand), at: offset, over: [operand])
    } else if skipMark("+") {
      let operand = try signed(filters: false)
      value = try node(.positive(operand), at: offset, over: [operand])
    } else {
      value = try primary()
    }
    value = try postfix(value)
    return filters ? try filtered(value) : value
  }

  // MARK: Values

  mutating func primary() throws(TemplateFault) -> TemplateExpression {
    let offset = current.offset
    switch current.form {
    case .name(let name):
      advance()
      switch name {
      case "true", "True": return try node(.bool(true), at: offset)
      case "false", "False": return try node(.bool(false), at: offset)
      case "none", "None": return try node(.none, at: offset)
      default:
        note(name)
        return try node(.name(name), at: offset)
      }
    case .string(var value):
      advance()
      while case .string(let more) = current.form {
        value += more
        advance()
      }
      return try node(.string(value), at: offset)
    case .integer(let value):
      advance()
      return try node(.integer(value), at: offset)
    case .float(let value):
      advance()
      return try node(.float(value), at: offset)
    case .mark("("):
      advance()
      let value = try tuple(allowsEmpty: true)
      try expectMark(")")
      return value
    case .mark("["):
      advance()
      let items = try list(until: "]")
      return try node(.list(items), at: offset, over: items)
    case .mark("{"):
      advance()
      return try mapping(at: offset)
    default: throw unexpected("an expression")
    }
  }

  private mutating func list(until close: String) throws(TemplateFault) -> [TemplateExpression] {
    var items: [TemplateExpression] = []
    while !isMark(close) {
      if !items.isEmpty { try expectMark(",") }
      if isMark(close) { break }
      items.append(try expression())
    }
    try expectMark(close)
    return items
  }

  private mutating func mapping(at offset: Int) throws(TemplateFault) -> TemplateExpression {
    var entries: [(key: TemplateExpression, value: TemplateExpression)] = []
    while !isMark("}") {
      if !entries.isEmpty { try expectMark(",") }
      if isMark("}") { break }
      let key = try expression()
      try expectMark(":")
      entries.append((key, try expression()))
    }
    try expectMark("}")
    return try node(.mapping(entries), at: offset, over: entries.flatMap { [$0.key, $0.value] })
  }
}
