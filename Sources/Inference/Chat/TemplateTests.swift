/// The tests (`is …`) that templates can use.
enum TemplateTest: String {
  case boolean, callable, defined, divisibleby, eq, equalto, even, `false`, float, ge, greaterthan
  case gt, `in`, integer, iterable, le, lessthan, lower, lt, mapping, ne, none, number, odd
  case sameas, sequence, string, `true`, undefined, upper
  case equalMark = "=="
  case unequalMark = "!="
  case lessMark = "<"
  case lessOrEqualMark = "<="
  case greaterMark = ">"
  case greaterOrEqualMark = ">="

  /// The comparison that the test makes with its value, where it makes one.
  var comparison: TemplateExpression.Comparison? {
    switch self {
    case .eq, .equalto, .equalMark: .equal
    case .ne, .unequalMark: .unequal
    case .lt, .lessthan, .lessMark: .less
    case .le, .lessOrEqualMark: .lessOrEqual
    case .gt, .greaterthan, .greaterMark: .greater
    case .ge, .greaterOrEqualMark: .greaterOrEqual
    case .in: .contained
    default: nil
    }
  }
}

extension TemplateEvaluator {
  /// Whether a test holds.
  mutating func test(
    _ value: TemplateValue, _ name: String, _ given: TemplateArguments
  ) throws(TemplateFault) -> Bool {
    let offset = given.offset
    guard let test = TemplateTest(rawValue: name) else {
      throw TemplateFault(.unsupported, "the test \(name) cannot be written", at: offset)
    }
    if let comparison = test.comparison {
      let other = try given.bound(name, ["other"], required: 1)[0] ?? .none
      return try compare(value, comparison, other, at: offset)
    }
    switch test {
    case .divisibleby:
      let divisor = try given.bound(name, ["num"], required: 1)[0] ?? .none
      return try remainder(of: value, by: divisor, at: offset) == 0
    case .sameas: return try isSame(value, try given.bound(name, ["other"], required: 1)[0], offset)
    default: try given.none(name)
    }
    switch test {
    case .even: return try remainder(of: value, by: .integer(2), at: offset) == 0
    case .odd: return try remainder(of: value, by: .integer(2), at: offset) == 1
    case .lower, .upper:
      return PythonText.isAll(try text(of: value, at: offset), upper: test == .upper)
    default: return Self.holds(test, value)
    }
  }

  private static func holds(_ test: TemplateTest, _ value: TemplateValue) -> Bool {
    switch (test, value) {
    case (.defined, _): !value.isUndefined
    case (.undefined, _): value.isUndefined
    case (.none, .none), (.boolean, .bool), (.integer, .integer), (.float, .float),
      (.string, .string), (.mapping, .mapping):
      true
    case (.number, _): value.number != nil
    case (.true, .bool(let flag)): flag
    case (.false, .bool(let flag)): !flag
    // What is undefined has all that a sequence has, and can be called as far as the test sees.
    case (.callable, .function), (.callable, .undefined): true
    case (.callable, .loop): true
    case (.sequence, .string), (.sequence, .mapping), (.sequence, .undefined): true
    case (.sequence, .sequence(let sequence)): sequence.isIndexed
    case (.iterable, .string), (.iterable, .mapping), (.iterable, .undefined),
      (.iterable, .sequence), (.iterable, .generator), (.iterable, .loop):
      true
    default: false
    }
  }

  private mutating func remainder(
    of value: TemplateValue, by divisor: TemplateValue, at offset: Int
  ) throws(TemplateFault) -> Double? {
    if case .string = value {
      throw TemplateFault(.value, "a str cannot be divided", at: offset)
    }
    return try arithmetic(.remainder, value, divisor, at: offset).number?.double
  }

  private func isSame(
    _ value: TemplateValue, _ other: TemplateValue?, _ offset: Int
  ) throws(TemplateFault) -> Bool {
    switch (value, other) {
    case (.none, .some(.none)): return true
    case (.bool(let a), .bool(let b)?): return a == b
    case (.none, _), (.bool, _), (_, .some(.none)), (_, .bool?): return false
    default:
      throw TemplateFault(
        .unsupported, "sameas can be asked of none, true and false only", at: offset)
    }
  }
}
