/// What follows a value: attributes, subscripts, calls, filters and tests.
extension TemplateParser {
  mutating func postfix(_ value: TemplateExpression) throws(TemplateFault)
    -> TemplateExpression
  {
    var value = value
    while true {
      let offset = current.offset
      if skipMark(".") {
        if case .integer(let number) = current.form {
          advance()
          let index = try node(.integer(number), at: offset)
          value = try node(.item(value, index), at: offset, over: [value, index])
        } else {
          value = try node(.attribute(value, try expectName()), at: offset, over: [value])
        }
      } else if skipMark("[") {
        value = try subscripted(value, at: offset)
      } else if isMark("(") {
        value = try called(value)
      } else {
        return value
      }
    }
  }

  private mutating func called(_ value: TemplateExpression) throws(TemplateFault)
    -> TemplateExpression
  {
    let offset = current.offset
    let call = try call()
    return try node(.call(value, call), at: offset, over: [value] + call.expressions)
  }

  private mutating func subscripted(
    _ value: TemplateExpression, at offset: Int
  ) throws(TemplateFault) -> TemplateExpression {
    func isBoundary() -> Bool { isMark(":") || isMark("]") || isMark(",") }
    let from = isBoundary() ? nil : try expression()
    guard isMark(":") else {
      guard let from else { throw unexpected("an expression") }
      if isMark(",") {
        throw TemplateFault(
          .unsupported, "a subscript of several values cannot be written", at: current.offset)
      }
      try expectMark("]")
      return try node(.item(value, from), at: offset, over: [value, from])
    }
    advance()
    let end = isBoundary() ? nil : try expression()
    let step = skipMark(":") && !isBoundary() ? try expression() : nil
    try expectMark("]")
    return try node(
      .slice(value, from: from, to: end, step: step), at: offset,
      over: [value] + [from, end, step].compactMap(\.self))
  }

  mutating func filtered(_ value: TemplateExpression) throws(TemplateFault)
    -> TemplateExpression
  {
    var value = value
    while true {
      let offset = current.offset
      if skipMark("|") {
        let name = try filterName()
        let call = isMark("(") ? try call() : TemplateCall()
        value = try node(
          .filter(value, name, call), at: offset, over: [value] + call.expressions)
      } else if skipName("is") {
        value = try test(value, at: offset)
      } else if isMark("(") {
        value = try called(value)
      } else {
        return value
      }
    }
  }

  /// The name of a filter that is built.
  mutating func filterName() throws(TemplateFault) -> String {
    let offset = current.offset
    var name = try expectName()
    while skipMark(".") { name += "." + (try expectName()) }
    guard TemplateFilter(rawValue: name) != nil else {
      throw TemplateFault(.unsupported, "the filter \(name) cannot be written", at: offset)
    }
    return name
  }

  private mutating func test(
    _ value: TemplateExpression, at offset: Int
  ) throws(TemplateFault) -> TemplateExpression {
    let isNegated = skipName("not")
    let nameOffset = current.offset
    let name = try expectName()
    guard TemplateTest(rawValue: name) != nil else {
      throw TemplateFault(.unsupported, "the test \(name) cannot be written", at: nameOffset)
    }
    var call = TemplateCall()
    if isMark("(") {
      call = try self.call()
    } else if testTakesValue() {
      if isName("is") {
        throw TemplateFault(.syntax, "tests cannot be chained with is", at: current.offset)
      }
      call.positional = [try postfix(try primary())]
    }
    let result = try node(.test(value, name, call), at: offset, over: [value] + call.expressions)
    return isNegated ? try node(.not(result), at: offset, over: [result]) : result
  }

  /// Whether a value follows the name of a test without parentheses, as in `is divisibleby 3`.
  private func testTakesValue() -> Bool {
    switch current.form {
    case .name(let name): !["else", "or", "and"].contains(name)
    case .string, .integer, .float, .mark("("), .mark("["), .mark("{"): true
    default: false
    }
  }

  /// The values in parentheses after a function.
  mutating func call() throws(TemplateFault) -> TemplateCall {
    var call = TemplateCall()
    try expectMark("(")
    var isFirst = true
    while !isMark(")") {
      if !isFirst { try expectMark(",") }
      isFirst = false
      if isMark(")") { break }
      let offset = current.offset
      if isMark("*"), call.spread == nil, call.namedSpread == nil {
        advance()
        call.spread = try expression()
      } else if isMark("**"), call.namedSpread == nil {
        advance()
        call.namedSpread = try expression()
      } else if case .name(let name) = current.form, next.form == .mark("=") {
        advance()
        advance()
        guard call.namedSpread == nil, !call.named.contains(where: { $0.name == name }) else {
          throw TemplateFault(.syntax, "the argument \(name) is given twice", at: offset)
        }
        call.named.append((name, try expression()))
      } else {
        guard call.named.isEmpty, call.spread == nil, call.namedSpread == nil else {
          throw TemplateFault(
            .syntax, "a positional argument follows named or spread ones", at: offset)
        }
        call.positional.append(try expression())
      }
    }
    try expectMark(")")
    return call
  }
}
