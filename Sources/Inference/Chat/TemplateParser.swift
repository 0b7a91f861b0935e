/// Reads the statements of a template, as Jinja 3 has them with loop controls and the `generation`
/// blocks of `transformers`. A statement or filter that is not built is refused here, by its name,
/// so that one knows before any conversation whether a template can be written.
struct TemplateParser {
  private let tokens: [TemplateToken]
  private var index = 0
  private var nesting = 0
  /// Loops around the statement, as far as `break` can see them.
  private var loops = 0
  /// Names that the macros around use, the innermost last.
  var namesOfMacros: [Set<String>] = []

  /// The statements of a template.
  static func statements(of template: String) throws(TemplateFault) -> [TemplateStatement] {
    var parser = TemplateParser(tokens: try TemplateLexer.tokens(of: template))
    let statements = try parser.body(until: [], of: nil)
    return statements
  }

  private init(tokens: [TemplateToken]) { self.tokens = tokens }

  // MARK: Tokens

  var current: TemplateToken { tokens[min(index, tokens.count - 1)] }
  var next: TemplateToken { tokens[min(index + 1, tokens.count - 1)] }

  mutating func advance() { index += 1 }

  func isMark(_ mark: String) -> Bool { current.form == .mark(mark) }
  func isName(_ name: String) -> Bool { current.form == .name(name) }

  mutating func skip(_ form: TemplateToken.Form) -> Bool {
    guard current.form == form else { return false }
    advance()
    return true
  }

  mutating func skipMark(_ mark: String) -> Bool { skip(.mark(mark)) }
  mutating func skipName(_ name: String) -> Bool { skip(.name(name)) }

  func unexpected(_ wanted: String) -> TemplateFault {
    TemplateFault(.syntax, "\(current.title) stands where \(wanted) should be", at: current.offset)
  }

  mutating func expectMark(_ mark: String) throws(TemplateFault) {
    guard skipMark(mark) else { throw unexpected(mark) }
  }

  mutating func expectName() throws(TemplateFault) -> String {
    guard case .name(let name) = current.form else { throw unexpected("a name") }
    advance()
    return name
  }

  private mutating func expect(_ form: TemplateToken.Form, _ title: String) throws(TemplateFault) {
    guard skip(form) else { throw unexpected(title) }
  }

  /// Enters a part that can hold others of its kind; refuses those that are too deep, since reading
  /// them takes the stack.
  mutating func enter() throws(TemplateFault) {
    nesting += 1
    guard nesting <= 2 * TemplateLimit.nesting else {
      throw TemplateFault(
        .limit, "more than \(2 * TemplateLimit.nesting) parts inside of each other",
        at: current.offset)
    }
  }

  mutating func leave() { nesting -= 1 }

  // MARK: Bodies

  /// Statements up to a block whose name is one of `ends`, which becomes the current token.
  private mutating func body(
    until ends: Set<String>, of block: TemplateToken?
  ) throws(TemplateFault) -> [TemplateStatement] {
    try enter()
    defer { leave() }
    var statements: [TemplateStatement] = []
    while true {
      let token = current
      switch token.form {
      case .end:
        guard let block else { return statements }
        throw TemplateFault(.syntax, "the block \(block.title) has no end", at: block.offset)
      case .data(let text):
        advance()
        statements.append(.text(text))
      case .printBegin:
        advance()
        statements.append(.print(try tuple()))
        try expect(.printEnd, "}}")
      case .blockBegin:
        advance()
        if case .name(let name) = current.form, ends.contains(name) { return statements }
        if let statement = try statement() { statements.append(statement) }
      default: throw unexpected("text")
      }
    }
  }

  /// The rest of a block whose head was read: its body, up to `end{name}`.
  private mutating func blockBody(_ name: TemplateToken) throws(TemplateFault)
    -> [TemplateStatement]
  {
    try expect(.blockEnd, "%}")
    let end = "end" + name.title
    let statements = try body(until: [end], of: name)
    advance()
    try expect(.blockEnd, "%}")
    return statements
  }

