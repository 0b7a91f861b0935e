/// Renders the statements of a template.
///
/// Names are looked up from the inside out, as the reference's compiled code does: loops, macros,
/// `with`, `call`, `filter` and `set` blocks have variables of their own, `if` has none.
struct TemplateEvaluator {
  /// What was written so far.
  private(set) var output: Scalars = []
  /// The time that `strftime_now` tells; `nil` leaves the function undefined.
  let date: ChatDate?
  private var steps = 0
  private var level = 0
  /// The variables around macros.
  private var macroScopes: [TemplateScope] = []

  /// How a list of statements ended.
  private enum Flow { case onward, breaks, continues }

  /// Writes what the statements say.
  ///
  /// - Parameter variables: what the template can name.
  static func render(
    _ statements: [TemplateStatement], variables: [(String, TemplateValue)], date: ChatDate?
  ) throws(TemplateFault) -> Scalars {
    let scope = TemplateScope()
    scope["range"] = .function(.range)
    scope["dict"] = .function(.dict)
    scope["namespace"] = .function(.namespace)
    scope["raise_exception"] = .function(.raiseException)
    if date != nil { scope["strftime_now"] = .function(.strftimeNow) }
    for (name, value) in variables { scope[name] = value }
    var evaluator = TemplateEvaluator(date: date)
    defer { for scope in evaluator.macroScopes { scope.clear() } }
    _ = try evaluator.run(statements, in: TemplateScope(inside: scope))
    return evaluator.output
  }

  private init(date: ChatDate?) { self.date = date }

  // MARK: Limits

  /// Counts work.
  mutating func charge(_ count: Int, at offset: Int) throws(TemplateFault) {
    steps += count
    guard steps <= TemplateLimit.steps else {
      throw TemplateFault(.limit, "takes more than \(TemplateLimit.steps) steps", at: offset)
    }
  }

  /// Counts the characters of a string that is made or gone through.
  mutating func charge(characters count: Int, at offset: Int) throws(TemplateFault) {
    guard count <= TemplateLimit.characters else {
      throw TemplateFault(
        .limit, "makes a string of more than \(TemplateLimit.characters) characters", at: offset)
    }
    try charge(1 + count / 4, at: offset)
  }

  /// Enters an evaluation inside of another; `leave` goes with it.
  mutating func enter(at offset: Int) throws(TemplateFault) {
    level += 1
    guard level <= TemplateLimit.levels else {
      throw TemplateFault(
        .limit, "needs more than \(TemplateLimit.levels) evaluations inside of each other",
        at: offset)
    }
    try charge(1, at: offset)
  }

  mutating func leave() { level -= 1 }

  private mutating func write(_ text: Scalars, at offset: Int) throws(TemplateFault) {
    try charge(characters: text.count, at: offset)
    guard output.count + text.count <= TemplateLimit.characters else {
      throw TemplateFault(
        .limit, "writes more than \(TemplateLimit.characters) characters", at: offset)
    }
    output += text
  }

  /// What the statements write, instead of writing it.
  private mutating func captured(
    _ statements: [TemplateStatement], in scope: TemplateScope
  ) throws(TemplateFault) -> Scalars {
    let outer = output
    output = []
    _ = try run(statements, in: scope)
    defer { output = outer }
    return output
  }

  // MARK: Statements

  private mutating func run(
    _ statements: [TemplateStatement], in scope: TemplateScope
  ) throws(TemplateFault) -> Flow {
    for statement in statements {
      let flow = try run(statement, in: scope)
      if flow != .onward { return flow }
    }
    return .onward
  }

  private mutating func run(
    _ statement: TemplateStatement, in scope: TemplateScope
  ) throws(TemplateFault) -> Flow {
    try enter(at: 0)
    defer { leave() }
    switch statement {
    case .text(let text): try write(text, at: 0)
    case .print(let expression):
      let value = try value(of: expression, in: scope)
      try write(try text(of: value, at: expression.offset), at: expression.offset)
    case .branches(let branches):
      for (condition, body) in branches {
        if let condition, try !value(of: condition, in: scope).isTrue { continue }
        return try run(body, in: scope)
      }
    case .loop(let target, in: let iterable, if: let filter, let body, else: let otherwise):
      return try loop(
        target, over: iterable, where: filter, body, else: otherwise, in: scope)
    case .set(let target, let expression):
      try assign(
        try value(of: expression, in: scope), to: target, in: scope, at: expression.offset)
    case .capture(let target, let filters, let body):
      let text = try captured(body, in: TemplateScope(inside: scope))
      try assign(
        try filtered(.string(text), by: filters, in: scope), to: target, in: scope,
        at: filters.first?.offset ?? 0)
    case .macro(let macro):
      if macroScopes.last !== scope { macroScopes.append(scope) }
      scope[macro.name] = .function(.macro(macro, scope))
    case .call(let function, let call, let block, let offset):
      let callee = try value(of: function, in: scope)
      var arguments = try arguments(call, in: scope, at: offset)
      arguments.named.append(("caller", .function(.macro(block, scope))))
      let value = try self.call(callee, arguments)
      try write(try text(of: value, at: offset), at: offset)
    case .filtered(let filters, let body):
      let text = try captured(body, in: TemplateScope(inside: scope))
      let value = try filtered(.string(text), by: filters, in: scope)
      try write(try self.text(of: value, at: filters[0].offset), at: filters[0].offset)
    case .with(let values, let body):
      let inner = TemplateScope(inside: scope)
      for (target, expression) in values {
        // Each value is found outside of the block.
        try assign(
          try value(of: expression, in: scope), to: target, in: inner, at: expression.offset)
      }
      return try run(body, in: inner)
    case .generation(let body): _ = try run(body, in: TemplateScope(inside: scope))
    case .breakLoop: return .breaks
    case .continueLoop: return .continues
    }
    return .onward
  }

  private mutating func filtered(
    _ value: TemplateValue, by filters: [TemplateFilterUse], in scope: TemplateScope
  ) throws(TemplateFault) -> TemplateValue {
    var value = value
    for use in filters {
      let arguments = try arguments(use.call, in: scope, at: use.offset)
      value = try filter(value, use.name, arguments)
    }
    return value
  }

  private mutating func loop(
    _ target: TemplateTarget, over iterable: TemplateExpression, where filter: TemplateExpression?,
    _ body: [TemplateStatement], else otherwise: [TemplateStatement], in scope: TemplateScope
  ) throws(TemplateFault) -> Flow {
    let offset = iterable.offset
    var items = try elements(of: try value(of: iterable, in: scope), at: offset)
    if let filter {
      var kept: [TemplateValue] = []
      for item in items {
        let inner = TemplateScope(inside: scope)
        inner["loop"] = .undefined("the condition of a loop cannot see loop")
        try assign(item, to: target, in: inner, at: offset)
        if try value(of: filter, in: inner).isTrue { kept.append(item) }
      }
      items = kept
    }
    // Without recursion, the depth that a template sees is 1.
    let state = TemplateLoop(items: items, depth: 1)
    // As in the reference's code, `else` follows when no round came to its end, also because all of
    // them were cut short.
    var isWhole = false
    for (index, item) in items.enumerated() {
      try charge(1, at: offset)
      state.index = index
      let inner = TemplateScope(inside: scope)
      inner["loop"] = .loop(state)
      try assign(item, to: target, in: inner, at: offset)
      let flow = try run(body, in: inner)
      if flow == .breaks { break }
      if flow == .onward { isWhole = true }
    }
    return isWhole ? .onward : try run(otherwise, in: TemplateScope(inside: scope))
  }

  private mutating func assign(
    _ value: TemplateValue, to target: TemplateTarget, in scope: TemplateScope, at offset: Int
  ) throws(TemplateFault) {
    switch target {
    case .name(let name): scope[name] = value
    case .tuple(let targets):
      let items = try elements(of: value, at: offset)
      guard items.count == targets.count else {
        throw TemplateFault(
          .value, "\(items.count) values cannot be assigned to \(targets.count) names", at: offset)
      }
      for (target, item) in zip(targets, items) {
        try assign(item, to: target, in: scope, at: offset)
      }
    case .attribute(of: let name, let attribute, offset: let offset):
      guard case .namespace(let namespace)? = scope[name] else {
        throw TemplateFault(
          .value, "\(name).\(attribute) cannot be set: \(name) is no namespace", at: offset)
      }
      namespace.attributes[attribute] = try plain(value, at: offset)
    }
  }

  /// How deep a value is that is put into another; refuses what is too deep or cannot be inside.
  func depth(of value: TemplateValue, at offset: Int) throws(TemplateFault) -> Int {
    guard let depth = value.depth else { throw inside(value, at: offset) }
    guard depth < TemplateLimit.valueDepth else {
      throw TemplateFault(
        .limit, "more than \(TemplateLimit.valueDepth) values inside of each other", at: offset)
    }
    return depth
  }

  /// A value that a mapping or namespace may hold: no function.
  func plain(_ value: TemplateValue, at offset: Int) throws(TemplateFault) -> TemplateValue {
    guard !value.holdsFunctions else { throw inside(value, at: offset) }
    _ = try depth(of: value, at: offset)
    return value
  }

  private func inside(_ value: TemplateValue, at offset: Int) -> TemplateFault {
    TemplateFault(
      .unsupported, "a \(value.kind) inside of another value cannot be written", at: offset)
  }

  // MARK: Macros

  mutating func call(
    _ macro: TemplateMacro, from scope: TemplateScope, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    try enter(at: given.offset)
    defer { leave() }
    let inner = TemplateScope(inside: scope)
    var named = given.named
    let spare = given.positional.dropFirst(macro.parameters.count)
    guard spare.isEmpty || macro.uses.contains("varargs") else {
      throw TemplateFault(
        .value,
        "the macro \(macro.name) takes \(macro.parameters.count) values, not "
          + "\(given.positional.count)", at: given.offset)
    }
    for (index, parameter) in macro.parameters.enumerated() {
      let place = named.firstIndex { $0.name == parameter.name }
      if index < given.positional.count {
        guard place == nil else {
          throw TemplateFault(
            .value, "the macro \(macro.name) is given \(parameter.name) twice", at: given.offset)
        }
        inner[parameter.name] = given.positional[index]
      } else if let place {
        inner[parameter.name] = named.remove(at: place).value
      } else if let standard = parameter.standard {
        inner[parameter.name] = try value(of: standard, in: inner)
      } else {
        inner[parameter.name] = .undefined("the parameter \(parameter.name) was not given")
      }
    }
    if let place = named.firstIndex(where: { $0.name == "caller" }),
      macro.uses.contains("caller")
    {
      inner["caller"] = named.remove(at: place).value
    } else if macro.uses.contains("caller") {
      inner["caller"] = .undefined("no caller is defined: the macro is not called by a block")
    }
    if macro.uses.contains("kwargs") {
      var mapping = TemplateMapping()
      for (name, value) in named {
        try put(value, at: .string(name), into: &mapping, offset: given.offset)
      }
      inner["kwargs"] = .mapping(mapping)
    } else if let first = named.first {
      throw TemplateFault(
        .value, "the macro \(macro.name) has no parameter \(first.name)", at: given.offset)
    }
    if macro.uses.contains("varargs") {
      inner["varargs"] = try sequence(.tuple, Array(spare), at: given.offset)
    }
    return .string(try captured(macro.body, in: inner))
  }
}