  private mutating func statement() throws(TemplateFault) -> TemplateStatement? {
    let token = current
    let name = try expectName()
    switch name {
    case "if": return try branches(token)
    case "for": return try loop(token)
    case "set": return try set(token)
    case "macro": return .macro(try macro(token))
    case "call": return try callBlock(token)
    case "filter":
      let filters = try filterUses(first: true)
      return .filtered(
        filters,
        try isolated { parser throws(TemplateFault) in
          try parser.blockBody(token)
        })
    case "with": return try with(token)
    case "generation":
      return .generation(
        try isolated { parser throws(TemplateFault) in
          try parser.blockBody(token)
        })
    case "print":
      let value = try tuple()
      try expect(.blockEnd, "%}")
      return .print(value)
    case "break", "continue":
      guard loops > 0 else {
        throw TemplateFault(.syntax, "\(name) stands outside of a loop", at: token.offset)
      }
      try expect(.blockEnd, "%}")
      return name == "break" ? .breakLoop : .continueLoop
    case "block", "extends", "include", "import", "from", "autoescape", "do", "trans":
      throw TemplateFault(
        .unsupported, "the statement \(name) cannot be written", at: token.offset)
    default:
      throw TemplateFault(.syntax, "there is no statement \(name)", at: token.offset)
    }
  }

  /// Reads a part from which `break` does not see the loops around.
  private mutating func isolated<Part>(
    _ read: (inout TemplateParser) throws(TemplateFault) -> Part
  ) throws(TemplateFault) -> Part {
    let outer = loops
    loops = 0
    defer { loops = outer }
    return try read(&self)
  }

  // MARK: Statements

  private mutating func branches(_ token: TemplateToken) throws(TemplateFault) -> TemplateStatement
  {
    var branches: [(condition: TemplateExpression?, body: [TemplateStatement])] = []
    var condition: TemplateExpression? = try tuple(conditional: false)
    while true {
      try expect(.blockEnd, "%}")
      let statements = try body(
        until: condition == nil ? ["endif"] : ["elif", "else", "endif"], of: token)
      branches.append((condition, statements))
      if skipName("elif") {
        condition = try tuple(conditional: false)
      } else if skipName("else") {
        condition = nil
      } else {
        advance()
        try expect(.blockEnd, "%}")
        return .branches(branches)
      }
    }
  }

  private mutating func loop(_ token: TemplateToken) throws(TemplateFault) -> TemplateStatement {
    let target = try target(end: "in")
    guard skipName("in") else { throw unexpected("in") }
    let iterable = try tuple(conditional: false, end: "recursive")
    let filter = skipName("if") ? try expression() : nil
    if isName("recursive") {
      throw TemplateFault(.unsupported, "recursive loops cannot be written", at: current.offset)
    }
    try expect(.blockEnd, "%}")
    loops += 1
    defer { loops -= 1 }
    let statements = try body(until: ["else", "endfor"], of: token)
    var otherwise: [TemplateStatement] = []
    if skipName("else") {
      try expect(.blockEnd, "%}")
      otherwise = try body(until: ["endfor"], of: token)
    }
    advance()
    try expect(.blockEnd, "%}")
    return .loop(target, in: iterable, if: filter, statements, else: otherwise)
  }

  private mutating func set(_ token: TemplateToken) throws(TemplateFault) -> TemplateStatement {
    let target = try target(end: nil, allowsAttribute: true)
    if skipMark("=") {
      let value = try tuple()
      try expect(.blockEnd, "%}")
      return .set(target, value)
    }
    let filters = try filterUses(first: false)
    return .capture(
      target, filters, try isolated { parser throws(TemplateFault) in try parser.blockBody(token) })
  }

  private mutating func with(_ token: TemplateToken) throws(TemplateFault) -> TemplateStatement {
    var values: [(TemplateTarget, TemplateExpression)] = []
    while current.form != .blockEnd {
      if !values.isEmpty { try expectMark(",") }
      let target = try target(end: nil)
      try expectMark("=")
      values.append((target, try expression()))
    }
    return .with(values, try blockBody(token))
  }

  private mutating func macro(_ token: TemplateToken) throws(TemplateFault) -> TemplateMacro {
    let name = try expectName()
    return try macro(name, token) { parser throws(TemplateFault) in try parser.parameters() }
  }

  private mutating func macro(
    _ name: String, _ token: TemplateToken,
    parameters: (inout TemplateParser) throws(TemplateFault) -> [(
      name: String, standard: TemplateExpression?
    )]
  ) throws(TemplateFault) -> TemplateMacro {
    let parameters = try parameters(&self)
    namesOfMacros.append([])
    let statements = try isolated { parser throws(TemplateFault) in try parser.blockBody(token) }
    let names = namesOfMacros.removeLast()
    if let outer = namesOfMacros.indices.last { namesOfMacros[outer].formUnion(names) }
    return TemplateMacro(
      name: name, parameters: parameters, body: statements,
      uses: names.intersection(["varargs", "kwargs", "caller"]))
  }

  private mutating func parameters() throws(TemplateFault) -> [(
    name: String, standard: TemplateExpression?
  )] {
    var parameters: [(name: String, standard: TemplateExpression?)] = []
    try expectMark("(")
    while !isMark(")") {
      if !parameters.isEmpty { try expectMark(",") }
      let offset = current.offset
      let name = try expectName()
      let standard = skipMark("=") ? try expression() : nil
      guard standard != nil || parameters.last?.standard == nil else {
        throw TemplateFault(
          .syntax, "the parameter \(name) needs a default, as the one before has", at: offset)
      }
      parameters.append((name, standard))
    }
    try expectMark(")")
    return parameters
  }

  private mutating func callBlock(_ token: TemplateToken) throws(TemplateFault) -> TemplateStatement
  {
    let parameters = isMark("(") ? try parameters() : []
    let offset = current.offset
    guard case .call(let function, let call) = try expression().form else {
      throw TemplateFault(.syntax, "the block call needs a call", at: offset)
    }
    let block = try macro("caller", token) { _ throws(TemplateFault) in parameters }
    return .call(function, call, block, offset: offset)
  }

  // MARK: Targets and filters of blocks

  private mutating func target(
    end: String?, allowsAttribute: Bool = false
  ) throws(TemplateFault) -> TemplateTarget {
    let offset = current.offset
    if allowsAttribute, case .name(let name) = current.form, next.form == .mark(".") {
      advance()
      advance()
      note(name)
      return .attribute(of: name, try expectName(), offset: offset)
    }
    var targets: [TemplateTarget] = []
    var isTuple = false
    while true {
      if isTuple {
        if case .blockEnd = current.form { break }
        if isMark("=") || isMark(")") || end.map(isName) == true { break }
      }
      if skipMark("(") {
        targets.append(try target(end: end))
        try expectMark(")")
      } else {
        let offset = current.offset
        let name = try expectName()
        guard !Self.constants.contains(name) else {
          throw TemplateFault(.syntax, "nothing can be assigned to \(name)", at: offset)
        }
        targets.append(.name(name))
      }
      guard skipMark(",") else { break }
      isTuple = true
    }
    return isTuple || targets.count != 1 ? .tuple(targets) : targets[0]
  }

  private mutating func filterUses(first: Bool) throws(TemplateFault) -> [TemplateFilterUse] {
    var uses: [TemplateFilterUse] = []
    var expectsName = first
    while expectsName || skipMark("|") {
      expectsName = false
      let offset = current.offset
      let name = try filterName()
      uses.append(
        TemplateFilterUse(
          name: name, call: isMark("(") ? try call() : TemplateCall(), offset: offset))
    }
    return uses
  }
}
